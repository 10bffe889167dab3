"""What must type-check, and what must not. mypy reads this; nothing runs it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, assert_type

import eventmatch


def patterns_come_from_text_or_objects() -> None:
    assert_type(eventmatch.parse("{}"), eventmatch.EventPattern)
    assert_type(eventmatch.parse(b"{}", dialect="pipes"), eventmatch.EventPattern)
    assert_type(eventmatch.parse({"source": ["aws.ec2"]}), eventmatch.EventPattern)
    eventmatch.parse(5)  # type: ignore[arg-type]
    eventmatch.parse("{}", "pipes")  # type: ignore[call-arg]


def problems_are_values(problem: eventmatch.Problem) -> None:
    assert_type(eventmatch.check("{}"), list[eventmatch.Problem])
    assert_type(problem.severity, Literal["error", "warning"])
    assert_type(problem.path, str)
    assert_type(problem.span, tuple[int, int])
    assert_type(problem.hint, str | None)
    problem.path = "detail"  # type: ignore[misc]


def errors_carry_facts(bad: eventmatch.PatternError, worse: eventmatch.EventError) -> None:
    assert_type(bad.problem, eventmatch.Problem)
    assert_type((bad.line, bad.column), tuple[int, int])
    assert_type(bad.aws_message, str)
    assert_type(worse.position, int | None)


def events_are_bytes_text_or_objects(pattern: eventmatch.EventPattern) -> None:
    assert_type(eventmatch.matches(pattern, b"{}"), bool)
    assert_type(eventmatch.matches("{}", "{}"), bool)
    assert_type(eventmatch.matches({"a": [1]}, memoryview(b"{}")), bool)
    assert_type(eventmatch.matches(b"{}", {"a": 1}), bool)
    eventmatch.matches(pattern, None)  # type: ignore[arg-type]


def a_matcher_gives_names(pattern: eventmatch.EventPattern) -> None:
    matcher = eventmatch.Matcher({"one": pattern, "two": "{}"}, engine="python")
    matcher.add("three", {"a": [1]})
    matcher.remove("three")
    assert_type(matcher.match(b"{}"), list[str])
    assert_type(matcher.match_lines(b"{}\n{}"), list[list[str]])
    assert_type(matcher.match_trusted("{}"), list[str])
    assert_type(matcher.has_match("{}"), bool)
    assert_type(matcher.stats(), eventmatch.MatcherStats)
    assert_type(matcher.names(), list[str])
    assert_type(len(matcher), int)
    assert_type(matcher.engine, str)
    matcher.add(3, pattern)  # type: ignore[arg-type]
    eventmatch.Matcher(["{}"])  # type: ignore[arg-type]


def many_events_give_matches(matcher: eventmatch.Matcher) -> None:
    found = matcher.match_many([b"{}", "{}", {"a": 1}], threads=2)
    assert_type(found, eventmatch.Matches)
    assert_type(matcher.match_many_lines(b"{}\n{}"), eventmatch.Matches)
    assert_type(found[0], list[str])
    assert_type(list(found), list[list[str]])
    assert_type(found.offsets, "memoryview[int]")
    assert_type(found.rules[0], int)
    assert_type(found.names, tuple[str, ...])
    matcher.match_many(b"{}")  # type: ignore[arg-type]
    matcher.match_many([], 2)  # type: ignore[call-arg]


def explanations_are_values(pattern: eventmatch.EventPattern) -> None:
    explanation = eventmatch.explain(pattern, b"{}")
    assert_type(explanation, eventmatch.Explanation)
    assert_type(explanation.matched, bool)
    assert_type(explanation.summary, str)
    explanation.matched = True  # type: ignore[misc]
    for near in eventmatch.nearest({"one": pattern}, b"{}", limit=3):
        assert_type(near.name, str)
        assert_type(near.explanation, eventmatch.Explanation)


def the_engine_has_a_name() -> None:
    assert_type(eventmatch.engine_name(), str)


def schedules_fire_as_they_are_asked(moment: datetime) -> None:
    schedule = eventmatch.parse_schedule("rate(1 day)", dialect="scheduler", timezone="Asia/Tokyo")
    assert_type(schedule, eventmatch.Cron | eventmatch.Rate | eventmatch.At | eventmatch.Unix)
    assert_type(eventmatch.next_fire_time(schedule, moment), datetime | None)
    assert_type(eventmatch.next_fire_time("rate(1 day)", 0.5), float | None)
    assert_type(eventmatch.fire_times(schedule, moment, anchor=moment), Iterator[datetime])
    assert_type(eventmatch.check_schedule("rate(1 day)"), tuple[eventmatch.Problem, ...])
    eventmatch.parse_schedule("rate(1 day)", dialect="crontab")  # type: ignore[arg-type]
    schedule.text = "rate(2 days)"  # type: ignore[misc]
