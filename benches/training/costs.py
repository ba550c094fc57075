"""What kdp itself costs beside the training: `make bench-training` prints it behind the other rows."""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from process import Run, run

HERE = Path(__file__).parent
NODES = 200


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kdp", type=Path, required=True, help="the release build")
    asked.add_argument("--folder", type=Path, required=True, help="where the made-up data lies")
    asked.add_argument("--rounds", type=int, default=3)
    asked = asked.parse_args()
    kdp, data = asked.kdp.resolve(), (asked.folder / "data").resolve()
    print("| cost | median | fastest to slowest | runs |")
    print("| --- | --- | --- | --- |")
    row("a worker's start", [worker(kdp) for _ in range(10)])
    many = [nodes(kdp) for _ in range(asked.rounds)]
    row("a node that trains 2 steps, all of it, inside the worker", [one["inside"] for one in many])
    row("handing it over: schedule, pipe, look-up", [one["outside"] for one in many])
    row(f"a run of {NODES} nodes that are all there", [one["idle"] for one in many])
    saves = [saved(kdp, data) for _ in range(asked.rounds)]
    row("saving a state of 795,010 parameters", saves)
    share = statistics.median(saves) / 60
    print(f"\nSaving once a minute takes {share:.3%} of such a training.")


def row(name: str, seconds: list[float]) -> None:
    low, middle, high = (1e3 * f(seconds) for f in (min, statistics.median, max))
    print(f"| {name} | {middle:.2f} ms | {low:.2f} to {high:.2f} | {len(seconds)} |", flush=True)


def worker(kdp: Path) -> float:
    """From the start of the process to its first word."""
    begin = time.perf_counter()
    engine = kdp.with_name("kdp-engine")
    process = subprocess.Popen([engine, "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    took = time.perf_counter() - begin
    process.stdin.close()
    process.wait()
    return took


def nodes(kdp: Path) -> dict[str, float]:
    """Of many small trainings, one at a time."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        seeds = ["--set", f"seeds=0..{NODES}"]
        command = [kdp, "run", HERE / "kdp" / "many.kdp", "--store", folder / "store", "--jobs", 1, *seeds]
        first = pipeline([*command, "--json"], folder)
        again = pipeline(command, folder)
    told = json.loads(first.output)
    inside = [node["seconds"] for node in told["nodes"]]
    # The scheduler's own clock: from the first node's start to the last one's end, without the page.
    outside = told["seconds"] - sum(inside) - worker(kdp)
    return {
        "inside": statistics.median(inside),
        "outside": outside / len(inside),
        "idle": again.seconds,
    }


def saved(kdp: Path, data: Path) -> float:
    """A state of the network 784-1000-10: a training that saves often, beside one that never does."""
    often, epochs, steps = 50, 4, 4 * 469
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        seconds = []
        for when in (f"{often} steps", "never"):
            command = [kdp, "run", HERE / "kdp" / "mlp.kdp", "--json", "--checkpoint", when]
            command += ["--set", f"data={data}", "--set", f"epochs={epochs}"]
            command += ["--store", folder / when.replace(" ", ""), "--threads", 2]
            told = json.loads(pipeline(command, folder).output)
            seconds.append(next(node["seconds"] for node in told["nodes"] if node["id"] == "wide"))
    return (seconds[0] - seconds[1]) / ((steps - 1) // often)


def pipeline(command: list, folder: Path) -> Run:
    return run(command, dict(os.environ), folder)


if __name__ == "__main__":
    main()
