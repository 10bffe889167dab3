"""Schedules in plain words."""

import pytest

import eventmatch


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("0 10 ? * MON-FRI *", "at 10:00 UTC on Monday to Friday"),
        ("* * * * ? *", "every minute"),
        ("*/15 * * * ? *", "every 15 minutes"),
        ("7/15 * * * ? *", "every 15 minutes, from minute 7 of the hour"),
        ("0 * * * ? *", "every hour"),
        ("5 * * * ? *", "at minute 5 of every hour"),
        ("0 */2 * * ? *", "every 2 hours from 00:00 UTC"),
        ("* 10 * * ? *", "every minute from 10:00 to 10:59 UTC"),
        ("1-20 20-2 * * ? *", "at minutes 1 to 20 of every hour from 20:00 to 02:59 UTC"),
        ("5,35 14 * * ? *", "at 14:05 and 14:35 UTC every day"),
        ("0/15 * * MAR ? *", "every 15 minutes in March"),
        ("15 10 ? * 6L 2027-2029", "at 10:15 UTC on the last Friday of the month in 2027 to 2029"),
        ("0 0 LW * ? *", "at 00:00 UTC on the last weekday of the month"),
        ("0 0 L * ? *", "at 00:00 UTC on the last day of the month"),
        ("0 0 L-3 1 ? *", "at 00:00 UTC on the 3rd day before the last in January"),
        ("0 2 ? * SAT#3 *", "at 02:00 UTC on the third Saturday of the month"),
        ("0 0 1,15W,L * ? *", None),
        ("0 0 1-5W NOV-FEB ? *", None),
        ("0 0 ? * FRI-MON *", "at 00:00 UTC on Friday to Monday"),
        ("0 0 ? * 1/2 *", "at 00:00 UTC on Tuesday, Thursday, Saturday and Sunday"),
        ("0 0 1 1 ? 2027,2028-2032/2", None),
        ("0 0 11,12,22,23 * ? *", "at 00:00 UTC on the 11th, 12th, 22nd and 23rd of the month"),
        ("0 0 1 1 ? 20000", "at 00:00 UTC on the 1st in January in no year that there is"),
    ],
)
def test_cron_in_words(fields: str, words: str | None) -> None:
    expected = words or LONG[fields]
    assert eventmatch.explain_schedule(f"cron({fields})") == expected


LONG = {
    "0 0 1,15W,L * ? *": (
        "at 00:00 UTC on the 1st, the weekday nearest to the 15th and the last day of the month"
    ),
    "0 0 1-5W NOV-FEB ? *": (
        "at 00:00 UTC on the weekday nearest to the 1st to 5th in November to February"
    ),
    "0 0 1 1 ? 2027,2028-2032/2": (
        "at 00:00 UTC on the 1st in January in 2027 and every 2nd year from 2028 to 2032"
    ),
}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rate(1 day)", "every day"),
        ("rate(1500 minutes)", "every 1,500 minutes"),
        ("at(2026-11-20T13:00:00)", "once, on 2026-11-20 at 13:00 Europe/Berlin"),
        ("at(2026-11-20T13:00:05)", "once, on 2026-11-20 at 13:00:05 Europe/Berlin"),
        ("cron(0 * * * ? *)", "every hour in Europe/Berlin"),
        ("cron(0 9 ? * MON)", "at 09:00 Europe/Berlin on Monday"),
    ],
)
def test_others_in_words(text: str, words: str) -> None:
    schedule = eventmatch.parse_schedule(text, dialect="scheduler", timezone="Europe/Berlin")
    assert eventmatch.explain_schedule(schedule) == words


def test_how_it_is_written_does_not_matter() -> None:
    one = eventmatch.explain_schedule("cron(0,15,30,45 0-23 ? JAN-DEC 1-7 *)")
    assert one == eventmatch.explain_schedule("cron(*/15 * 1-31 * ? *)")


def test_unix_shows_its_fields() -> None:
    unix = eventmatch.parse_schedule("unix(30 2 * * 1-5)", dialect="unix")
    assert "30 2 * * 1-5" in eventmatch.explain_schedule(unix)


def test_a_bad_text_is_refused() -> None:
    with pytest.raises(eventmatch.ScheduleError):
        eventmatch.explain_schedule("cron()")
