"""Warnings: what is a valid schedule and still probably not what the author meant."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from eventmatch.errors import Problem, ScheduleError, ScheduleLintCode
from eventmatch.jsontext import location
from eventmatch.schedule.days import DaysOfWeek
from eventmatch.schedule.fields import DAY_NAMES, days_of_week
from eventmatch.schedule.firing import next_fire_time, next_local
from eventmatch.schedule.model import UTC as UTC_NAME
from eventmatch.schedule.model import At, Cron, Dialect, Rate, Schedule, Unix
from eventmatch.schedule.parser import fields_of, parse_schedule
from eventmatch.schedule.zones import Change, changes, moment_of, zone_of

_EVERY_MINUTE: Final = 60
_HOURS, _MINUTES = 24, 60
_DAY_NUMBER: Final = re.compile(r"(?<![/#0-9])[0-9]+")
_FIRST_MOMENT: Final = datetime(1, 1, 2, tzinfo=UTC)
_YEAR: Final = timedelta(days=366)
_MINUTE: Final = timedelta(minutes=1)


def check_schedule(
    text: str,
    *,
    dialect: Dialect = "rules",
    timezone: str = UTC_NAME,
    after: datetime | None = None,
) -> tuple[Problem, ...]:
    """Return what is wrong with a schedule expression: its error, or warnings; empty if nothing is.

    `after` is a moment in whose following year the schedule is to fire; left out, it may have
    fired for the last time, and what daylight saving time does to it is not looked at.
    `dialect` and `timezone` are those of `parse_schedule`.
    """
    try:
        schedule = parse_schedule(text, dialect=dialect, timezone=timezone)
    except ScheduleError as error:
        return (error.problem,)
    return tuple(lint(schedule, after))


def lint(schedule: Schedule, after: datetime | None) -> Iterator[Problem]:
    """Yield the warnings about a schedule, from `after` on if that is given."""
    if next_fire_time(schedule, after or _FIRST_MOMENT) is None:
        yield _never(schedule)
        return
    if _is_every_minute(schedule):
        yield _whole(schedule, ScheduleLintCode.EVERY_MINUTE, "fires every minute")
    if isinstance(schedule, Cron):
        yield from _day_numbers(schedule)
    if isinstance(schedule, Cron | Unix) and after is not None:
        yield from _changed_clocks(schedule, after)


def _never(schedule: Schedule) -> Problem:
    message = "never fires: no such month has such a day"
    if isinstance(schedule, At):
        message = "does not fire any more: the time has passed"
        if moment_of(schedule.local, zone_of(schedule.timezone)) is None:
            message = f"never fires: the clocks of {schedule.timezone} skip that time"
    elif isinstance(schedule, Cron) and next_fire_time(schedule, _FIRST_MOMENT) is not None:
        message = "does not fire any more: its years have passed"
    elif isinstance(schedule, Cron) and not schedule.years:
        message = "never fires: no date has such a year"
    return _whole(schedule, ScheduleLintCode.NEVER_FIRES, message)


def _is_every_minute(schedule: Schedule) -> bool:
    match schedule:
        case Rate():
            return schedule.seconds == _EVERY_MINUTE
        case Cron():
            return len(schedule.minutes) == _MINUTES and len(schedule.hours) == _HOURS
        case _:
            return False


def _day_numbers(cron: Cron) -> Iterator[Problem]:
    """Yield a warning if the numbers of days would mean other days in ordinary cron."""
    text, span = list(fields_of(cron.text))[4]
    numbers = [int(found[0]) for found in _DAY_NUMBER.finditer(text)]
    if not numbers or (isinstance(cron.days, DaysOfWeek) and cron.days == days_of_week("*")):
        return
    here, there = DAY_NAMES[numbers[0] - 1], DAY_NAMES[numbers[0] % len(DAY_NAMES)]
    named = _DAY_NUMBER.sub(lambda found: DAY_NAMES[int(found[0]) - 1][:3].upper(), text)
    yield _problem(
        cron,
        ScheduleLintCode.DAY_NUMBERS,
        f"{numbers[0]} is {here} here, and {there} in ordinary cron",
        span,
        field="day-of-week",
        hint=f"write {named}",
    )


def _changed_clocks(schedule: Cron | Unix, after: datetime) -> Iterator[Problem]:
    """Yield a warning for each change of the clocks, in a year, that a daily time falls into."""
    if isinstance(schedule, Cron) and len(schedule.hours) == _HOURS:
        return
    for change in changes(zone_of(schedule.timezone), after, after + _YEAR):
        local = next_local(schedule, change.first - _MINUTE)
        if local is not None and local < change.behind:
            yield _changed(schedule, change, local)


def _changed(schedule: Cron | Unix, change: Change, local: datetime) -> Problem:
    when = f"{local:%H:%M} on {local:%Y-%m-%d}"
    if change.is_gap:
        message = f"does not fire at {when}: the clocks of {schedule.timezone} skip that time"
        return _whole(schedule, ScheduleLintCode.TIME_SKIPPED, message)
    message = f"fires once at {when}, which the clocks of {schedule.timezone} show twice"
    return _whole(schedule, ScheduleLintCode.TIME_REPEATED, message)


def _whole(schedule: Schedule, code: ScheduleLintCode, message: str) -> Problem:
    return _problem(schedule, code, message, (0, len(schedule.text)))


def _problem(
    schedule: Schedule,
    code: ScheduleLintCode,
    message: str,
    span: tuple[int, int],
    *,
    field: str = "",
    hint: str | None = None,
) -> Problem:
    line, column = location(schedule.text, span[0])
    return Problem(
        severity="warning",
        code=code,
        path=field,
        line=line,
        column=column,
        span=span,
        message=message,
        hint=hint,
    )
