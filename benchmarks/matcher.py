"""How fast is `Matcher`, how does the time grow with the rules, and how far ahead of moto is it?

Every rule count first has its answers compared with each rule asked alone (and with moto's
`EventPattern`, rule by rule); only then anything is timed. moto loops over the rules, as its
users do. Run: python benchmarks/matcher.py [--quick]
"""

import argparse
import json
import time
from collections.abc import Mapping

from _events import events, rules
from _measure import Workload, expect, report, seconds

import eventmatch

COUNTS = (1, 10, 1_000, 10_000)


def main() -> None:
    """Check, time and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: under 50 seconds")
    quick = parser.parse_args().quick
    sample = events(2_000 if quick else 6_000)
    matchers = {count: eventmatch.Matcher(rules(count)) for count in COUNTS}
    for count, matcher in matchers.items():
        check(matcher, count, sample[:30])
    figures = measure(matchers, sample, rounds=21 if quick else 41)
    report(figures | add_rate(20_000) | {"engine": eventmatch.engine_name()})


def check(matcher: eventmatch.Matcher, count: int, sample: list[bytes]) -> None:
    """Compare the matcher with every rule asked alone."""
    patterns = {name: eventmatch.parse(text) for name, text in rules(min(count, 1_000)).items()}
    for event in sample:
        alone = [name for name, pattern in patterns.items() if eventmatch.matches(pattern, event)]
        together = [name for name in matcher.match(event) if name in patterns]
        expect(together == alone, f"{count} rules, {event!r}: {together} but alone {alone}")


def measure(
    matchers: Mapping[int, eventmatch.Matcher], sample: list[bytes], *, rounds: int
) -> dict[str, object]:
    """Return events a second at each rule count, how the cost grows, and the ratio to moto."""
    few = sample[:3]
    workloads: dict[str, Workload] = {
        str(count): lambda matcher=matcher: [matcher.match(event) for event in sample]  # type: ignore[misc]
        for count, matcher in matchers.items()
    }
    moto = moto_loop(few, matchers[1_000])
    if moto is not None:
        workloads["moto"] = moto
    taken = seconds(workloads, rounds=rounds)
    figures: dict[str, object] = {
        "events_per_s": {str(count): round(len(sample) / taken[str(count)]) for count in COUNTS},
        "cost_10000_over_10_rules": round(taken["10000"] / taken["10"], 3),
    }
    if moto is None:
        return figures | {"ratio_to_moto_1000_rules": None}
    moto_each = taken["moto"] / len(few)
    return figures | {
        "moto_events_per_s_1000_rules": round(1 / moto_each, 1),
        "ratio_to_moto_1000_rules": round(moto_each / (taken["1000"] / len(sample)), 1),
    }


def moto_loop(sample: list[bytes], matcher: eventmatch.Matcher) -> Workload | None:
    """Return moto's way to match 1,000 rules, or None where moto is not installed."""
    try:
        from moto.events.models import EventPattern
    except ImportError:
        return None
    patterns = {name: EventPattern.load(text) for name, text in rules(1_000).items()}

    def run() -> list[list[str]]:
        return [
            [name for name, pattern in patterns.items() if pattern.matches_event(parsed)]
            for parsed in map(json.loads, sample)
        ]

    for event, names in zip(sample, run(), strict=True):
        expect(matcher.match(event) == names, f"moto gives {names} for {event!r}")
    return run


def add_rate(count: int) -> dict[str, object]:
    """Return how many rules a second are parsed and added, and visible to the next match."""
    texts = rules(count)
    started = time.perf_counter()
    matcher = eventmatch.Matcher(texts)
    taken = time.perf_counter() - started
    expect(len(matcher) == count, "rules got lost")
    return {"rule_adds_per_s": round(count / taken)}


if __name__ == "__main__":
    main()
