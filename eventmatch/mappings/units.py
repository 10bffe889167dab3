"""What becomes of a batch of a stream that failed. Pure.

Meaning: service reference §6.5: retries, bisection, age, and the lowest failed record.
"""

from collections.abc import Sequence
from typing import NamedTuple

from eventmatch.mappings.batches import Item
from eventmatch.mappings.model import FOREVER, Settings


class Unit(NamedTuple):
    """Records that are sent together.

    `attempts` counts how often it was tried, `invocations` how often the function ran, `retries`
    what that took of the mapping's bound. The numbers of a batch go on with its parts; a split
    costs no retry.
    """

    items: Sequence[Item]
    attempts: int = 0
    invocations: int = 0
    retries: int = 0


class Plan(NamedTuple):
    """What is sent next, in order, and what is not sent again."""

    units: Sequence[Unit] = ()
    discarded: Unit | None = None


def after_failure(unit: Unit, first_failed: int, settings: Settings) -> Plan:
    """Return what follows when the record at that place was the first that failed."""
    rest = unit._replace(items=unit.items[first_failed:])
    if settings.bisects and first_failed:
        return Plan([rest])
    if settings.bisects and len(rest.items) > 1:
        middle = (len(rest.items) + 1) // 2
        return Plan(
            [rest._replace(items=half) for half in (rest.items[:middle], rest.items[middle:])]
        )
    again = rest._replace(retries=rest.retries + 1)
    if again.retries > settings.maximum_retry_attempts != FOREVER:
        return Plan(discarded=rest)
    return Plan([again])


def expired(unit: Unit, settings: Settings, now: float) -> int:
    """Return how many records of a batch, from the first on, are too old to be sent."""
    if settings.maximum_record_age == FOREVER:
        return 0
    since = now - settings.maximum_record_age
    for count, each in enumerate(unit.items):
        if each.arrived > since:
            return count
    return len(unit.items)


def expiry(unit: Unit, settings: Settings) -> float | None:
    """Return when the first record of a batch is too old to be sent; None for never."""
    if settings.maximum_record_age == FOREVER:
        return None
    return unit.items[0].arrived + settings.maximum_record_age
