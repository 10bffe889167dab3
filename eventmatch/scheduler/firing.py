"""When a schedule fires. Meaning: reference §4.4. Pure: knows no clock."""

from functools import lru_cache
from typing import Final

from eventmatch.schedule import model
from eventmatch.schedule.firing import next_fire_time
from eventmatch.schedule.parser import parse_schedule
from eventmatch.schedule.ports import Scheduled
from eventmatch.scheduler.model import Schedule, ScheduleState

KIND: Final = "schedule"
# Less than any expression can tell, and more than floats lose.
_INSTANT: Final = 1e-5


@lru_cache(maxsize=4096)
def parsed(expression: str, timezone: str) -> model.Schedule:
    """Return an expression as a value; raises `ScheduleError`."""
    return parse_schedule(expression, dialect="scheduler", timezone=timezone)


def begun(schedule: Schedule, now: float) -> Scheduled | None:
    """Return how a schedule begins; None if it is disabled, or never fires.

    A rate counts from its start, or from now, and fires at that moment, too. What is in the past
    does not fire.
    """
    if schedule.state is ScheduleState.DISABLED:
        return None
    anchor = now if schedule.start is None else schedule.start
    value = parsed(schedule.expression, schedule.timezone)
    if isinstance(value, model.Rate):
        after = now - _INSTANT
    elif isinstance(value, model.At) or anchor <= now:
        after = now
    else:
        after = anchor - _INSTANT
    first = next_fire(schedule, after, anchor)
    if first is None:
        return None
    return Scheduled(KIND, schedule.key, first, anchor, schedule.expression)


def next_fire(schedule: Schedule, after: float, anchor: float) -> float | None:
    """Return when a schedule fires first behind a moment; None if it has ended by then."""
    value = parsed(schedule.expression, schedule.timezone)
    found = next_fire_time(value, after, anchor=anchor)
    if isinstance(value, model.At) or found is None or schedule.end is None:
        return found
    return found if found < schedule.end else None
