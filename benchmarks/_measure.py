"""How the benchmarks time: interleaved rounds, the median of each side, answers checked before."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

Workload = Callable[[], object]


def seconds(
    workloads: Mapping[str, Workload],
    *,
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Return the median seconds of each workload over interleaved rounds, after a warm-up.

    `time.thread_time` as `clock` leaves out what others on the machine take.
    """
    for workload in workloads.values():
        workload()
    samples: dict[str, list[float]] = {name: [] for name in workloads}
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        for name, workload in workloads.items():
            started = clock()
            workload()
            samples[name].append(clock() - started)
    return {name: statistics.median(taken) for name, taken in samples.items()}


def progress(text: str) -> None:
    """Tell a person at a terminal what is going on."""
    if sys.stderr.isatty():
        print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)


def expect(claim: bool, what: str) -> None:
    """End the benchmark with an error if an answer is wrong."""
    if not claim:
        sys.exit(f"wrong answer: {what}")


def report(figures: Mapping[str, Any]) -> None:
    """Print the figures as one JSON object, the last line of every benchmark."""
    progress("")
    print(json.dumps(figures))
