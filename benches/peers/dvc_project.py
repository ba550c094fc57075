"""A DVC project of N stages that have all run: dvc_project.py FOLDER N"""

import hashlib
import subprocess
import sys
from pathlib import Path

folder, count = Path(sys.argv[1]), int(sys.argv[2])
(folder / "out").mkdir(parents=True)
dvc = Path(sys.executable).with_name("dvc")
for args in (["init", "--no-scm", "-q", "-f"], ["config", "core.analytics", "false"]):
    subprocess.run([dvc, *args], cwd=folder, check=True)


def store(name, content):
    """Writes a file and its copy in the cache; gives its digest."""
    digest = hashlib.md5(content).hexdigest()
    cached = folder / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
    cached.parent.mkdir(parents=True, exist_ok=True)
    cached.write_bytes(content)
    (folder / name).write_bytes(content)
    return digest


source = store("in.txt", b"x\n")
stages, lock = ["stages:"], ["schema: '2.0'", "stages:"]
for i in range(count):
    content = f"{i}\n".encode()
    digest = store(f"out/{i}.txt", content)
    command = f"    cmd: echo {i} > out/{i}.txt"
    stages += [f"  n{i}:", command, "    deps: [in.txt]", f"    outs: [out/{i}.txt]"]
    lock += [
        f"  n{i}:",
        command,
        "    deps:",
        "    - path: in.txt",
        "      hash: md5",
        f"      md5: {source}",
        "      size: 2",
        "    outs:",
        f"    - path: out/{i}.txt",
        "      hash: md5",
        f"      md5: {digest}",
        f"      size: {len(content)}",
    ]
(folder / "dvc.yaml").write_text("\n".join(stages) + "\n")
(folder / "dvc.lock").write_text("\n".join(lock) + "\n")
# One run fills in DVC's own index of files.
subprocess.run([dvc, "repro", "-q"], cwd=folder, check=True)
