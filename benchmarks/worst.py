"""Does any input blow up? The cases that take other engines seconds, each in milliseconds.

Each case is asked of both engines: its verdict is asserted, then it is timed. One whose median is
over the limit is timed again; over it once more, it ends the run with exit code 1.
Run: python benchmarks/worst.py [--quick]
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from functools import partial

from _measure import Workload, expect, progress, report, seconds
from _worst_cases import Case, all_cases

import eventmatch
from eventmatch.engine.choice import EngineChoice
from eventmatch.errors import EventCode

LIMITS_MS: Mapping[EngineChoice, float] = {"native": 5.0, "python": 100.0}
REFUSAL = 5
"""How much longer the engine may search before it refuses an event as too complex."""
Milliseconds = dict[str, float]


def main() -> None:
    """Check, time and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: under 50 seconds")
    rounds = 5 if parser.parse_args().quick else 15
    cases = all_cases()
    matched: dict[EngineChoice, Milliseconds] = {}
    added: dict[EngineChoice, Milliseconds] = {}
    for engine in engines():
        matched[engine], added[engine] = measured(engine, cases, rounds)
    print(table(matched, added))
    over = [
        f"{name}, {engine}"
        for engine, taken in matched.items()
        for name, ms in taken.items()
        if ms > limit_ms(cases[name], engine)
    ]
    figures = {"ms_an_event": matched, "ms_to_add": added, "limit_ms": LIMITS_MS}
    report(figures | {"over_limit": over, "engine": eventmatch.engine_name()})
    if over:
        sys.exit("over the limit: " + "; ".join(over))


def engines() -> list[EngineChoice]:
    """Return the engines that are here."""
    return ["native", "python"] if eventmatch.engine_name() == "native" else ["python"]


def limit_ms(case: Case, engine: EngineChoice) -> float:
    """Return what an event may take."""
    return LIMITS_MS[engine] * (REFUSAL if case.expected is None else 1)


def measured(
    engine: EngineChoice, cases: Mapping[str, Case], rounds: int
) -> tuple[Milliseconds, Milliseconds]:
    """Return the milliseconds an event, and those that adding all rules of a case took."""
    workloads: dict[str, Workload] = {}
    added: Milliseconds = {}
    for name, case in cases.items():
        progress(f"{name}, {engine}")
        texts = {rule: json.dumps(pattern) for rule, pattern in case.rules.items()}
        started = time.thread_time()
        matcher = eventmatch.Matcher(texts, engine=engine)
        added[name] = _ms(time.thread_time() - started)
        workloads[name] = partial(answer, matcher, case)
        expect(answer(matcher, case) == case.expected, f"{name}, {engine}")
    taken = medians(workloads, rounds)
    over = {n: workloads[n] for n, ms in taken.items() if ms > limit_ms(cases[n], engine)}
    again = medians(over, 2 * rounds)
    return taken | {name: min(ms, taken[name]) for name, ms in again.items()}, added


def medians(workloads: Mapping[str, Workload], rounds: int) -> Milliseconds:
    """Return the milliseconds of each; the time of this thread, as the machine may be busy."""
    taken = seconds(workloads, rounds=rounds, clock=time.thread_time)
    return {name: _ms(median) for name, median in taken.items()}


def _ms(taken_s: float) -> float:
    return round(1000 * taken_s, 3)


def answer(matcher: eventmatch.Matcher, case: Case) -> list[str] | None:
    """Return the names, or None if the event is too complex."""
    try:
        return matcher.match(case.event)
    except eventmatch.EventError as error:
        expect(error.code is EventCode.TOO_COMPLEX, str(error))
        return None


def table(
    matched: Mapping[EngineChoice, Milliseconds], added: Mapping[EngineChoice, Milliseconds]
) -> str:
    """Return a line a case: milliseconds an event, and to add its rules."""
    titles = [f"{engine}, ms" for engine in matched] + [f"adding, {engine}" for engine in added]
    columns = [*matched.values(), *added.values()]
    lines = [f"{'':<36}" + "".join(f"{title:>16}" for title in titles)]
    for name in columns[0]:
        cells = (f"{column[name]:>16.3f}" for column in columns)
        lines.append(f"{name:<36}" + "".join(cells))
    limits = "".join(f"{LIMITS_MS[engine]:>16g}" for engine in matched)
    refusal = f"; {REFUSAL} times that to refuse an event as too complex"
    return "\n".join([*lines, f"{'limit':<36}{limits}{refusal}"])


if __name__ == "__main__":
    main()
