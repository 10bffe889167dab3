#!/usr/bin/env python3
"""Has the engine come to need more instructions? Unlike seconds, these hardly differ between runs.

Runs workloads of `engine.rs` under valgrind's callgrind, with few and with more passes over the
events: the difference is that of matching alone. The figures are compared with those in
`instructions.json`; one that is over by more than 3 % ends the run with exit code 1. They
belong to one compiler and to the AVX2 kernel, for valgrind knows no AVX-512.

Run: python native/benches/instructions.py [--update]
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BASELINE = HERE / "instructions.json"
WORKLOADS = ("lots", "aws", "wildcard", "ranges 10", "ranges 1000", "arrays")
TOLERANCE = 0.03
FEW, MORE = 1, 6  # passes
RUNS = 5  # each with another seed of the hash table, which is good for a per cent or two


def main() -> None:
    """Count, compare and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--update", action="store_true", help="write the figures as the new ones")
    update = parser.parse_args().update
    for tool in ("cargo", "valgrind"):
        if shutil.which(tool) is None:
            print(f"skipped, because it is not installed: {tool}")
            return
    program = built()
    seen = {name: instructions(program, name) for name in WORKLOADS}
    if update:
        record = {"rustc": compiler(), "instructions_an_event": seen}
        BASELINE.write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    compare(seen)


def built() -> str:
    """Return the program of the benchmark."""
    command = ["cargo", "bench", "--locked", "--quiet", "--bench", "engine", "--no-run"]
    command += ["--message-format=json"]
    done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True)
    messages = map(json.loads, done.stdout.splitlines())
    return str(next(found for message in messages if (found := message.get("executable"))))


def instructions(program: str, name: str) -> int:
    """Return the instructions an event, the fewest of some runs."""
    few = [counted(program, name, FEW) for _ in range(RUNS)]
    more = [counted(program, name, MORE) for _ in range(RUNS)]
    (fewest, events), (fewest_of_more, _) = min(few), min(more)
    return round((fewest_of_more - fewest) / (MORE - FEW) / events)


def counted(program: str, name: str, passes: int) -> tuple[int, int]:
    """Return the instructions of a run, and how many events a pass has."""
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    command = [*valgrind, program, "count", name, str(passes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if collected is None:
        sys.exit(f"valgrind counted nothing: {done.stderr[-300:]}")
    return int(collected[1]), int(done.stdout)


def compare(seen: dict[str, int]) -> None:
    """Print the figures beside the committed ones; exit code 1 if one is too high."""
    record = json.loads(BASELINE.read_text("utf-8"))
    if record["rustc"] != compiler():
        print(f"the committed figures are of {record['rustc']}, this is {compiler()}")
    worse = []
    for name, count in seen.items():
        before = record["instructions_an_event"].get(name, count)
        change = count / before - 1
        print(f"{name:<14}{count:>9,} instructions an event, {change:+.1%}")
        if change > TOLERANCE:
            worse.append(name)
        elif change < -TOLERANCE:
            print("  better: write it down with --update")
    if worse:
        sys.exit("more instructions than before: " + ", ".join(worse))


def compiler() -> str:
    """Return the compiler and the processor that it compiles for."""
    told = subprocess.run(["rustc", "-vV"], cwd=HERE, capture_output=True, text=True, check=True)
    release, host = (re.search(rf"^{key}: (.*)$", told.stdout, re.M) for key in ("release", "host"))
    return f"{release and release[1]} {host and host[1]}"


if __name__ == "__main__":
    main()
