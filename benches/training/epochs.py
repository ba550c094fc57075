"""Timing epochs from inside."""

import json
import time
from collections.abc import Callable


def timed(count: int, epoch: Callable[[], None]) -> None:
    """Runs so many epochs and prints the seconds of each: by the clock, and of all cores."""
    seconds, cpu = [], []
    for _ in range(count):
        begin, begin_cpu = time.perf_counter(), time.process_time()
        epoch()
        seconds.append(time.perf_counter() - begin)
        cpu.append(time.process_time() - begin_cpu)
    print(json.dumps({"seconds": seconds, "cpu": cpu}))
