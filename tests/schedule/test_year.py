"""A year of schedules at a glance."""

from datetime import UTC, date, datetime, time
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest

import eventmatch
from eventmatch.schedule.model import Schedule
from eventmatch.schedule.year import year_of


def scheduled(text: str, timezone: str = "UTC") -> Schedule:
    dialect = "unix" if text.startswith("unix") else "scheduler"
    return eventmatch.parse_schedule(text, dialect=dialect, timezone=timezone)


@pytest.mark.parametrize(
    ("text", "own", "shown"),
    [
        ("cron(0 10 ? * MON-FRI *)", "UTC", "UTC"),
        ("cron(*/30 0-4 * * ? *)", "Europe/Berlin", "Europe/Berlin"),
        ("cron(*/30 0-4 * * ? *)", "Europe/Berlin", "UTC"),
        ("cron(45 23 L * ? *)", "America/Los_Angeles", "Asia/Tokyo"),
        ("cron(*/30 * ? MAR,NOV * *)", "America/New_York", "America/Los_Angeles"),
        ("cron(*/15 * * 3,4,10,11 ? *)", "UTC", "Australia/Lord_Howe"),
        ("cron(*/15 * * 3,4,10,11 ? *)", "Australia/Lord_Howe", "Europe/Berlin"),
        ("unix(*/20 2 * * 0,3)", "Europe/Berlin", "Europe/Berlin"),
        ("unix(0 22 31 12 *)", "America/Los_Angeles", "UTC"),
        ("at(2027-12-31T23:00:00)", "UTC", "Asia/Tokyo"),
        ("at(2026-12-31T23:00:00)", "UTC", "Asia/Tokyo"),
        ("cron(0 0 1 1 ? 2020)", "UTC", "UTC"),
    ],
)
def test_it_has_the_fires_of_the_year(text: str, own: str, shown: str) -> None:
    schedule, zone = scheduled(text, own), ZoneInfo(shown)
    before = datetime(2026, 12, 31, 23, 59, 59, tzinfo=zone)
    local = (fire.astimezone(zone) for fire in eventmatch.fire_times(schedule, before))
    expected: dict[date, int] = {}
    for fire in takewhile(lambda fire: fire.year == 2027, local):
        expected[fire.date()] = expected.get(fire.date(), 0) + 1
    assert year_of([schedule], 2027, shown).fires == expected


def test_the_busiest_minutes() -> None:
    texts = ["cron(0 6 * * ? *)", "cron(0 6 ? * MON *)", "cron(*/30 6 1 * ? *)", "rate(1 hour)"]
    year = year_of(map(scheduled, texts), 2027, "UTC")
    six, half_past = year.busiest
    assert (six.time, six.schedules, six.days, six.first) == (time(6), 3, 3, date(2027, 2, 1))
    assert (half_past.time, half_past.schedules, half_past.days) == (time(6, 30), 1, 12)
    assert sum(year.fires.values()) == 365 + 52 + 24


def test_nothing_fires() -> None:
    year = year_of([scheduled("rate(1 day)")], 2027, "UTC")
    assert (year.fires, year.busiest) == ({}, ())
    assert next(eventmatch.fire_times("rate(1 day)", datetime(2027, 1, 1, tzinfo=UTC))).day == 2
