"""Times training with kdp beside the same training elsewhere: `make bench-training`.

The contenders of a row run in turns, so that all of them meet the same machine. A row's first contender
is what the others are held against.
"""

import argparse
import statistics
import sys
from pathlib import Path

import contenders as of
import made_up

ROWS = {
    "one": (
        "one student, an epoch",
        3,
        {
            "kdp": of.kdp_one,
            "kdp, the teacher's answers stored": of.kdp_next,
            "PyTorch, tuned": of.pytorch,
            "torchdistill": of.torchdistill,
        },
    ),
    "three": (
        "three students of one teacher, an epoch of each",
        3,
        {
            "kdp": of.kdp_three,
            "PyTorch, tuned, one after the other": of.pytorch_three,
            "PyTorch, tuned, side by side in one script": of.pytorch_three_shared,
        },
    ),
    "mlp": (
        "784-1000-10, an epoch",
        5,
        {
            "kdp": of.kdp_mlp,
            "PyTorch, tuned": of.pytorch_mlp,
            "PyTorch, tuned, torch.compile": of.pytorch_mlp_compiled,
            "kdp, bfloat16": of.kdp_mlp_bf16,
            "PyTorch, tuned, bfloat16": of.pytorch_mlp_bf16,
        },
    ),
    "encoder": (
        "an encoder of four layers, an epoch",
        3,
        {
            "kdp, bfloat16": of.kdp_encoder_bf16,
            "PyTorch, tuned, bfloat16": of.pytorch_encoder_bf16,
            "PyTorch, tuned, bfloat16, its own attention": of.pytorch_encoder_fused,
            "kdp": of.kdp_encoder,
            "PyTorch, tuned": of.pytorch_encoder,
        },
    ),
    "switches": (
        "ten times of a switch, whole runs",
        3,
        {"kdp, one file": of.kdp_switches, "kdp, ten runs": of.kdp_switches_apart},
    ),
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("rows", nargs="*", help=f"of {', '.join(ROWS)} (default: all)")
    asked.add_argument("--rounds", type=int, help="how often each contender runs")
    asked.add_argument("--images", type=int, default=10_000, help="of an epoch of the students")
    asked.add_argument("--kdp", type=Path, required=True, help="the release build")
    asked.add_argument("--folder", type=Path, required=True, help="where the made-up data lies")
    asked = asked.parse_args()
    if unknown := set(asked.rows) - set(ROWS):
        raise SystemExit(f"no such row: {', '.join(sorted(unknown))}")
    data = (asked.folder / "data").resolve()
    made_up.make(data, asked.images)
    machine = of.Machine(asked.kdp.resolve(), Path(sys.executable), data, asked.images)
    print("| | | median | fastest to slowest | times the first | CPU | memory | runs |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in asked.rows or ROWS:
        title, rounds, contenders = ROWS[row]
        table(title, in_turns(machine, contenders, asked.rounds or rounds))


def in_turns(machine: of.Machine, contenders: dict, rounds: int) -> dict[str, list[of.Took]]:
    took = {name: [] for name in contenders}
    for turn in range(rounds):
        for name, measure in contenders.items():
            took[name].append(measure(machine))
            said = f"round {turn + 1} of {rounds}: {name}: {took[name][-1].seconds:.2f} s"
            print(said, file=sys.stderr, flush=True)
    return took


def table(title: str, took: dict[str, list[of.Took]]) -> None:
    base = next(iter(took.values()))
    for name, runs in took.items():
        seconds = [one.seconds for one in runs]
        # Of each round, so that a machine that slows down does not favour one of the two.
        times = statistics.median(one.seconds / first.seconds for one, first in zip(runs, base))
        cpu = statistics.median(one.cpu for one in runs)
        memory = max(one.megabytes for one in runs)
        note = f" ({runs[-1].note})" if runs[-1].note else ""
        print(
            f"| {title} | {name}{note} | {statistics.median(seconds):.2f} s "
            f"| {min(seconds):.2f} to {max(seconds):.2f} | {times:.2f} | {cpu:.2f} s | {memory:.0f} MB | {len(runs)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
