"""A year of schedules at a glance: on which days they fire, and in which minutes the most do.

Rates are not in it, which count from when they are made.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import product
from typing import Final, assert_never

from eventmatch.schedule import calendar
from eventmatch.schedule.firing import next_local
from eventmatch.schedule.model import At, Cron, Rate, Schedule, Unix
from eventmatch.schedule.zones import changes, local_time, moment_of, zone_of

Times = tuple[int, ...]
"""Minutes of a day, sorted."""

_YEAR: Final = timedelta(days=366)
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyMinute:
    """A minute of the day at which most schedules fire together: how many, on how many days."""

    time: time
    schedules: int
    days: int
    first: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """How often schedules fire on each day of a year that has fires, and the busiest minutes."""

    fires: Mapping[date, int]
    busiest: tuple[BusyMinute, ...]


def year_of(schedules: Iterable[Schedule], year: int, timezone: str) -> Year:
    """Return a year on the clocks of a zone, with every minute at which any schedule fires."""
    zone = zone_of(timezone)
    by_day: dict[date, list[Times]] = {}
    for schedule in schedules:
        for day, times in _fires(schedule, year, zone):
            by_day.setdefault(day, []).append(times)
    counts = ((day, sum(map(len, by_day[day]))) for day in sorted(by_day))
    fires = {day: count for day, count in counts if count}
    return Year(fires=fires, busiest=tuple(_busiest(by_day)))


def _busiest(by_day: Mapping[date, Sequence[Times]]) -> list[BusyMinute]:
    """Return each minute that has fires, those of the most schedules first, then of the most days.

    Of each minute, only the days count on which the most schedules fire then.
    """
    counted, best = cache(_counted), dict[int, BusyMinute]()
    for day in sorted(by_day):
        for minute, count in counted(tuple(sorted(by_day[day]))).items():
            found = best.get(minute)
            if found is None or found.schedules < count:
                at = time(*divmod(minute, 60))
                best[minute] = BusyMinute(time=at, schedules=count, days=1, first=day)
            elif found.schedules == count:
                best[minute] = replace(found, days=found.days + 1)
    return sorted(best.values(), key=lambda busy: (-busy.schedules, -busy.days, busy.time))


def _counted(lists: tuple[Times, ...]) -> Counter[int]:
    """Return each minute of a day with the number of schedules that fire then."""
    return Counter(minute for times in lists for minute in times)


def _fires(schedule: Schedule, year: int, zone: tzinfo) -> Iterator[tuple[date, Times]]:
    """Yield the days of a year on a zone's clocks, and the minutes at which a schedule fires."""
    own = zone_of(schedule.timezone)
    if own is not zone:
        return _fires_elsewhere(schedule, year, own, zone)
    gaps = set(_days_with_gaps(own, year))
    return (
        (day, _without_gap(day, times, own) if day in gaps else times)
        for day, times in _named(schedule, year)
    )


def _days_with_gaps(zone: tzinfo, year: int) -> Iterator[date]:
    start = datetime(year, 1, 1, tzinfo=zone)
    for change in changes(zone, start, start + _YEAR):
        if change.is_gap:
            yield from (change.first.date(), (change.behind - _MINUTE).date())


def _without_gap(day: date, times: Times, zone: tzinfo) -> Times:
    return tuple(minute for minute in times if moment_of(_at(day, minute), zone) is not None)


def _fires_elsewhere(
    schedule: Schedule, year: int, own: tzinfo, zone: tzinfo
) -> Iterator[tuple[date, Times]]:
    """Move every fire from the clocks of the schedule to those of another zone."""
    shown: dict[date, Times] = {}
    shifted = cache(_shifted)
    for day, times in _named_around(schedule, year):
        shift = _shift(day, own, zone)
        parts = shifted(times, shift) if shift is not None else _asked(day, times, own, zone)
        for days, part in parts:
            there = day + timedelta(days=days)
            shown[there] = shown.get(there, ()) + part
    return ((day, tuple(sorted(times))) for day, times in shown.items() if day.year == year)


def _named_around(schedule: Schedule, year: int) -> Iterator[tuple[date, Times]]:
    """Yield what a schedule names in a year, and on the days before and behind it."""
    first, last = date(year - 1, 12, 31), date(year + 1, 1, 1)
    for near in (year - 1, year, year + 1):
        for day, times in _named(schedule, near):
            if first <= day <= last:
                yield day, times


Parts = Sequence[tuple[int, Times]]
"""Minutes of days, so many days later; of an earlier day, fewer than none."""


def _shift(day: date, own: tzinfo, zone: tzinfo) -> int | None:
    """Return how many minutes another zone's clocks are ahead on a day; None if that changes."""
    start, end = (datetime.combine(each, time(), own) for each in (day, day + _DAY))
    offsets = {(moment.utcoffset(), moment.astimezone(zone).utcoffset()) for moment in (start, end)}
    ours, theirs = offsets.pop()
    if offsets or ours is None or theirs is None:
        return None
    return (theirs - ours) // _MINUTE


def _shifted(times: Times, shift: int) -> Parts:
    parts: dict[int, list[int]] = {}
    for minute in times:
        days, minute = divmod(minute + shift, _MINUTES)
        parts.setdefault(days, []).append(minute)
    return [(days, tuple(minutes)) for days, minutes in parts.items()]


def _asked(day: date, times: Times, own: tzinfo, zone: tzinfo) -> Parts:
    """Ask the zones about every minute."""
    moments = filter(None, (moment_of(_at(day, minute), own) for minute in times))
    local = [local_time(moment, zone) for moment in moments]
    return [((each.date() - day).days, (each.hour * 60 + each.minute,)) for each in local]


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(*divmod(minute, 60)))


def _named(schedule: Schedule, year: int) -> Iterator[tuple[date, Times]]:
    """Yield the days and minutes that a schedule names, whatever the clocks make of them."""
    match schedule:
        case Cron():
            if calendar.has_year(schedule, year):
                pairs = product(schedule.hours, schedule.minutes)
                times = tuple(hour * 60 + minute for hour, minute in pairs)
                yield from ((day, times) for day in calendar.days_of_year(schedule, year))
        case At():
            if schedule.local.year == year:
                yield schedule.local.date(), (schedule.local.hour * 60 + schedule.local.minute,)
        case Unix():
            yield from _named_by_unix(schedule, year)
        case Rate():
            return
        case _:
            assert_never(schedule)


def _named_by_unix(schedule: Unix, year: int) -> Iterator[tuple[date, Times]]:
    """Step from day to day: on each that it names, ordinary cron names the same minutes."""
    times: Times = ()
    local = next_local(schedule, datetime(year, 1, 1) - _MINUTE)
    while local is not None and local.year == year:
        times = times or tuple(_times_of(schedule, local))
        yield local.date(), times
        local = next_local(schedule, datetime.combine(local.date(), time(23, 59)))


def _times_of(schedule: Unix, first: datetime) -> Iterator[int]:
    """Yield the minutes of the day that begins with this one."""
    local: datetime | None = first
    while local is not None and local.date() == first.date():
        yield local.hour * 60 + local.minute
        local = next_local(schedule, local)
