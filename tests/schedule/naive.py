"""When a cron expression fires: read off the wording, tested minute by minute.

Source: service reference §4.3 (the fields), §4.4 (zones), §4.5 (ordinary cron), §9 (decisions).
It shares no code with the package, so that the two can disagree. Expressions are taken to be valid,
and nothing here is fast.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from heapq import merge
from typing import Final, NamedTuple, TypeAlias

Fields: TypeAlias = Sequence[str]  # minutes, hours, day-of-month, month, day-of-week, perhaps year


class Field(NamedTuple):
    """What a field may hold. Years have no names, and only they may lie outside."""

    low: int
    high: int
    names: tuple[str, ...] = ()


MINUTES: Final = Field(0, 59)
HOURS: Final = Field(0, 23)
DAY_OF_MONTH: Final = Field(1, 31)
MONTH: Final = Field(
    1, 12, ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
)
DAY_OF_WEEK: Final = Field(1, 7, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))
YEAR: Final = Field(1970, datetime.max.year)
SATURDAY: Final = 7


def fires(fields: Fields, local: datetime) -> bool:
    """Whether the expression fires in this minute of the local clock."""
    minutes, hours, *_ = fields
    return (
        has(minutes, local.minute, MINUTES)
        and has(hours, local.hour, HOURS)
        and day_fires(fields, local.date())
    )


def fire_times(
    fields: Fields, after: datetime, zone: tzinfo = UTC, last_year: int = datetime.max.year
) -> Iterator[datetime]:
    """Every moment after this one, in UTC: local times that do not exist are left out, and of
    those that occur twice the first is taken.
    """
    for day in days(fields, after.astimezone(zone).date(), last_year):
        for minute in range(24 * 60):
            local = datetime(day.year, day.month, day.day, minute // 60, minute % 60)
            if fires(fields, local):
                moment = local.replace(tzinfo=zone).astimezone(UTC)
                if moment > after and moment.astimezone(zone).replace(tzinfo=None) == local:
                    yield moment


def unix_fire_times(fields: Fields, after: datetime) -> Iterator[datetime]:
    """The same of ordinary cron, where two fields of days mean either (§4.5)."""
    whole = [re.sub(r"\b(\w+)-\1\b", "*", field) for field in fields]  # x-x is the whole cycle
    minutes, hours, day_of_month, month, day_of_week = (f.replace("?", "*") for f in whole)
    day_of_week = re.sub(r"L(\d)", r"\1L", day_of_week)
    day_of_week = re.sub(r"(?<![/#])\d", lambda n: str(int(n[0]) % 7 + 1), day_of_week)
    readings = [
        (minutes, hours, day_of_month, month, "?", "*"),
        (minutes, hours, "?", month, day_of_week, "*"),
    ]
    if day_of_week == "*":
        del readings[1]
    elif day_of_month == "*":
        del readings[0]
    last = after
    for moment in merge(*(fire_times(reading, after) for reading in readings)):
        if moment > last:
            yield moment
            last = moment


def days(fields: Fields, first: date, last_year: int) -> Iterator[date]:
    """Every day on which the expression fires, from the first on."""
    for year in range(first.year, last_year + 1):
        for month in range(1, 13):
            if month_fires(fields, year, month):
                for number in range(1, monthrange(year, month)[1] + 1):
                    day = date(year, month, number)
                    if day >= first and day_fires(fields, day):
                        yield day


def month_fires(fields: Fields, year: int, month: int) -> bool:
    _, _, _, months, _, *years = fields
    return has(years[0] if years else "*", year, YEAR) and has(months, month, MONTH)


def day_fires(fields: Fields, day: date) -> bool:
    _, _, day_of_month, _, day_of_week, *_ = fields
    if not month_fires(fields, day.year, day.month):
        return False
    if day_of_month == "?":
        return any(day_of_week_fires(item.upper(), day) for item in day_of_week.split(","))
    return any(day_of_month_fires(item.upper(), day) for item in day_of_month.split(","))


def day_of_month_fires(item: str, day: date) -> bool:
    last = monthrange(day.year, day.month)[1]
    if item == "LW":
        return day.day == nearest_weekday(day.replace(day=last))
    if item.startswith("L"):  # L, L-3
        return day.day == last - int(item[2:] or 0)
    if "W" in item:  # 15W, 1-5W; W15 in ordinary cron
        range_ = item.strip("W")
        wanted = [n for n in range(1, last + 1) if item_has(range_, n, DAY_OF_MONTH)]
        return any(day.day == nearest_weekday(day.replace(day=n)) for n in wanted)
    return item_has(item, day.day, DAY_OF_MONTH)


def nearest_weekday(day: date) -> int:
    """The day of the same month that is nearest, and Monday to Friday."""
    last = monthrange(day.year, day.month)[1]
    if day.isoweekday() == 6:
        return day.day - 1 if day.day > 1 else 3
    if day.isoweekday() == 7:
        return day.day + 1 if day.day < last else last - 2
    return day.day


def day_of_week_fires(item: str, day: date) -> bool:
    weekday = day.isoweekday() % 7 + 1
    if item == "L":
        return weekday == SATURDAY
    if item.endswith("L"):  # 6L, FRIL
        is_last = day.day + 7 > monthrange(day.year, day.month)[1]
        return is_last and weekday == number(item[:-1], DAY_OF_WEEK)
    if "#" in item:  # 3#2
        name, _, nth = item.partition("#")
        return weekday == number(name, DAY_OF_WEEK) and (day.day + 6) // 7 == int(nth)
    return item_has(item, weekday, DAY_OF_WEEK)


def has(text: str, value: int, field: Field) -> bool:
    return any(item_has(item, value, field) for item in text.split(","))


def item_has(item: str, value: int, field: Field) -> bool:
    """Whether `*`, `a` or `a-b`, perhaps with a step, holds the value."""
    base, slash, step = item.partition("/")
    if base == "*":
        first, last = field.low, field.high
    elif "-" in base:
        first, last = (number(end, field) for end in base.split("-"))
    else:
        first = number(base, field)
        last = field.high if slash else first
    if last < first:  # the range wraps
        size = field.high - field.low + 1
        last += size
        value += size if value < first else 0
    if not first <= value <= last:
        return False
    if not slash:
        return True
    return (value - first) % int(step) == 0 if int(step) else value == first


def number(text: str, field: Field) -> int:
    """A number, or the name of one: the first three letters of it tell."""
    if text.isdecimal():
        return int(text)
    return field.low + field.names.index(text[:3].upper())
