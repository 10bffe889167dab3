"""The naive definition over whole years, quickly enough for thousands of expressions.

A time fires if its minute, its hour and its day do, which `tests/schedule/naive.py` tells of each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from eventmatch.schedule.firing import fire_times
from eventmatch.schedule.parser import parse_schedule
from tests.schedule.naive import HOURS, MINUTES, day_fires, has
from tests.schedule.random_expressions import ZONES, expression

FIRES: Final = 12
DAY: Final = timedelta(days=1)
CHANGES: Final = tuple(
    datetime.fromisoformat(f"{text}Z")
    for text in [
        *("2024-03-10T10:00", "2024-11-03T09:00"),  # Los Angeles
        *("2026-03-29T01:00", "2026-10-25T01:00"),  # Berlin
        *("2027-04-03T15:00", "2027-10-02T15:30"),  # Lord Howe
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    expression: str
    zone: str
    after: datetime
    expected: list[datetime]
    got: list[datetime]


def differences(random: Random, count: int) -> Iterator[Difference]:
    """Compare random expressions, each from a random moment on for a little over a year."""
    for _ in range(count):
        difference = compare(expression(random), random.choice(ZONES), moment(random))
        if difference is not None:
            yield difference


def moment(random: Random) -> datetime:
    """A moment, often a whole minute, and often near a change of the clocks of some zone."""
    if random.random() < 0.3:
        return random.choice(CHANGES) + timedelta(seconds=random.randint(-30_000, 30_000))
    seconds = random.randrange(int(datetime(2036, 1, 1, tzinfo=UTC).timestamp()))
    return datetime.fromtimestamp(seconds - random.choice([0, seconds % 60]), UTC)


def compare(fields: str, zone: str, after: datetime) -> Difference | None:
    end = after + 400 * DAY
    expected = list(islice(naive_fires(fields, zone, after, end), FIRES))
    schedule = parse_schedule(f"cron({fields})", dialect="scheduler", timezone=zone)
    fires = (fire.astimezone(UTC) for fire in fire_times(schedule, after))
    got = [fire for fire in islice(fires, FIRES) if fire < end]
    if got == expected:
        return None
    return Difference(expression=fields, zone=zone, after=after, expected=expected, got=got)


def naive_fires(fields: str, zone: str, after: datetime, end: datetime) -> Iterator[datetime]:
    """The moments between two at which the expression fires."""
    split, info = fields.split(" "), ZoneInfo(zone)
    minutes = [minute for minute in range(60) if has(split[0].upper(), minute, MINUTES)]
    hours = [hour for hour in range(24) if has(split[1].upper(), hour, HOURS)]
    day = after.astimezone(info).date() - DAY
    while day <= end.astimezone(info).date():
        if day_fires(split, day):
            for found in on_day(day, hours, minutes, info):
                if after < found < end:
                    yield found
        day += DAY


def on_day(day: date, hours: list[int], minutes: list[int], zone: ZoneInfo) -> Iterator[datetime]:
    for hour in hours:
        for minute in minutes:
            local = datetime(day.year, day.month, day.day, hour, minute)
            found = local.replace(tzinfo=zone).astimezone(UTC)
            if found.astimezone(zone).replace(tzinfo=None) == local:
                yield found
