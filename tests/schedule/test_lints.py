"""Warnings about valid schedules."""

from datetime import UTC, datetime

import pytest

import eventmatch
from eventmatch import Problem, ScheduleLintCode
from eventmatch.schedule.model import Dialect

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def check(text: str, timezone: str = "UTC") -> tuple[Problem, ...]:
    dialect: Dialect = "unix" if text.startswith("unix") else "scheduler"
    return eventmatch.check_schedule(text, dialect=dialect, timezone=timezone, after=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "cron(0 10 ? * MON-FRI *)",
        "cron(0 10 ? * 1-7 *)",
        "cron(0 10 ? * MON/2 *)",
        "cron(0 10 1,15 * ? *)",
        "rate(5 minutes)",
        "at(2027-01-01T00:00:00)",
        "unix(0 10 * * 1-5)",
    ],
)
def test_nothing_to_say(text: str) -> None:
    assert check(text) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cron(0 0 31 2 ? *)", "no such month"),
        ("cron(0 0 29 2 ? 2027)", "no such month"),
        ("cron(0 0 1 1 ? 20000)", "no date has such a year"),
        ("cron(0 0 1 1 ? 2020)", "its years have passed"),
        ("at(2020-01-01T00:00:00)", "the time has passed"),
        ("unix(0 0 31 2 *)", "never fires"),
    ],
)
def test_never_fires(text: str, words: str) -> None:
    [problem] = check(text)
    assert (problem.severity, problem.code) == ("warning", ScheduleLintCode.NEVER_FIRES)
    assert words in problem.message


def test_without_a_moment_what_has_passed_is_no_warning() -> None:
    assert eventmatch.check_schedule("cron(0 0 1 1 ? 2020)") == ()
    [problem] = eventmatch.check_schedule("cron(0 0 31 2 ? 2020)")
    assert problem.code is ScheduleLintCode.NEVER_FIRES


@pytest.mark.parametrize("text", ["cron(* * * * ? *)", "cron(0/1 * ? * * *)", "rate(1 minute)"])
def test_every_minute(text: str) -> None:
    assert [problem.code for problem in check(text)] == [ScheduleLintCode.EVERY_MINUTE]


@pytest.mark.parametrize(
    ("field", "days", "hint"),
    [
        ("2-6", "2 is Monday here, and Tuesday", "write MON-FRI"),
        ("7", "7 is Saturday here, and Sunday", "write SAT"),
        ("3#2", "3 is Tuesday here, and Wednesday", "write TUE#2"),
        ("6L", "6 is Friday here, and Saturday", "write FRIL"),
        ("MON,4/2", "4 is Wednesday here, and Thursday", "write MON,WED/2"),
    ],
)
def test_numbers_of_days(field: str, days: str, hint: str) -> None:
    text = f"cron(0 0 ? * {field} *)"
    [problem] = check(text)
    assert problem.code is ScheduleLintCode.DAY_NUMBERS
    assert days in problem.message
    assert (problem.path, problem.hint) == ("day-of-week", hint)
    assert text[slice(*problem.span)] == field


@pytest.mark.parametrize("text", ["cron(30 2 * * ? *)", "unix(30 2 * * *)"])
def test_changes_of_the_clocks(text: str) -> None:
    skipped, repeated = check(text, "Europe/Berlin")
    assert skipped.code is ScheduleLintCode.TIME_SKIPPED
    assert "02:30 on 2027-03-28" in skipped.message
    assert repeated.code is ScheduleLintCode.TIME_REPEATED
    assert "02:30 on 2027-10-31" in repeated.message


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("cron(30 2 * * ? *)", "UTC"),
        ("cron(30 2 * * ? *)", "Asia/Tokyo"),
        ("cron(0 3 * * ? *)", "Europe/Berlin"),
        ("cron(30 2 ? * MON *)", "Europe/Berlin"),
        ("cron(30 * * * ? *)", "Europe/Berlin"),
    ],
)
def test_where_no_change_of_the_clocks_matters(text: str, zone: str) -> None:
    assert check(text, zone) == ()


def test_the_first_minute_that_the_clocks_skip() -> None:
    [skipped, _] = check("cron(0 2 * * ? *)", "Europe/Berlin")
    assert skipped.code is ScheduleLintCode.TIME_SKIPPED


def test_a_time_on_a_day_that_skips_it() -> None:
    [problem] = check("at(2027-03-28T02:30:00)", "Europe/Berlin")
    assert "clocks of Europe/Berlin skip" in problem.message


def test_an_error_is_the_only_finding() -> None:
    [problem] = check("cron(* * ? * 8 *)")
    assert (problem.severity, problem.path) == ("error", "day-of-week")
    assert problem.aws_message == "Invalid Schedule Expression cron(* * ? * 8 *)."
