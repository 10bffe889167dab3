"""When a schedule fires next.

Source: reference §4.1 to §4.5. Pure: knows no clock. A time of the day that the clocks of the zone
skip does not fire; one that they show twice fires the first time.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, assert_never, overload

from eventmatch.schedule import calendar, crontab
from eventmatch.schedule.model import At, Cron, Rate, Schedule, Unix
from eventmatch.schedule.parser import parse_schedule
from eventmatch.schedule.zones import end_of_gap, local_time, moment_of, zone_of

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_MICROSECOND: Final = timedelta(microseconds=1)


@overload
def next_fire_time(
    expression: Schedule | str, after: datetime, *, anchor: datetime | float | None = None
) -> datetime | None: ...


@overload
def next_fire_time(
    expression: Schedule | str, after: float, *, anchor: datetime | float | None = None
) -> float | None: ...


def next_fire_time(
    expression: Schedule | str,
    after: datetime | float,
    *,
    anchor: datetime | float | None = None,
) -> datetime | float | None:
    """Return the first moment strictly after another at which a schedule fires; None if none is.

    Of a datetime, which must know its zone, comes a datetime in the zone of the schedule; of
    seconds since 1970 come such seconds. `anchor` is when a rate fires first and starts to count;
    left out, it counts from `after`, which then is no fire itself. A text is read as that of a
    rule; raises `ScheduleError`, and ValueError for a moment beyond the years 1 to 9999 of UTC.
    """
    schedule = parse_schedule(expression) if isinstance(expression, str) else expression
    start = _moment(after)
    found = _next(schedule, start, start if anchor is None else _moment(anchor))
    return None if found is None else _like(after, found, schedule)


@overload
def fire_times(
    expression: Schedule | str, after: datetime, *, anchor: datetime | float | None = None
) -> Iterator[datetime]: ...


@overload
def fire_times(
    expression: Schedule | str, after: float, *, anchor: datetime | float | None = None
) -> Iterator[float]: ...


def fire_times(
    expression: Schedule | str,
    after: datetime | float,
    *,
    anchor: datetime | float | None = None,
) -> Iterator[datetime | float]:
    """Yield every moment strictly after another at which a schedule fires, as `next_fire_time`."""
    schedule = parse_schedule(expression) if isinstance(expression, str) else expression
    start = _moment(after)
    return _fire_times(schedule, after, start, start if anchor is None else _moment(anchor))


def _fire_times(
    schedule: Schedule, after: datetime | float, start: datetime, anchor: datetime
) -> Iterator[datetime | float]:
    moment = _next(schedule, start, anchor)
    while moment is not None:
        yield _like(after, moment, schedule)
        moment = _next(schedule, moment, anchor)


def _moment(given: datetime | float) -> datetime:
    """Return a moment in UTC, to the microsecond, and not later than given."""
    if isinstance(given, datetime) and given.tzinfo is None:
        raise ValueError("expected a datetime that knows its zone, got one without")
    try:
        if isinstance(given, datetime):
            return given.astimezone(UTC)
        moment = _EPOCH + timedelta(microseconds=round(given * 1e6))
        return moment - _MICROSECOND if moment.timestamp() > given else moment
    except (ValueError, OverflowError):
        raise ValueError(f"expected a moment in the years 1 to 9999, got {given}") from None


def _like(given: datetime | float, moment: datetime, schedule: Schedule) -> datetime | float:
    """Return a moment as what was given: in the zone of the schedule, or in seconds."""
    if isinstance(given, datetime):
        return moment.astimezone(zone_of(schedule.timezone))
    return moment.timestamp()


def _next(schedule: Schedule, after: datetime, anchor: datetime) -> datetime | None:
    """Return the first moment after another, in UTC; None also if no datetime can tell it."""
    try:
        return _next_of(schedule, after, anchor)
    except OverflowError:
        return None


def _next_of(schedule: Schedule, after: datetime, anchor: datetime) -> datetime | None:
    match schedule:
        case Rate():
            found = _next_of_rate(schedule, after, anchor)
            local_time(found, zone_of(schedule.timezone))  # raises where its clocks have no date
            return found
        case At():
            moment = moment_of(schedule.local, zone_of(schedule.timezone))
            return moment if moment is not None and moment > after else None
        case Cron() | Unix():
            return _next_on_the_clocks(schedule, after)
        case _:
            assert_never(schedule)


def _next_of_rate(rate: Rate, after: datetime, anchor: datetime) -> datetime:
    if after < anchor:
        return anchor
    period = timedelta(seconds=rate.seconds)
    return anchor + ((after - anchor) // period + 1) * period


def _next_on_the_clocks(schedule: Cron | Unix, after: datetime) -> datetime | None:
    """Step through what the clocks show, until that is a moment, and a later one."""
    zone = zone_of(schedule.timezone)
    local = next_local(schedule, local_time(after, zone))
    while local is not None:
        moment = moment_of(local, zone)
        if moment is not None and moment > after:
            return moment
        skipped_to = local if moment is not None else end_of_gap(local, zone) - _MINUTE
        local = next_local(schedule, skipped_to)
    return None


def next_local(schedule: Cron | Unix, after: datetime) -> datetime | None:
    """Return the next time that a schedule names, whatever the zone makes of it."""
    if isinstance(schedule, Unix):
        return crontab.step(schedule.fields, after)
    return calendar.step(schedule, after)
