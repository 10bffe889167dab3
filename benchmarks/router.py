"""How many events does a router take and deliver, durably, and how quickly?

A router on one SQLite file, each commit synchronous, has 1,000 rules, and every event matches two:
one with three callables, one with two queues. First it is seen that each event comes to each target
once; then it is timed:
peak: many callers put calls of ten as AWS's API has them, or of 500; until all is delivered.
latency: at half of the peak and a fixed rate, from the moment a call is due to the callable; the
    round whose p99 is the median.
bad: the rate of the good targets beside one that hangs, one that fails, one that fails half of the
    time and one that is slow, compared with the rate without them.
backlog: a million deliveries to targets that hang are accepted, outlive a restart and are made;
    the memory stays bounded.
rules: PutRule where 100,000 rules are loaded.
moto: put_events of boto3 to moto's server with one queue, for comparison.
A wrong answer or a bound that does not hold ends the run with exit code 1; the rates depend on the
machine and its disk and are only shown.

Run: python benchmarks/router.py [--quick] [--only SECTION] [--folder DIR]
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import _routing_backlog
import _routing_moto
import _routing_rates
from _measure import progress, report
from _routing import RULES, World, write_rules

SECTIONS = ("rates", "backlog", "rules", "moto")


def main() -> None:
    """Run the sections and report."""
    options = arguments()
    if len(options.only) == 1:
        report(section(options.only[0], options.folder, quick=options.quick))
        return
    figures: dict[str, Any] = {}
    for name in options.only:
        figures |= apart(name, options)
    if figures.get("moto_entries_per_s") and "peak" in figures:
        ours = figures["peak"]["one_queue_calls_of_10"]["entries_per_s"]
        figures["ratio_to_moto"] = round(ours / figures["moto_entries_per_s"], 1)
    report(figures | {"quick": options.quick})


def arguments() -> argparse.Namespace:
    """Return the options, complete."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="fewer of everything: under 50 seconds")
    add("--only", metavar="SECTION", action="append", choices=SECTIONS, help="may be repeated")
    add("--folder", metavar="DIR", type=Path, help="where the files are; a temporary folder")
    options = parser.parse_args()
    options.only = options.only or list(SECTIONS)
    return options


def apart(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of a section, run in a process that has nothing else in its memory."""
    command: list[Any] = [sys.executable, __file__, "--only", name]
    command += ["--quick"] if options.quick else []
    command += ["--folder", options.folder] if options.folder else []
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    *lines, last = done.stdout.splitlines() or [""]
    print("\n".join(lines))
    if done.returncode:
        sys.exit(f"{name}: {last}")
    figures: dict[str, Any] = json.loads(last)
    progress("")
    print(f"{name}: {figures}", flush=True)
    return figures


def section(name: str, folder: Path | None, *, quick: bool) -> dict[str, Any]:
    """Return the figures of a section."""
    if name == "moto":
        rate = _routing_moto.rate(2.0 if quick else 5.0)
        return {"moto_entries_per_s": None if rate is None else round(rate)}
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "events.db"
        if name == "backlog":
            count = 50_000 if quick else 1_000_000
            return {"backlog": asyncio.run(_routing_backlog.backlog(path, count))}
        if name == "rules":
            return {"rules": asyncio.run(_routing_backlog.put_rule(path, 100_000))}
        return asyncio.run(rates(path, quick=quick))


async def rates(path: Path, *, quick: bool) -> dict[str, Any]:
    """Return rates and latencies, and what bad targets do to them."""
    await write_rules(path, RULES)
    async with World(path) as world:
        peaks = await _routing_rates.peaks(world, 5_000 if quick else 40_000, 1 if quick else 3)
        five = [peak for name, peak in peaks.items() if name.startswith("five")]
        best = max(five, key=lambda peak: peak.entries_per_s)
        progress("latency")
        half = peaks["five_targets_calls_of_10"].entries_per_s / 2
        rounds, seconds = (1, 3.0) if quick else (5, 5.0)
        found = [await _routing_rates.latency(world, half, seconds) for _ in range(rounds)]
        # A stall of a busy disk spoils one round; the median is as good as the others.
        latency = sorted(found, key=lambda figures: figures["p99_ms"])[rounds // 2]
        progress("bad targets")
        bad = await _routing_rates.beside_bad_targets(world, 5_000 if quick else 20_000, half / 4)
    return {
        **{name: best.rounded()[name] for name in ("entries_per_s", "deliveries_per_s")},
        **latency,
        "latency_at_entries_per_s": round(half),
        "peak": {name: peak.rounded() for name, peak in peaks.items()},
        "bad": bad,
    }


if __name__ == "__main__":
    main()
