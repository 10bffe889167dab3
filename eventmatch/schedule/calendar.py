"""Steps through the calendar, in times without a zone: which days, and which times of them."""

from bisect import bisect_left
from calendar import isleap
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final

from eventmatch.schedule import crontab
from eventmatch.schedule.fields import EVERY_YEAR, YEAR
from eventmatch.schedule.model import Cron

# A year begins on one of seven days and is a leap year or not: no other calendars are printed.
_KINDS_OF_YEAR: Final = 14
_FIRST_DAY: Final = date(YEAR.low, 1, 1)


def has_year(cron: Cron, year: int) -> bool:
    """Tell whether a year is one of a cron's years."""
    return any(year in years for years in cron.years)


def step(cron: Cron, after: datetime) -> datetime | None:
    """Return the next time after another that a cron names; None if there is none."""
    for day in _days(cron, after.date()):
        first = _minute_of(after) + 1 if day == after.date() else 0
        minute = _time_from(cron, first)
        if minute is not None:
            return datetime.combine(day, time(*divmod(minute, 60)))
    return None


def _minute_of(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _time_from(cron: Cron, first: int) -> int | None:
    """Return the first minute of a day, from that one on."""
    hour, minute = divmod(first, 60)
    at = bisect_left(cron.hours, hour)
    if at < len(cron.hours) and cron.hours[at] == hour:
        place = bisect_left(cron.minutes, minute)
        if place < len(cron.minutes):
            return hour * 60 + cron.minutes[place]
        at += 1
    return cron.hours[at] * 60 + cron.minutes[0] if at < len(cron.hours) else None


def _days(cron: Cron, first: date) -> Iterator[date]:
    """Yield every day that a cron names, from that one on: by croniter, if it can tell them."""
    fields = crontab.translated(cron.days, cron.months) if cron.years == EVERY_YEAR else None
    if fields is None:
        return days_from(cron, first)
    return crontab.days_from(fields, max(first, _FIRST_DAY))


def days_from(cron: Cron, first: date) -> Iterator[date]:
    """Yield every day that a cron names, from that one on, by AWS's own rules."""
    for year in _years(cron, first.year):
        for day in days_of_year(cron, year):
            if day >= first:
                yield day


def _years(cron: Cron, first: int) -> Iterator[int]:
    """Yield the years that have a day which the cron names, from that one on."""
    barren: set[tuple[bool, int]] = set()
    years = _sorted(cron.years)
    for at in range(bisect_left(years, first), len(years)):
        year = years[at]
        kind = (isleap(year), date(year, 1, 1).weekday())
        if kind not in barren:
            if any(cron.days.of(year, month) for month in cron.months):
                yield year
            elif len(barren) == _KINDS_OF_YEAR - 1:
                return
            else:
                barren.add(kind)


@lru_cache(maxsize=64)
def _sorted(years: tuple[range, ...]) -> Sequence[int]:
    return years[0] if len(years) == 1 else tuple(sorted(set().union(*years)))


def days_of_year(cron: Cron, year: int) -> Iterator[date]:
    """Yield every day of a year that a cron names, whether it is one of its years or not."""
    for month in cron.months:
        for day in cron.days.of(year, month):
            yield date(year, month, day)
