"""The next moment at which a schedule fires."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

import eventmatch
from eventmatch import fire_times, next_fire_time
from eventmatch.schedule.model import Schedule

NOON = datetime(2026, 9, 15, 12, tzinfo=UTC)


def scheduled(text: str, timezone: str) -> Schedule:
    dialect = "unix" if text.startswith("unix") else "scheduler"
    return eventmatch.parse_schedule(text, dialect=dialect, timezone=timezone)


def test_it_is_strictly_after() -> None:
    assert next_fire_time("cron(0 12 * * ? *)", NOON) == NOON + timedelta(days=1)
    assert next_fire_time("cron(0 12 * * ? *)", NOON - timedelta(microseconds=1)) == NOON


def test_a_datetime_comes_back_in_the_zone_of_the_schedule() -> None:
    fire = next_fire_time(scheduled("cron(0 10 ? * MON-FRI *)", "Europe/Berlin"), NOON)
    assert fire is not None
    assert fire.isoformat() == "2026-09-16T10:00:00+02:00"
    assert fire.tzinfo == ZoneInfo("Europe/Berlin")


def test_seconds_come_back_as_seconds() -> None:
    assert next_fire_time("cron(0 12 * * ? *)", 0.0) == 43200.0
    assert next_fire_time("cron(* * * * ? *)", 59.999999999) == 60.0
    assert next_fire_time("cron(* * * * ? *)", 60.0) == 120.0
    assert list(islice(fire_times("rate(1 minute)", 0.1), 3)) == [60.1, 120.1, 180.1]


@pytest.mark.parametrize("second", [1_767_323_045, 2_367_323_045, 8_000_000_000])
@pytest.mark.parametrize("fraction", [0, 1, 250_001, 123_457, 999_999])
def test_each_fire_leads_to_the_next_in_seconds_too(second: int, fraction: int) -> None:
    fire = anchor = (second * 1_000_000 + fraction) / 1e6
    for number in range(1, 100):
        found = next_fire_time("rate(1 minute)", fire, anchor=anchor)
        assert found == ((second + 60 * number) * 1_000_000 + fraction) / 1e6
        fire = found


def test_a_datetime_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="knows its zone"):
        next_fire_time("rate(1 day)", datetime(2026, 1, 1))


@pytest.mark.parametrize(
    "moment",
    [
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
        1e300,
        float("nan"),
        float("inf"),
    ],
)
def test_a_moment_without_a_date_is_refused(moment: datetime | float) -> None:
    with pytest.raises(ValueError, match="expected a moment in the years 1 to 9999"):
        next_fire_time("rate(1 minute)", moment)


def test_a_rate_ends_where_the_clocks_of_its_zone_do() -> None:
    rate = scheduled("rate(5 minutes)", "Asia/Tokyo")
    assert len(list(fire_times(rate, datetime(9999, 12, 31, 14, 50, tzinfo=UTC)))) == 1


def test_a_bad_text_is_refused() -> None:
    with pytest.raises(eventmatch.ScheduleError):
        next_fire_time("cron(x)", NOON)
    with pytest.raises(eventmatch.ScheduleError):
        fire_times("cron(x)", NOON)


def test_a_rate_counts_from_its_anchor() -> None:
    anchor = NOON + timedelta(seconds=16)
    assert next_fire_time("rate(5 minutes)", NOON, anchor=anchor) == anchor
    assert next_fire_time("rate(5 minutes)", anchor, anchor=anchor) == anchor + timedelta(minutes=5)
    late = anchor + timedelta(minutes=12)
    assert next_fire_time("rate(5 minutes)", late, anchor=anchor) == anchor + timedelta(minutes=15)


def test_days_of_a_rate_have_24_hours() -> None:
    rate = scheduled("rate(1 day)", "Europe/Berlin")
    before = datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    fire = next_fire_time(rate, before)
    assert fire is not None
    assert fire.isoformat() == "2026-10-25T11:00:00+01:00"


@pytest.mark.parametrize(
    "text",
    [
        "cron(0 0 31 2 ? *)",
        "cron(0 0 29 2 ? 2027)",
        "cron(0 0 31W 4 ? *)",
        "cron(0 0 L-30 FEB ? *)",
        "cron(0 0 ? 2 5#5 2027-2030)",
        "cron(0 0 29 2 ? 1971-9999/2)",
        "cron(0 0 1 1 ? 2147483647)",
        "cron(0 0 1 1 ? 0)",
        "cron(0 0 1 1 ? 2025)",
        "rate(2147483647 days)",
    ],
)
def test_never(text: str) -> None:
    assert next_fire_time(text, NOON) is None
    assert list(fire_times(text, NOON)) == []


def test_the_ends_of_the_calendar() -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    first = datetime(1, 1, 1, tzinfo=UTC)
    assert next_fire_time("cron(* * * * ? *)", last) is None
    assert next_fire_time("cron(* * * * ? *)", last - timedelta(minutes=1)) == last
    assert next_fire_time("cron(0 0 LW * ? *)", last) is None
    assert next_fire_time("rate(1 minute)", last) is None
    assert next_fire_time("cron(0 0 1 1 ? *)", first) == datetime(1970, 1, 1, tzinfo=UTC)
    for zone in ("Asia/Tokyo", "America/New_York"):
        assert next_fire_time(scheduled("cron(* * * * ? *)", zone), last) is None
        every_day = scheduled("cron(0 0 * * ? *)", zone)
        assert next(fire_times(every_day, first + timedelta(days=1))).year == 1970


def test_far_years() -> None:
    fire = next_fire_time("cron(0 0 29 2 ? 2100-2400/100)", NOON)
    assert fire == datetime(2400, 2, 29, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_does_not_fire() -> None:
    skipped = scheduled("at(2026-03-29T02:30:00)", "Europe/Berlin")
    assert next_fire_time(skipped, datetime(2026, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("zone", "before", "fire"),
    [
        ("Pacific/Apia", "2011-12-30T09:59:00Z", "2011-12-31T00:00:00+14:00"),
        ("Europe/Berlin", "2026-03-29T00:59:30Z", "2026-03-29T03:00:00+02:00"),
        ("Australia/Lord_Howe", "2026-10-03T15:29:00Z", "2026-10-04T02:30:00+11:00"),
        ("America/New_York", "2026-03-08T06:59:00Z", "2026-03-08T03:00:00-04:00"),
    ],
)
def test_the_first_minute_behind_what_the_clocks_skip(zone: str, before: str, fire: str) -> None:
    every_minute = scheduled("cron(* * * * ? *)", zone)
    found = next_fire_time(every_minute, datetime.fromisoformat(before))
    assert found is not None
    assert found.isoformat() == fire


def test_from_a_time_that_the_clocks_skip_to_the_very_end_of_that() -> None:
    before = datetime(2026, 10, 3, 15, 29, tzinfo=UTC)  # 01:59, and then it is 02:30
    found = next_fire_time(scheduled("cron(11,30 2 * * ? *)", "Australia/Lord_Howe"), before)
    assert found is not None
    assert found.isoformat() == "2026-10-04T02:30:00+11:00"


@pytest.mark.parametrize("text", ["cron(*/30 * * * ? *)", "unix(*/30 * * * *)"])
def test_an_hour_that_the_clocks_show_twice_fires_once(text: str) -> None:
    before = datetime(2024, 11, 3, 7, 45, tzinfo=UTC)
    fires = islice(fire_times(scheduled(text, "America/Los_Angeles"), before), 4)
    assert [f"{fire:%H:%M %z}" for fire in fires] == [
        "01:00 -0700",
        "01:30 -0700",
        "02:00 -0800",
        "02:30 -0800",
    ]


def test_from_within_the_second_showing_of_an_hour() -> None:
    second = datetime(2024, 11, 3, 1, 10, fold=1, tzinfo=ZoneInfo("America/Los_Angeles"))
    fire = next_fire_time(scheduled("cron(*/30 * * * ? *)", "America/Los_Angeles"), second)
    assert fire is not None
    assert fire.isoformat() == "2024-11-03T02:00:00-08:00"
