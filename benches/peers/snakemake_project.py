"""A Snakemake project of N steps that have all run: snakemake_project.py FOLDER N"""

import base64
import hashlib
import json
import os
import sys
import time
from pathlib import Path

folder, count = Path(sys.argv[1]), int(sys.argv[2])
metadata = folder / ".snakemake" / "metadata"
for path in (metadata, folder / ".snakemake" / "incomplete", folder / "out"):
    path.mkdir(parents=True)
(folder / "Snakefile").write_text(
    """N = int(config.get("nodes", 1000))
rule all:
    input: expand("out/{i}.txt", i=range(N))
rule node:
    input: "in.txt"
    output: "out/{i}.txt"
    params: seed=lambda w: int(w.i)
    shell: "echo {params.seed} > {output}"
"""
)
source = folder / "in.txt"
source.write_bytes(b"x\n")
os.utime(source, (1e9, 1e9))
now = time.time()
for i in range(count):
    name = f"out/{i}.txt"
    (folder / name).write_text(f"{i}\n")
    record = {
        "rule": "node",
        "input": ["in.txt"],
        "log": [],
        "shellcmd": f"echo {i} > {name}",
        "params": [str(i)],
        "code": "echo {params.seed} > {output}",
        "record_format_version": 6,
        "conda_env": None,
        "container_img_url": None,
        "software_stack_hash": hashlib.md5(b"").hexdigest(),
        "job_hash": 0,
        "starttime": now,
        "endtime": now,
        "incomplete": False,
        "external_jobid": None,
        "input_checksums": {"in.txt": "sha256:" + hashlib.sha256(b"x\n").hexdigest()},
    }
    file = base64.urlsafe_b64encode(name.encode()).decode()
    (metadata / file).write_text(json.dumps(record))
