"""Does any input blow up? The cases that take other engines seconds, each in milliseconds.

Source of the cases: event-pattern language reference §15. Every case asserts its verdict, then is
timed. Run: python benchmarks/worst.py [--quick]
"""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from _measure import expect, report, seconds

import eventmatch

LIMIT_MS = 100.0

Case = tuple[eventmatch.Matcher, bytes]


def main() -> None:
    """Check, time and report; a wrong answer ends the run with exit code 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: under 50 seconds")
    rounds = 5 if parser.parse_args().quick else 15
    cases = dict(all_cases())
    workloads = {
        name: lambda matcher=matcher, event=event: matcher.match(event)  # type: ignore[misc]
        for name, (matcher, event) in cases.items()
    }
    taken = seconds(workloads, rounds=rounds)
    figures = {name: round(1000 * median, 2) for name, median in taken.items()}
    over = [name for name, taken_ms in figures.items() if taken_ms > LIMIT_MS]
    engine = eventmatch.engine_name()
    report({"ms_an_event": figures, "limit_ms": LIMIT_MS, "over_limit": over, "engine": engine})


def all_cases() -> Mapping[str, Case]:
    """Return the cases by name, their verdicts checked."""
    return {
        "four_arrays_of_80": four_arrays(80),
        "two_arrays_of_4000_objects": two_arrays(4_000),
        "two_arrays_of_4000_objects_spaced": spaced(two_arrays(4_000)),
        "two_arrays_of_4000_disagreeing_objects": disagreeing(4_000),
        "nested_arrays_of_60": nested(60),
        "absent_in_2000_elements": absent(2_000),
        "numeric_ranges_1000": ranges(1_000),
        "numeric_ranges_1000_numbers_1000": many_numbers(1_000),
        "wildcards_30": wildcards(30),
        "wildcard_on_long_text": long_text(100_000),
        "anything_but_1000": anything_but(1_000),
        "deep_event_1000": deep(1_000),
    }


def case(rules: Mapping[str, Any], event: Any, expected: list[str]) -> Case:
    """Return a matcher and an event, after checking the verdict."""
    matcher = eventmatch.Matcher({name: json.dumps(rule) for name, rule in rules.items()})
    data = json.dumps(event, separators=(",", ":")).encode()
    names = matcher.match(data)
    expect(names == expected, f"{names[:5]} instead of {expected[:5]}")
    return matcher, data


def four_arrays(size: int) -> Case:
    """Four independent arrays of scalars and a key that fails."""
    event: dict[str, Any] = {key: [f"v{n}" for n in range(size)] for key in "abcd"} | {"z": "no"}
    rule = {key: [f"v{size - 1}", {"prefix": "v"}] for key in "abcd"} | {"z": ["yes"]}
    return case({"rule": rule}, event, [])


def two_arrays(size: int) -> Case:
    """Two sibling arrays of objects and a key that fails."""
    elements = [{"x": "1", "y": "2"} for _ in range(size)]
    rule = {"a": {"x": ["1"], "y": ["2"]}, "b": {"x": ["1"], "y": ["2"]}, "z": ["yes"]}
    return case({"rule": rule}, {"a": elements, "b": elements, "z": "no"}, [])


def disagreeing(size: int) -> Case:
    """Every key has a value, but never two in one element."""
    elements = [{"x": "1"} if n % 2 else {"y": "2"} for n in range(size)]
    both = {"x": ["1"], "y": ["2"]}
    return case({"rule": {"a": both, "b": both}}, {"a": elements, "b": elements}, [])


def nested(size: int) -> Case:
    """Arrays in arrays whose keys disagree at the innermost level only."""
    inner = [{"x": "1"} if n % 2 else {"y": "2"} for n in range(size)]
    event = {"a": [{"i": inner, "n": "1"} for _ in range(size)]}
    return case({"rule": {"a": {"n": ["1"], "i": {"x": ["1"], "y": ["2"]}}}}, event, [])


def absent(size: int) -> Case:
    """A field that must be absent in the element chosen by another, and never is."""
    event = {"d": [{"b": "x", "c": 1} for _ in range(size)]}
    return case({"rule": {"d": {"b": ["x"], "c": [{"exists": False}]}}}, event, [])


def ranges(count: int) -> Case:
    """Many different one-sided ranges on one field."""
    rules = {f"r{n}": {"v": [{"numeric": [">", n]}]} for n in range(count)}
    return case(rules, {"v": count / 2}, [f"r{n}" for n in range(count // 2)])


def many_numbers(count: int) -> Case:
    """As many numbers as ranges in one field."""
    rules = {f"r{n}": {"v": [{"numeric": [">", n]}]} for n in range(count)}
    return case(rules, {"v": [n / 2 for n in range(count)]}, [f"r{n}" for n in range(count // 2)])


def spaced(original: Case) -> Case:
    """The same event as pretty-printed text, which the fast reader does not take."""
    matcher, event = original
    pretty = json.dumps(json.loads(event), indent=1).encode()
    expect(matcher.match(pretty) == matcher.match(event), "white space changes the answer")
    return matcher, pretty


def wildcards(count: int) -> Case:
    """As many wildcard rules as a bus may have, each near the complexity limit."""
    rules = {f"r{n}": {"v": [{"wildcard": f"*a*b*c*d*e*f*g*{n}"}]} for n in range(count)}
    return case(rules, {"v": "abcdefg" * 200 + "x"}, [])


def long_text(length: int) -> Case:
    """A wildcard whose parts nearly match everywhere in a long text."""
    return case({"rule": {"v": [{"wildcard": "*aa*ab*ba*x"}]}}, {"v": "a" * length}, [])


def anything_but(count: int) -> Case:
    """Rules that all hold, each for another reason."""
    rules = {f"r{n}": {"v": [{"anything-but": f"v{n}"}]} for n in range(count)}
    return case(rules, {"v": "other"}, [f"r{n}" for n in range(count)])


def deep(depth: int) -> Case:
    """An event as deep as the limit allows."""
    event = b'{"a":' * depth + b"1" + b"}" * depth
    matcher = eventmatch.Matcher({"rule": '{"b":["x"]}'})
    expect(matcher.match(event) == [], "a deep event matches nothing")
    return matcher, event


if __name__ == "__main__":
    main()
