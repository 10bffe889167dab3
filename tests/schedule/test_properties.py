"""The naive definition, croniter and the package agree, in three pairs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Final

import pytest

from eventmatch.errors import ScheduleError
from eventmatch.schedule import calendar, crontab
from eventmatch.schedule.crontab import translated
from eventmatch.schedule.describe import explain_schedule
from eventmatch.schedule.fields import EVERY_YEAR
from eventmatch.schedule.firing import fire_times, next_fire_time
from eventmatch.schedule.lints import check_schedule
from eventmatch.schedule.model import Cron
from eventmatch.schedule.parser import parse_schedule
from tests.schedule.naive import fire_times as naive_fire_times
from tests.schedule.naive import unix_fire_times
from tests.schedule.oracle import differences, moment, naive_fires
from tests.schedule.random_expressions import expression

FIRES: Final = 5
MUTATIONS: Final = ("", "", *"0123456789*?/,-LWlw#AFS() \t\n\u0663\u0131")
YEAR: Final = timedelta(days=366)


def random_cron(random: Random) -> Cron:
    cron = parse_schedule(f"cron({expression(random)})")
    assert isinstance(cron, Cron)
    return cron


@pytest.mark.parametrize("seed", range(4))
def test_the_naive_definition_agrees(seed: int) -> None:
    assert list(differences(Random(seed), 200)) == []


def test_the_oracle_is_the_naive_definition_minute_by_minute() -> None:
    random, compared = Random(5), 0
    while compared < 20:
        fields, after = expression(random), moment(random)
        expected = list(islice(naive_fires(fields, "UTC", after, after + YEAR), 2))
        if len(expected) == 2:
            assert list(islice(naive_fire_times(fields.split(" "), after), 2)) == expected
            compared += 1


def test_croniter_and_our_own_calendar_agree_on_what_both_can_say() -> None:
    random, compared = Random(6), 0
    while compared < 300:
        cron, first = random_cron(random), moment(random).date()
        fields = translated(cron.days, cron.months)
        if fields is not None:
            every_year = replace(cron, years=EVERY_YEAR)
            expected = list(islice(calendar.days_from(every_year, first), FIRES))
            assert list(islice(crontab.days_from(fields, first), FIRES)) == expected, cron.text
            compared += 1


def test_croniter_reads_whole_expressions_as_we_do() -> None:
    random = Random(9)
    for _ in range(100):
        minutes = random.choice(["0", "*/7", "3,50-55"])
        hours = random.choice(["*", "8-17/3", "22-2"])
        local = moment(random).replace(tzinfo=None)
        cron = parse_schedule(f"cron({minutes} {hours} ? * MON-FRI *)")
        assert isinstance(cron, Cron)
        for _ in range(FIRES):
            expected = crontab.step(f"{minutes} {hours} * * 1-5", local)
            assert expected is not None
            assert calendar.step(cron, local) == expected
            local = expected


def test_ordinary_cron_agrees_with_the_naive_definition() -> None:
    random = Random(7)
    for _ in range(60):
        fields = ordinary(random)
        after = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=random.randrange(525_600))
        schedule = parse_schedule(f"unix({fields})", dialect="unix")
        fires = list(islice(fire_times(schedule, after), 2))
        assert fires == list(islice(unix_fire_times(fields.split(" "), after), 2)), fields


def ordinary(random: Random) -> str:
    """Five fields of ordinary cron that fire each year.

    Beside a day of the month there is no `2#2` and no `L5`: croniter does not read that as either.
    """
    day_of_month = random.choice(["*", "*", "1,15", "L", "10-20"])
    special = ["2#2", "L5"] if day_of_month == "*" else []
    return " ".join(
        [
            random.choice(["0", "*/20", "5,35", "10-50/7"]),
            random.choice(["*", "3", "8-17", "22-2"]),
            day_of_month,
            random.choice(["*", "*", "JAN-MAR", "6"]),
            random.choice(["*", "*", "1-5", "0", "7", "sat", *special]),
        ]
    )


def test_an_earlier_moment_has_no_later_next_fire() -> None:
    random = Random(8)
    for _ in range(200):
        cron, after = random_cron(random), moment(random)
        earlier = next_fire_time(cron, after - timedelta(minutes=random.randint(1, 5000)))
        later = next_fire_time(cron, after)
        assert later is None or (earlier is not None and earlier <= later)


def test_every_schedule_can_be_told_in_words_and_checked() -> None:
    random = Random(10)
    for _ in range(200):
        text = f"cron({expression(random)})"
        assert explain_schedule(text).startswith(("at ", "every "))
        problems = check_schedule(text, after=moment(random))
        assert all(problem.severity == "warning" for problem in problems)


def test_a_text_is_a_schedule_or_refused_with_its_place() -> None:
    random, refused = Random(11), 0
    for _ in range(2000):
        text = mutated(random, f"cron({expression(random)})")
        try:
            parse_schedule(text)
        except ScheduleError as error:
            start, end = error.problem.span
            assert 0 <= start <= end <= len(text)
            refused += 1
    assert 500 < refused < 2000


def mutated(random: Random, text: str) -> str:
    """A text with some characters taken out, put in or changed."""
    characters = list(text)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(characters))
        characters[at : at + random.choice([0, 1])] = random.choice(MUTATIONS)
    return "".join(characters)
