"""Rules with a schedule: when they fire, and the event that they emit. Meaning: reference §4.1."""

from functools import lru_cache
from typing import Final

from eventmatch.bus.arn import Place
from eventmatch.bus.entries import Entry
from eventmatch.bus.envelope import Origin, envelope
from eventmatch.bus.model import Rule
from eventmatch.schedule.firing import next_fire_time
from eventmatch.schedule.model import Rate
from eventmatch.schedule.parser import parse_schedule
from eventmatch.schedule.ports import ScheduleChange, Scheduled

KIND: Final = "rule"
# A rate fires first so many seconds behind its creation: AWS takes some, too, and so targets that
# are put right behind the rule get that event.
FIRST_FIRE: Final = 1.0

_parsed: Final = lru_cache(maxsize=4096)(parse_schedule)


def schedule_change(old: Rule | None, new: Rule | None, now: float) -> ScheduleChange | None:
    """Return what becomes of a rule's schedule as the rule changes; None if it goes on as it was.

    A rate begins to count, and soon fires, when the rule is made, gets another expression or is
    enabled. Either rule may be None, but not both.
    """
    before, after = _expression(old), _expression(new)
    if before == after:
        return None
    rule = new or old
    assert rule is not None
    scheduled = None if after is None else _begun(rule.key, after, now)
    return ScheduleChange(KIND, rule.key, scheduled)


def next_fire(scheduled: Scheduled, after: float) -> float | None:
    """Return when a rule fires first behind a moment; raises `ScheduleError` for no schedule."""
    schedule = _parsed(scheduled.expression)
    if isinstance(schedule, Rate):
        return next_fire_time(schedule, after, anchor=scheduled.anchor)
    return _next_of_cron(scheduled.expression, after)


@lru_cache(maxsize=1024)
def _next_of_cron(expression: str, after: float) -> float | None:
    """Return what is the same for all rules with that expression, which often are many."""
    return next_fire_time(_parsed(expression), after)


def scheduled_event(rule_arn: str, moment: float, identity: str, place: Place) -> bytes:
    """Return the envelope of the event that a rule emits when it fires."""
    entry = Entry(
        bus="",
        source="aws.events",
        detail_type="Scheduled Event",
        detail=b"{}",
        resources=(rule_arn,),
        time=int(moment),
    )
    return envelope(entry, identity, moment, Origin(place.account, place.region))


def _expression(rule: Rule | None) -> str | None:
    return rule.schedule_expression or None if rule and rule.is_enabled else None


def _begun(key: str, expression: str, now: float) -> Scheduled | None:
    schedule = _parsed(expression)
    first = now + FIRST_FIRE if isinstance(schedule, Rate) else _next_of_cron(expression, now)
    return None if first is None else Scheduled(KIND, key, first, now, expression)
