"""Ordinary cron, which croniter steps: `unix(...)`, and whatever of AWS's cron means the same.

Source: reference §4.5. Times have no zone here: what the clocks of the zone show.
Of AWS's cron, croniter steps the days. They are written out as lists, so that ranges of equal
bounds, ranges that wrap and steps of zero, which it reads differently, do not come to it.
Left to `eventmatch.schedule.calendar` are
- the hours and minutes: there are few day fields, so that what croniter made of them can be kept,
  which takes it three times as long as a step (benchmarks/schedules.py tells both);
- the days that ordinary cron has no words for: `LW`, `L-3`, `15W`, lists with one of them;
- chosen years: croniter ends with 2099, and looks for fifty years for a day that none of them has.
"""

import copy
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from croniter import croniter
from croniter.croniter import CroniterBadDateError, CroniterError

from eventmatch.schedule.days import (
    Days,
    DaysOfMonth,
    DaysOfWeek,
    LastDay,
    LastDayOfWeek,
    NthDayOfWeek,
    is_every_day,
)

_HASHED: Final = re.compile(r"(?<![A-Z])[HR](?![A-Z])", re.IGNORECASE)
_MONTHS: Final = 12
_MINUTE: Final = timedelta(minutes=1)


def fault(fields: str) -> str | None:
    """Return what is wrong with five fields of ordinary cron; None if nothing is."""
    if _HASHED.search(fields):
        return f'expected no H or R, which stand for a number drawn by lot, got "{fields}"'
    try:
        stepper(fields)
    except (CroniterError, ValueError) as error:
        return f"not ordinary cron: {error}"
    return None


@lru_cache(maxsize=4096)
def translated(days: Days, months: tuple[int, ...]) -> str | None:
    """Return days of months as ordinary cron that fires at midnight, if it has words for them."""
    fields = _translated_days(days)
    if fields is None:
        return None
    day_of_month, day_of_week = fields
    return f"0 0 {day_of_month} {_listed(months) if len(months) < _MONTHS else '*'} {day_of_week}"


def _translated_days(days: Days) -> tuple[str, str] | None:
    """Return day-of-month and day-of-week, where 0 is Sunday."""
    if is_every_day(days):
        return "*", "*"
    match days:
        case DaysOfMonth(numbers):
            return _listed(numbers), "*"
        case LastDay(0):
            return "L", "*"
        case DaysOfWeek(numbers):
            return "*", _listed([number - 1 for number in numbers])
        case NthDayOfWeek(number, nth):
            return "*", f"{number - 1}#{nth}"
        case LastDayOfWeek(number):
            return "*", f"L{number - 1}"
    return None


def _listed(values: Iterable[int]) -> str:
    return ",".join(map(str, values))


def days_from(fields: str, first: date) -> Iterator[date]:
    """Yield every day, from that one on, that five fields of ordinary cron name at midnight."""
    found = step(fields, datetime.combine(first, time()) - _MINUTE)
    while found is not None:
        yield found.date()
        found = step(fields, found)


def step(fields: str, after: datetime) -> datetime | None:
    """Return the next time after another that five fields name; None if there is none."""
    try:
        found: datetime = copy.copy(stepper(fields)).get_next(datetime, start_time=after)
    except (CroniterBadDateError, ValueError, OverflowError):  # no such day, or no such year
        return None
    return found


@lru_cache(maxsize=1024)
def stepper(fields: str) -> croniter:
    """Return what steps these fields; it is copied, because it keeps where it is."""
    return croniter(fields)
