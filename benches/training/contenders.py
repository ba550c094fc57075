"""What is timed of each contender."""

import json
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from process import Run, run

HERE = Path(__file__).parent
THREADS = {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"}
# What kdp's worker tells malloc too: a step asks for the same large blocks again and again.
KEEP_MEMORY = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(8 << 30),
    "MALLOC_TOP_PAD_": str(64 << 20),
    "MALLOC_ARENA_MAX": "1",
}


@dataclass
class Took:
    seconds: float
    cpu: float
    megabytes: float
    note: str = ""


@dataclass
class Machine:
    """Where things lie."""

    kdp: Path
    python: Path
    data: Path
    images: int

    def script(self, name: str, *more, keep_memory: bool = True) -> Took:
        """An epoch of a Python script: the middle of all but the first, which warms up and compiles."""
        environment = os.environ | THREADS | (KEEP_MEMORY if keep_memory else {})
        with tempfile.TemporaryDirectory() as folder:
            ran = run([self.python, HERE / name, self.data, *more], environment, Path(folder))
        told = json.loads(ran.output)
        seconds, cpu = (statistics.median(told[clock][1:]) for clock in ("seconds", "cpu"))
        return Took(seconds, cpu, ran.megabytes)

    def pipeline(self, name: str, store: Path, how: list, settings: dict) -> Run:
        """A run of a pipeline of kdp."""
        words = [self.kdp, "run", HERE / "kdp" / name, "--json", "--device", "cpu", *how]
        words += ["--store", store / "store"]
        for setting, value in settings.items():
            words += ["--set", f"{setting}={value}"]
        return run(words, dict(os.environ), store)

    def epochs(self, name: str, how: list, settings: dict, lengths: tuple[int, int]) -> Took:
        """An epoch of a pipeline: what a longer run takes more than a shorter one, each with a store of
        its own."""
        runs = []
        for length in lengths:
            with tempfile.TemporaryDirectory() as store:
                runs.append(self.pipeline(name, Path(store), how, settings | {"epochs": length}))
        return difference(*runs, lengths)


def difference(short: Run, long: Run, lengths: tuple[int, int]) -> Took:
    more = lengths[1] - lengths[0]
    seconds, cpu = (long.seconds - short.seconds) / more, (long.cpu - short.cpu) / more
    return Took(seconds, cpu, long.megabytes)


ONE_AT_A_TIME = ["--jobs", 1, "--threads", 2]


def torchdistill(machine: Machine) -> Took:
    return machine.script("with_torchdistill.py", 2, 0, keep_memory=False)


def pytorch(machine: Machine) -> Took:
    return machine.script("with_pytorch.py", "--epochs", 3)


def pytorch_three(machine: Machine) -> Took:
    return machine.script("with_pytorch.py", "--epochs", 2, "--temperatures", 1, 4, 8)


def pytorch_three_shared(machine: Machine) -> Took:
    return machine.script("with_pytorch.py", "--epochs", 2, "--temperatures", 1, 4, 8, "--shared")


def pytorch_mlp(machine: Machine) -> Took:
    return machine.script("with_pytorch_mlp.py")


def pytorch_mlp_compiled(machine: Machine) -> Took:
    return machine.script("with_pytorch_mlp.py", "--compile")


def pytorch_mlp_bf16(machine: Machine) -> Took:
    return machine.script("with_pytorch_mlp.py", "--bf16")


def kdp_one(machine: Machine) -> Took:
    return machine.epochs("images.kdp", ONE_AT_A_TIME, images(machine, [4]), (1, 3))


def kdp_next(machine: Machine) -> Took:
    """A student of a teacher whose answers to the same samples another student has asked for before."""
    lengths, runs = (1, 2), []
    for length in lengths:
        with tempfile.TemporaryDirectory() as store:
            for temperature in (4, 2):
                settings = images(machine, [temperature]) | {"epochs": length}
                ran = machine.pipeline("images.kdp", Path(store), ONE_AT_A_TIME, settings)
        runs.append(ran)
    return difference(*runs, lengths)


def kdp_three(machine: Machine) -> Took:
    return machine.epochs("images.kdp", [], images(machine, [1, 4, 8]), (1, 2))


def kdp_mlp(machine: Machine, half: str = "false") -> Took:
    settings = {"data": machine.data, "half": half}
    return machine.epochs("mlp.kdp", ONE_AT_A_TIME, settings, (1, 11))


def kdp_mlp_bf16(machine: Machine) -> Took:
    return kdp_mlp(machine, half="true")


def pytorch_encoder(machine: Machine, *how: str) -> Took:
    return machine.script("with_pytorch_encoder.py", *how)


def pytorch_encoder_bf16(machine: Machine) -> Took:
    return pytorch_encoder(machine, "--bf16")


def pytorch_encoder_fused(machine: Machine) -> Took:
    return pytorch_encoder(machine, "--bf16", "--fused")


def kdp_encoder(machine: Machine, half: str = "false") -> Took:
    settings = {"data": machine.data, "half": half}
    return machine.epochs("encoder.kdp", ONE_AT_A_TIME, settings, (1, 3))


def kdp_encoder_bf16(machine: Machine) -> Took:
    return kdp_encoder(machine, half="true")


def images(machine: Machine, temperatures: list[int]) -> dict:
    return {"data": machine.data, "images": machine.images, "temperatures": temperatures}


SWITCHES = range(50, 100, 5)


def kdp_switches(machine: Machine) -> Took:
    return switched(machine, [SWITCHES])


def kdp_switches_apart(machine: Machine) -> Took:
    return switched(machine, [[percent] for percent in SWITCHES])


def switched(machine: Machine, groups: list) -> Took:
    """Whole runs, each with a store of its own."""
    whole, steps = Took(0.0, 0.0, 0.0), 0
    for group in groups:
        times = ", ".join(f"{percent}%" for percent in group)
        settings = {"switches": f"[{times}]"}
        with tempfile.TemporaryDirectory() as store:
            steps += steps_to_run(machine, Path(store), settings)
            ran = machine.pipeline("switch.kdp", Path(store), ONE_AT_A_TIME, settings)
        whole.seconds += ran.seconds
        whole.cpu += ran.cpu
        whole.megabytes = max(whole.megabytes, ran.megabytes)
    whole.note = f"{steps:,} steps"
    return whole


def steps_to_run(machine: Machine, store: Path, settings: dict) -> int:
    words = [machine.kdp, "plan", HERE / "kdp" / "switch.kdp", "--json", "--store", store / "store"]
    words += [f"--set={setting}={value}" for setting, value in settings.items()]
    return json.loads(run(words, dict(os.environ), store).output)["steps"]["to_run"]
