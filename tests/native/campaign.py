"""What the comparisons of this folder share: tasks in worker processes, and how findings are told.

A task is a function of a `Random` and of how much to do, which may be rounded up. The tasks of a
seed are the same in every run, whatever the number of workers.
"""

import argparse
import functools
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeAlias

SHOWN: Final = 20


@dataclass(slots=True)
class Tally:
    """What tasks have counted, and each finding as text, to read and to repeat."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in what another task has found."""
        self.counts += other.counts
        self.findings += other.findings


Task: TypeAlias = Callable[[Random, int], Tally]


def run_task(task: Task, seed: int, numbered: tuple[int, int]) -> Tally:
    """Run the task of that number."""
    number, size = numbered
    return task(Random(f"{seed}/{number}"), size)


def parts(task: Task, total: int, size: int, seed: int, workers: int) -> Iterator[Tally]:
    """Run tasks of a size up to a total, and yield what each has found."""
    sizes = [size] * (total // size) + [total % size] * (total % size > 0)
    work = functools.partial(run_task, task, seed)
    if workers == 1:
        yield from map(work, enumerate(sizes))
        return
    with multiprocessing.Pool(workers) as pool:
        yield from pool.imap_unordered(work, enumerate(sizes))


def main(task: Task, doc: str, unit: str, total: int, size: int) -> int:
    """Run the tasks that the command line asks for; return its exit code."""
    options = read_options(doc, unit, total)
    tally, start, told = Tally(), time.monotonic(), 0.0
    for part in parts(task, getattr(options, unit), size, options.seed, options.workers):
        tally.add(part)
        seconds = time.monotonic() - start
        if seconds - told >= 2:
            told = seconds
            print(f"{tally.counts[unit]:,} {unit} after {seconds:.0f} s", file=sys.stderr)
    seconds = time.monotonic() - start
    for finding in sorted(tally.findings, key=len)[:SHOWN]:
        print(finding, end="\n\n")
    print(f"{tally.counts[unit] / seconds:,.0f} {unit} a second", file=sys.stderr)
    counts = ", ".join(f"{count:,} {what}" for what, count in sorted(tally.counts.items()))
    print(f"seed {options.seed}: {counts}, {len(tally.findings):,} differences")
    return 1 if tally.findings else 0


def read_options(doc: str, unit: str, total: int) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument(f"--{unit}", type=int, default=total, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--workers", type=int, default=2, help="default: %(default)s")
    return parser.parse_args()
