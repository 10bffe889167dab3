"""How fast is `Matcher` beside its public peers, on workloads of all operators and sizes?

Every workload first has the answers of all engines compared for every event; a wrong set ends the
run with exit code 1. Then they are timed in turn, each in one thread: a warm-up, interleaved
rounds, medians. A ratio is the peer's time an event over that of `Matcher.match(bytes)`, called in
a Python loop, and again over that of the native loop without Python; above 1 means that eventmatch
is faster. At the end what the engine is asked for stands beside what was seen; a ratio that does
not hold ends the run with exit code 1. Peers are built at the first run, in the user's cache
folder; one whose toolchain or package is missing is reported as not run.

Run: python benchmarks/engine.py [--quick]
"""

import argparse
import sys
import time
from pathlib import Path

import _document
import _report
from _checks import Check, checks
from _lifecycle import Figures, lifecycle
from _measure import progress, report
from _peers import Commands, citylots_of_quamina, commands_of, names
from _rounds import FULL, QUICK, Plan, Result, run
from _workload import Workload
from _workloads import all_workloads

import eventmatch

QUICK_S = 36.0  # after this no further workload is begun: the whole run stays under 50 seconds


def main() -> None:
    """Check, time and report."""
    options = arguments()
    commands, missing = commands_of(options.peers, again=options.rebuild)
    real = options.citylots or citylots_of_quamina()
    plan = QUICK if options.quick else FULL
    results, skipped = measured(chosen(options, real), commands, plan)
    if skipped:
        missing["--quick"] = "no time left for " + ", ".join(skipped)
    lives: dict[str, Figures] = {}
    found: list[Check] = []
    if not options.only:
        lives, problems = lifecycle(commands, plan)
        missing |= {name: f"adds and memory: {problem}" for name, problem in problems.items()}
        found = checks(results, lives, all_workloads(real), commands, plan)
    outcome = _report.Outcome(results, lives, found, missing, real_lots=real is not None)
    finish(outcome, options)


def finish(outcome: _report.Outcome, options: argparse.Namespace) -> None:
    """Report; exit code 1 if something that is asserted does not hold."""
    progress("")
    print(_report.text(outcome))
    if options.results is not None:
        _document.write(outcome, options.results)
    report(_report.figures(outcome) | {"engine": eventmatch.engine_name(), "quick": options.quick})
    missed = [check.name for check in outcome.checks if check.asserted and not check.holds]
    if missed:
        sys.exit("not as asked: " + "; ".join(missed))


def arguments() -> argparse.Namespace:
    """Return the options, complete."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="the main workloads, few rounds: under 50 seconds")
    add("--only", metavar="WORKLOAD", action="append", default=[], help="this one; may be repeated")
    add("--peers", metavar="A,B", type=_split, default=names(), help="of: " + ", ".join(names()))
    add("--results", metavar="DIR", type=Path, help="write table, figures and plot there")
    add("--citylots", metavar="FILE", type=Path, help="the real data, a feature a line, or .gz")
    add("--rebuild", action="store_true", help="build the peers anew, even those that failed")
    add("--list", action="store_true", help="list the workloads and end")
    options = parser.parse_args()
    if options.list:
        for workload in all_workloads(None):
            print(f"{workload.name:<22}{workload.text}")
        sys.exit()
    unknown = {*options.peers} - {*names()}
    unknown |= {*options.only} - {workload.name for workload in all_workloads(None)}
    if unknown:
        parser.error("unknown: " + ", ".join(sorted(unknown)))
    return options


def _split(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def chosen(options: argparse.Namespace, real_lots: Path | None) -> list[Workload]:
    """Return the workloads that were asked for."""
    return [
        workload
        for workload in all_workloads(real_lots)
        if workload.name in options.only
        or (not options.only and (workload.quick or not options.quick))
    ]


def measured(
    workloads: list[Workload], commands: Commands, plan: Plan
) -> tuple[list[Result], list[str]]:
    """Return the results, and the names of those that there was no time for."""
    results: list[Result] = []
    end = time.monotonic() + QUICK_S
    for workload in workloads:
        if plan is QUICK and time.monotonic() > end:
            break
        results.append(run(workload, commands, plan))
        progress("")
        print(_report.line(results[-1]), flush=True)
    return results, [workload.name for workload in workloads[len(results) :]]


if __name__ == "__main__":
    main()
