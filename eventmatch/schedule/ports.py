"""What schedules need of the world: a store for when they fire next, and what it is that fires."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from eventmatch.delivery.model import Delivery, Event


class Scheduled(NamedTuple):
    """A schedule that fires again, at `next`.

    `kind` tells whose it is, and no other of that kind has its `key`. A rate counts from `anchor`.
    Moments are in seconds since 1970.
    """

    kind: str
    key: str
    next: float
    anchor: float
    expression: str


class ScheduleChange(NamedTuple):
    """What becomes of one schedule: it begins anew, or, with None, ends."""

    kind: str
    key: str
    value: Scheduled | None


class Fire(NamedTuple):
    """That a schedule fires: when it does next, None for never, and the events of it."""

    scheduled: Scheduled
    next: float | None
    events: Sequence[Event] = ()
    deliveries: Sequence[Delivery] = ()


class ScheduleStore(Protocol):
    """Keeps when schedules fire next. Each method raises `StoreError`, and then changed nothing.

    Schedules begin and end by `Records.write`, together with what they are part of.
    """

    async def due(self, until: float, limit: int) -> Sequence[Scheduled]:
        """Return schedules that fire by a moment, the earliest first."""

    async def next_due(self) -> float | None:
        """Return the first moment at which a schedule fires; None if there is none."""

    async def find(self, kind: str, key: str) -> Scheduled | None:
        """Return a schedule that fires again; None if there is none with that key."""

    async def keys(self, kind: str) -> Collection[str]:
        """Return the keys of all schedules of a kind."""

    async def fire(self, fires: Sequence[Fire]) -> Sequence[bool]:
        """Move schedules on, and keep their events, in one transaction; tell which were moved.

        One whose next fire is not what it was said to be fires elsewhere already, or has changed:
        it stays as it is, and nothing of it is kept.
        """


class Source(Protocol):
    """Tells of schedules of one kind when they fire, and what they do then."""

    async def current(self) -> None:
        """Return when the source knows every schedule that the store has by now.

        What changes one is written first, and known a moment later.
        """

    def next_fire(self, scheduled: Scheduled, after: float) -> float | None:
        """Return when it fires first behind a moment; None for never. May raise `ScheduleError`."""

    async def emit(
        self, scheduled: Scheduled, moment: float
    ) -> tuple[Sequence[Event], Sequence[Delivery]]:
        """Return the events of a fire, whose time is that moment, with their deliveries."""

    async def ended(self, scheduled: Scheduled) -> None:
        """Take note that it has fired for the last time."""
