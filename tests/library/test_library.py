"""Every pattern of the library matches its events, and none of its near misses."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

import eventmatch
from eventmatch.errors import LintCode
from tests.vectors import library_rules

RULES: Final = list(library_rules())

each_rule = pytest.mark.parametrize("rule", [pytest.param(r, id=r["name"]) for _, r in RULES])


def test_the_library_is_large() -> None:
    assert len(RULES) >= 60
    assert len({service for service, _ in RULES}) >= 30


def test_names_are_unique() -> None:
    names = [rule["name"] for _, rule in RULES]
    assert sorted(names) == sorted(set(names))


@each_rule
def test_pattern_is_without_problems(rule: Mapping[str, Any]) -> None:
    # Some services do send "true" and "false" as strings.
    problems = eventmatch.check(json.dumps(rule["pattern"]))
    assert {problem.code for problem in problems} <= {LintCode.STRINGIFIED_VALUE}


@each_rule
def test_matching_events_match(rule: Mapping[str, Any], engine: str) -> None:
    matcher = eventmatch.Matcher({rule["name"]: rule["pattern"]}, engine=engine)
    assert rule["matching"]
    assert [event for event in rule["matching"] if not matcher.has_match(event)] == []


@each_rule
def test_near_misses_do_not(rule: Mapping[str, Any], engine: str) -> None:
    matcher = eventmatch.Matcher({rule["name"]: rule["pattern"]}, engine=engine)
    assert rule["near_misses"]
    assert [m["why"] for m in rule["near_misses"] if matcher.has_match(m["event"])] == []
