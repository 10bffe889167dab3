"""When a schedule begins, goes on and ends. Meaning: reference §4.4."""

from datetime import UTC, datetime
from typing import Any

import pytest

from eventmatch.scheduler.firing import begun, next_fire
from eventmatch.scheduler.model import Schedule, ScheduleState

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


NOW = at("2026-01-02T03:04:05") + 0.25


def schedule(expression: str, **members: Any) -> Schedule:
    given = {"name": "s", "group": "default", "arn": "arn", "target": {}, **members}
    return Schedule(expression=expression, created=NOW, modified=NOW, **given)


def fires(one: Schedule, now: float = NOW, count: int = 3) -> list[str]:
    """The first moments at which a schedule fires, in UTC."""
    found: list[float] = []
    first = begun(one, now)
    moment = first and first.next
    while first is not None and moment is not None and len(found) < count:
        found.append(moment)
        moment = next_fire(one, moment, first.anchor)
    return [datetime.fromtimestamp(each, UTC).strftime("%m-%dT%H:%M:%S") for each in found]


def test_a_rate_begins_at_once() -> None:
    assert fires(schedule("rate(1 hour)")) == ["01-02T03:04:05", "01-02T04:04:05", "01-02T05:04:05"]
    first = begun(schedule("rate(1 hour)"), NOW)
    assert first is not None
    assert first.next == NOW


def test_a_rate_begins_with_its_start() -> None:
    later = schedule("rate(1 hour)", start=NOW + DAY)
    assert fires(later, count=2) == ["01-03T03:04:05", "01-03T04:04:05"]
    before = schedule("rate(1 hour)", start=NOW - 4 * MINUTE)
    assert fires(before, count=2) == ["01-02T04:00:05", "01-02T05:00:05"]


def test_a_cron_fires_from_its_start_until_before_its_end() -> None:
    start, end = at("2026-01-05T10:00:00"), at("2026-01-07T10:00:00")
    one = schedule("cron(0 10 * * ? *)", start=start, end=end)
    assert fires(one) == ["01-05T10:00:00", "01-06T10:00:00"]
    assert fires(one, now=end - 1) == []
    assert fires(one, now=at("2026-01-05T10:00:00")) == ["01-06T10:00:00"]


def test_once_is_once_whatever_the_start_and_end() -> None:
    one = schedule("at(2026-01-09T12:00:00)", start=NOW + 99 * DAY, end=NOW)
    assert fires(one) == ["01-09T12:00:00"]
    assert fires(one, now=at("2026-01-09T12:00:00")) == []


def test_the_clocks_are_those_of_the_zone() -> None:
    one = schedule("cron(30 2 * * ? *)", timezone="America/Los_Angeles")
    # 02:30 is skipped on March 8.
    assert fires(one, at("2026-03-07T00:00:00")) == [
        "03-07T10:30:00",
        "03-09T09:30:00",
        "03-10T09:30:00",
    ]
    one = schedule("cron(30 1 * * ? *)", timezone="America/Los_Angeles")
    # 01:30 comes twice on November 1, and counts the first time.
    assert fires(one, at("2026-11-01T00:00:00"), 2) == ["11-01T08:30:00", "11-02T09:30:00"]


def test_a_rate_of_days_knows_no_daylight_saving() -> None:
    one = schedule("rate(1 day)", timezone="America/Los_Angeles")
    assert fires(one, at("2026-03-07T18:00:00")) == [
        "03-07T18:00:00",
        "03-08T18:00:00",
        "03-09T18:00:00",
    ]


@pytest.mark.parametrize(
    "never",
    [schedule("rate(1 hour)", state=ScheduleState.DISABLED), schedule("at(2020-01-01T00:00:00)")],
)
def test_what_never_fires_does_not_begin(never: Schedule) -> None:
    assert begun(never, NOW) is None
