"""What is refused, where, and in which words."""

import pytest

import eventmatch
from eventmatch import At, Cron, Rate, ScheduleCode, ScheduleError, Unix
from eventmatch.schedule.model import Dialect


def refusal(text: str, dialect: Dialect = "rules", timezone: str = "UTC") -> ScheduleError:
    with pytest.raises(ScheduleError) as caught:
        eventmatch.parse_schedule(text, dialect=dialect, timezone=timezone)
    return caught.value


@pytest.mark.parametrize(
    ("text", "code", "field", "marked", "words"),
    [
        ("cron(71 8 1 * ? *)", "VALUE_RANGE", "minutes", "71", "from 0 to 59"),
        ("cron(0 dummy ? * 1 *)", "VALUE", "hours", "dummy", 'from 0 to 23, got "dummy"'),
        ("cron(0 0 L-31 * ? *)", "VALUE_RANGE", "day-of-month", "31", "from 0 to 30"),
        ("cron(0 0 1,32W * ? *)", "VALUE_RANGE", "day-of-month", "32", "from 1 to 31"),
        ("cron(0 0 1 1,FOO ? *)", "VALUE", "month", "FOO", "from 1 to 12 or JAN to DEC"),
        ("cron(0 0 ? * MON-8 *)", "VALUE_RANGE", "day-of-week", "8", "from 1 to 7"),
        ("cron(0 0 ? * 2,3#6 *)", "LIST", "day-of-week", "2,3#6", "behind a single day"),
        ("cron(0 0 ? * TUE#6 *)", "VALUE_RANGE", "day-of-week", "6", "from 1 to 5"),
        ("cron(0 0 1 1 ? 2030-2027)", "YEAR_ORDER", "year", "2030-2027", "a later year"),
        ("cron(0 0 1 1 ? 99999999999)", "VALUE_RANGE", "year", "99999999999", "to 2147483647"),
        ("cron(? 0 ? * 1 *)", "QUESTION_MARK", "minutes", "?", "only in one of"),
        ("cron(0 0 * * * *)", "QUESTION_MARK", "day-of-month", "* * *", "exactly one"),
        ("cron(0 0 1 * ?)", "FIELD_COUNT", "", "0 0 1 * ?", "expected 6 fields"),
        ("cron(0 0\t1 * ? *)", "WHITE_SPACE", "", "\t", "single spaces"),
        ("cron(0 0 1 * ? *) ", "FORM", "", "cron(0 0 1 * ? *) ", "expected cron(...) or rate"),
        ("cron(0 0 \u0661 * ? *)", "VALUE", "day-of-month", "\u0661", "plain letters"),
        ("cron(0 0 ? * fr\u0131 *)", "VALUE", "day-of-week", "fr\u0131", "plain letters"),
        ("at(2026-11-20T13:00:00)", "KIND", "", "at", "not of the dialect rules"),
        ("rate(0 minutes)", "VALUE_RANGE", "value", "0", "from 1 to"),
        ("rate(5 weeks)", "RATE_UNIT", "unit", "weeks", "minutes, hours or days"),
        ("rate(1 minutes)", "RATE_PLURAL", "unit", "minutes", 'expected "minute" with 1'),
        ("rate(minute)", "VALUE", "value", "minute", '"5 minutes"'),
    ],
)
def test_the_place_and_the_words(text: str, code: str, field: str, marked: str, words: str) -> None:
    error = refusal(text)
    start, end = error.problem.span
    assert (error.code, error.field) == (ScheduleCode[code], field)
    assert (text[start:end], error.position) == (marked, start)
    assert words in error.message
    assert error.aws_message == "Parameter ScheduleExpression is not valid."
    assert str(error) == (f"{field}: {error.message}" if field else error.message)


def test_the_scheduler_names_the_expression() -> None:
    error = refusal("at(2026-02-30T13:00:00)", "scheduler")
    assert (error.code, error.field) == (ScheduleCode.TIME, "time")
    assert error.aws_message == "Invalid Schedule Expression at(2026-02-30T13:00:00)."


def test_a_long_value_is_cut() -> None:
    assert len(refusal(f"cron({'x' * 5000} 0 1 * ? *)").message) < 200


def test_a_hint_tells_what_to_write() -> None:
    assert "lower case" in (refusal("CRON(0 0 1 * ? *)").problem.hint or "")
    assert refusal("every day").problem.hint is None


def test_zones() -> None:
    assert refusal("rate(1 day)", "scheduler", "Mars/Base").code is ScheduleCode.TIME_ZONE
    assert refusal("rate(1 day)", "scheduler", "../etc/passwd").code is ScheduleCode.TIME_ZONE
    error = refusal("rate(1 day)", "rules", "Europe/Berlin")
    assert (error.code, error.aws_message) == (ScheduleCode.TIME_ZONE, "")


@pytest.mark.parametrize("fields", ["H * * * *", "* R * * *", "@daily", "0 0 * * 9", "* * * * 6L"])
def test_unix_refuses_lots_and_nonsense(fields: str) -> None:
    error = refusal(f"unix({fields})", "unix")
    assert error.code in (ScheduleCode.VALUE, ScheduleCode.FIELD_COUNT)
    assert error.aws_message == ""


def test_an_unknown_dialect() -> None:
    with pytest.raises(ValueError, match='expected "rules", "scheduler" or "unix"'):
        eventmatch.parse_schedule("rate(1 day)", dialect="crontab")  # type: ignore[arg-type]


def test_values() -> None:
    cron = eventmatch.parse_schedule("cron(0/30 20-1 ? JAN * 2027)")
    assert isinstance(cron, Cron)
    assert (cron.minutes, cron.hours, cron.months) == ((0, 30), (0, 1, 20, 21, 22, 23), (1,))
    rate = eventmatch.parse_schedule("rate(02 hours)")
    assert isinstance(rate, Rate)
    assert (rate.value, rate.unit, rate.seconds) == (2, "hour", 7200)
    at = eventmatch.parse_schedule("at(2026-11-20T13:00:01)", dialect="scheduler")
    assert isinstance(at, At)
    assert at.local.isoformat() == "2026-11-20T13:00:01"
    unix = eventmatch.parse_schedule("unix(0 10 * * 1-5)", dialect="unix")
    assert isinstance(unix, Unix)
    assert unix.fields == "0 10 * * 1-5"


def test_values_are_equal_and_can_be_keys() -> None:
    text = "cron(0 0 1 * ? 2027)"
    assert {eventmatch.parse_schedule(text), eventmatch.parse_schedule(text)} == {
        eventmatch.parse_schedule(text)
    }
