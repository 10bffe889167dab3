"""The public strategies keep their promises, by the package's judgement and by the naive one."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

import eventmatch
from eventmatch.pattern.dialect import DIALECTS
from eventmatch.pattern.operators import OPERATORS
from eventmatch.testing.strategies import (
    event_patterns,
    events,
    events_matching,
    near_misses,
    rule_sets,
)
from tests.naive import naive_matches

JsonObject: TypeAlias = dict[str, Any]

PATTERNS: Final = {
    "plain values": '{"a": ["x", 5, null, true]}',
    "number that binary64 cannot hold": '{"a": [9007199254740993]}',
    "address": '{"a": ["010.0.0.1"], "b": ["2001:DB8::1"]}',
    "affixes": '{"a": [{"prefix": "eu-"}], "b": [{"suffix": {"equals-ignore-case": "ß"}}]}',
    "empty affixes": '{"a": [{"prefix": ""}], "b": [{"suffix": ""}]}',
    "wildcard with escapes": r'{"a": [{"wildcard": "a*\\*b\\\\*"}]}',
    "anything but": '{"a": [{"anything-but": ["other", "a"]}], "b": [{"anything-but": 5}]}',
    "anything but a wildcard": '{"a": [{"anything-but": {"wildcard": "*"}}]}',
    "open range": '{"a": [{"numeric": [">", 5, "<", 5.000000000000002]}]}',
    "largest numbers": '{"a": [{"numeric": [">=", 1.7976931348623157e308]}]}',
    "whole address space": '{"a": [{"cidr": "::/0"}], "b": [{"cidr": "0.0.0.0/0"}]}',
    "exactly": '{"a": [{"exactly": "10.0.0.1"}]}',
    "absent above": '{"a": [{"exists": false}], "a.b": ["x"]}',
    "absent below": '{"a": ["x"], "a.b": [{"exists": false}]}',
    "absent or a value": '{"a": [{"exists": false}, "x"]}',
    "leaf and object": '{"a": ["x"], "a.b": ["y"], "a.b.c": ["z"]}',
    "duplicate key": '{"a": ["x"], "a": ["y"]}',
    "last writer wins": '{"a": ["0"], "$or": [{"a": ["1"]}, {"b": ["2"]}]}',
    "branch that another one covers": '{"$or": [{"a": ["x"]}, {"a": [{"exists": true}]}]}',
    "branch that nothing satisfies": '{"$or": [{"a": [1e400]}, {"b": ["y"]}]}',
    "nested branches": '{"d": {"$or": [{"a": [1]}, {"$or": [{"b": [2]}, {"c": [3]}]}]}}',
    "empty names": '{"": {"": ["x"]}, "a": {"": ["y"]}}',
    "names like the extra ones": '{"extra": {"extra_": [{"exists": false}]}}',
}
UNSATISFIABLE: Final = {
    "no number between": '{"a": [{"numeric": [">", 1, "<", 1.0000000000000002]}]}',
    "nothing above the largest": '{"a": [{"numeric": [">", 1.7976931348623157e308]}]}',
    "number that Python cannot write": '{"a": [1e400]}',
}


def operators_in(node: Any) -> Iterator[str]:
    """Every operator of a pattern, `$or` too."""
    if isinstance(node, list):
        for element in node:
            yield from operators_in(element)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "$or" or name in OPERATORS:
                yield name
            yield from operators_in(value)


def found(condition: Callable[[JsonObject], bool]) -> JsonObject:
    """A pattern that meets the condition; raises `NoSuchExample` if there is none."""
    return find(event_patterns(), condition, settings=settings(phases=[Phase.generate]))


FIRST: Final = settings(max_examples=1, phases=[Phase.generate], database=None)


def simplest(strategy: st.SearchStrategy[JsonObject]) -> JsonObject:
    """The example that comes first, because it takes the first of all choices."""
    return find(strategy, lambda _: True, settings=FIRST)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_patterns_are_valid(dialect: str, data: st.DataObject) -> None:
    pattern = data.draw(event_patterns(dialect=dialect))
    problems = eventmatch.check(json.dumps(pattern), dialect=dialect)
    assert [problem for problem in problems if problem.severity == "error"] == []


@pytest.mark.parametrize("operator", [*sorted(OPERATORS), "$or"])
def test_patterns_use_every_operator(operator: str) -> None:
    assert found(lambda pattern: operator in operators_in(pattern))


def test_branches_nest() -> None:
    assert found(lambda p: any("$or" in branch for branch in p.get("$or", ())))


def test_wildcards_stand_beside_branches() -> None:
    assert found(lambda p: {"$or", "wildcard"} <= set(operators_in(p)))


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(ValueError, match="sqs"):
        event_patterns(dialect="sqs")


@given(events())
def test_events_are_json_objects(event: JsonObject) -> None:
    assert json.loads(json.dumps(event)) == event


@given(events(), event_patterns())
def test_events_are_accepted(event: JsonObject, pattern: JsonObject) -> None:
    assert eventmatch.matches(pattern, event) in (True, False)


@given(rule_sets(min_size=2, max_size=3))
def test_rule_sets_have_the_size_that_was_asked_for(rules: JsonObject) -> None:
    assert 2 <= len(eventmatch.Matcher(rules)) <= 3


@pytest.mark.parametrize("text", PATTERNS.values(), ids=PATTERNS)
@given(data=st.data())
def test_events_made_to_match_do(text: str, data: st.DataObject) -> None:
    event = data.draw(events_matching(text))
    assert eventmatch.matches(text, event)
    assert naive_matches(text, json.dumps(event))


@given(event_patterns(), st.data())
def test_events_made_for_any_pattern_match(pattern: JsonObject, data: st.DataObject) -> None:
    event = data.draw(events_matching(pattern))
    assert eventmatch.matches(pattern, event)
    assert naive_matches(json.dumps(pattern), json.dumps(event))


@pytest.mark.parametrize("text", PATTERNS.values(), ids=PATTERNS)
@given(data=st.data())
def test_near_misses_do_not_match(text: str, data: st.DataObject) -> None:
    event = data.draw(near_misses(text))
    assert not eventmatch.matches(text, event)
    assert not naive_matches(text, json.dumps(event))


@given(event_patterns(), st.data())
def test_near_misses_of_any_pattern_do_not_match(pattern: JsonObject, data: st.DataObject) -> None:
    try:
        misses = near_misses(pattern)
    except InvalidArgument:
        return
    event = data.draw(misses)
    assert not eventmatch.matches(pattern, event)
    assert not naive_matches(json.dumps(pattern), json.dumps(event))


@given(
    near_misses(
        {"d.a": ["x"], "d": {"b": [{"numeric": ["<", 5]}], "c": [{"exists": False}]}, "e": [True]}
    )
)
def test_near_misses_miss_by_one_field(event: JsonObject) -> None:
    fields: list[JsonObject] = [
        {"d.a": ["x"]},
        {"d.b": [{"numeric": ["<", 5]}]},
        {"d.c": [{"exists": False}]},
        {"e": [True]},
    ]
    assert [eventmatch.matches(field, event) for field in fields].count(False) == 1


@pytest.mark.parametrize("text", UNSATISFIABLE.values(), ids=UNSATISFIABLE)
def test_a_pattern_that_nothing_satisfies_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="no event matches"):
        events_matching(text)
    with pytest.raises(InvalidArgument, match="no event matches"):
        near_misses(text)


def test_a_pattern_without_near_misses_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="no single field"):
        near_misses('{"a": [{"exists": true}, {"exists": false}]}')


def test_an_invalid_pattern_is_refused() -> None:
    with pytest.raises(eventmatch.PatternError):
        events_matching("{}")


@pytest.mark.parametrize("kind", [json.dumps, json.loads, str.encode, eventmatch.parse])
def test_patterns_come_in_every_form(kind: Any) -> None:
    text = '{"a": ["x"]}'
    pattern = kind(json.loads(text)) if kind is json.dumps else kind(text)
    assert find(events_matching(pattern), lambda _: True) == {"a": "x"}


def test_simplest_examples_are_plain() -> None:
    pattern = {"detail": {"state": ["on"], "size": [{"numeric": [">", 2]}]}}
    assert simplest(event_patterns()) == {"a": ["a"]}
    assert simplest(events()) == {}
    assert simplest(rule_sets()) == {"rule-1": {"a": ["a"]}}
    assert simplest(events_matching(pattern)) == {"detail": {"size": 3, "state": "on"}}
    assert simplest(near_misses(pattern)) == {"detail": {"size": 2.0, "state": "on"}}


def test_failures_shrink_to_plain_examples() -> None:
    pattern = {"detail": {"state": [{"prefix": "on"}], "size": [{"numeric": [">", 2]}]}}
    found = find(events_matching(pattern), lambda event: "onx" in json.dumps(event))
    assert found == {"detail": {"size": 3, "state": "onx"}}
