"""What holds for every pattern and every event."""

import json
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

import eventmatch
from eventmatch.testing.strategies import (
    event_patterns,
    events,
    events_matching,
    near_misses,
    rule_sets,
)
from tests.naive import naive_matches
from tests.properties.compare_many import run_task

JsonObject: TypeAlias = dict[str, Any]

MANY: Final = settings(max_examples=200)
UNNAMED: Final = "no pattern names this"


@st.composite
def pairs(draw: st.DrawFn) -> tuple[JsonObject, JsonObject]:
    """A pattern and an event: unrelated, matching, or nearly so."""
    pattern = draw(event_patterns())
    related = draw(st.sampled_from((None, events_matching, near_misses)))
    try:
        return pattern, draw(events() if related is None else related(pattern))
    except InvalidArgument:
        return pattern, draw(events())


@MANY
@given(pairs())
def test_the_engine_agrees_with_the_definition(pair: tuple[JsonObject, JsonObject]) -> None:
    pattern, event = pair
    assert eventmatch.matches(pattern, event) is naive_matches(
        json.dumps(pattern), json.dumps(event)
    )


@pytest.mark.parametrize("number", range(4))
def test_all_answers_agree_on_random_texts(number: int) -> None:
    assert [str(difference) for difference in run_task((2026, number, 500)).differences] == []


@MANY
@given(pairs())
def test_an_explanation_says_the_same(pair: tuple[JsonObject, JsonObject]) -> None:
    assert eventmatch.explain(*pair).matched is eventmatch.matches(*pair)


@MANY
@given(pairs())
def test_the_form_does_not_matter(pair: tuple[JsonObject, JsonObject]) -> None:
    pattern, event = map(json.dumps, pair)
    parsed = eventmatch.parse(pattern.encode())
    answers = {
        eventmatch.matches(*pair),
        eventmatch.matches(pattern, event),
        eventmatch.matches(parsed, event.encode()),
        eventmatch.matches(pattern, json.dumps(pair[1], indent=2, ensure_ascii=False)),
    }
    assert len(answers) == 1


@MANY
@given(rule_sets(max_size=5), st.data())
def test_a_matcher_gives_the_rules_that_match_alone(
    engine: str, rules: dict[str, JsonObject], data: st.DataObject
) -> None:
    some_pattern = data.draw(st.sampled_from(list(rules.values())))
    event = data.draw(events() | events_matching(some_pattern))
    alone = [name for name, pattern in rules.items() if eventmatch.matches(pattern, event)]
    matcher = eventmatch.Matcher(rules, engine=engine)
    assert matcher.match(event) == matcher.match_trusted(event) == alone
    assert matcher.has_match(event) is bool(alone)


@MANY
@given(rule_sets(min_size=2, max_size=5), st.data())
def test_a_removed_rule_leaves_no_trace(
    engine: str, rules: dict[str, JsonObject], data: st.DataObject
) -> None:
    removed = data.draw(st.sets(st.sampled_from(list(rules)), min_size=1))
    event = data.draw(events() | events_matching(rules[min(removed)]))
    matcher = eventmatch.Matcher(rules, engine=engine)
    for name in removed:
        matcher.remove(name)
    left = {name: pattern for name, pattern in rules.items() if name not in removed}
    assert matcher.names() == list(left)
    assert matcher.match(event) == eventmatch.Matcher(left, engine=engine).match(event)


@MANY
@given(rule_sets(max_size=5), st.lists(events(), min_size=1, max_size=5))
def test_lines_match_like_single_events(
    engine: str, rules: dict[str, JsonObject], lines: list[JsonObject]
) -> None:
    matcher = eventmatch.Matcher(rules, engine=engine)
    text = "\n".join(map(json.dumps, lines))
    alone = [matcher.match(event) for event in lines]
    assert matcher.match_lines(text.encode()) == alone
    assert list(matcher.match_many_lines(text)) == list(matcher.match_many(lines)) == alone


@MANY
@given(pairs(), events())
def test_a_field_that_no_pattern_names_changes_nothing(
    pair: tuple[JsonObject, JsonObject], unrelated: JsonObject
) -> None:
    pattern, event = pair
    assert eventmatch.matches(pattern, with_field(event, unrelated)) is eventmatch.matches(*pair)


def with_field(node: Any, value: JsonObject) -> Any:
    """The JSON tree with one more member in each of its objects."""
    if isinstance(node, list):
        return [with_field(element, value) for element in node]
    if isinstance(node, dict):
        return {name: with_field(x, value) for name, x in node.items()} | {UNNAMED: value}
    return node


@MANY
@given(pairs())
def test_a_pattern_survives_its_text(pair: tuple[JsonObject, JsonObject]) -> None:
    pattern = eventmatch.parse(pair[0])
    again = eventmatch.parse(pattern.to_json())
    assert again == pattern
    assert again.to_json() == pattern.to_json()
    assert naive_matches(pattern.to_json(), json.dumps(pair[1])) is naive_matches(
        *map(json.dumps, pair)
    )


@MANY
@given(rule_sets(max_size=5), events())
def test_the_nearest_rules_are_those_that_do_not_match(
    rules: dict[str, JsonObject], event: JsonObject
) -> None:
    near = [rule.name for rule in eventmatch.nearest(rules, event, limit=len(rules))]
    assert sorted(near) == sorted(set(rules) - set(eventmatch.Matcher(rules).match(event)))
