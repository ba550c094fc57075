"""Running a command, and what it took."""

import resource
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Run:
    seconds: float
    """From start to end."""
    cpu: float
    """Of all cores, the system's part too."""
    megabytes: float
    """The most memory of each of its processes (VmHWM), added up."""
    output: str
    """What it wrote to standard output."""


def run(command: list, environment: dict[str, str], folder: Path) -> Run:
    """Runs a command in a folder; raises where it fails."""
    command = [str(word) for word in command]
    begin, begin_cpu = time.perf_counter(), cpu_of_children()
    with open(folder / "errors.txt", "w+") as errors:
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        with Memory(process.pid) as memory:
            output, _ = process.communicate()
        seconds = time.perf_counter() - begin
        if process.returncode != 0:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{output}\n{errors.read()}")
    return Run(seconds, cpu_of_children() - begin_cpu, memory.megabytes(), output)


def cpu_of_children() -> float:
    """CPU time of all that has been run and has ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Memory:
    """Watches the memory of a process and of those that it starts."""

    def __init__(self, root: int):
        self.root = root
        self.most: dict[int, int] = {}
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()

    def watch(self) -> None:
        while not self.stopped.wait(0.2):
            for pid in family(self.root):
                if kilobytes := status(pid).get("VmHWM"):
                    self.most[pid] = int(kilobytes.split()[0])

    def megabytes(self) -> float:
        return sum(self.most.values()) / 1e3


def status(pid: int) -> dict[str, str]:
    """The kernel's word on a process; nothing of one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def family(root: int) -> set[int]:
    """A process and all that descend from it."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    parents = {pid: int(status(pid).get("PPid", 0)) for pid in pids}
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found
