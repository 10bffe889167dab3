"""Schedules in dicts, for tests and for what need not outlive the process."""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Sequence

from eventmatch.delivery.ports import DeliveryStore
from eventmatch.schedule.ports import Fire, ScheduleChange, Scheduled


class MemorySchedules:
    """`ScheduleStore` in memory, sorted by the next fire; `check` raises if the store is closed."""

    def __init__(self, check: Callable[[], None], deliveries: DeliveryStore) -> None:
        self._check = check
        self._deliveries = deliveries
        self._schedules: dict[tuple[str, str], Scheduled] = {}
        self._order: list[tuple[float, str, str]] = []

    async def due(self, until: float, limit: int) -> Sequence[Scheduled]:
        """Return schedules that fire by a moment, the earliest first."""
        self._check()
        found: list[Scheduled] = []
        for moment, kind, key in self._order[:limit]:
            if moment > until:
                break
            found.append(self._schedules[kind, key])
        return found

    async def next_due(self) -> float | None:
        """Return the first moment at which a schedule fires; None if there is none."""
        self._check()
        return self._order[0][0] if self._order else None

    async def find(self, kind: str, key: str) -> Scheduled | None:
        """Return a schedule that fires again; None if there is none with that key."""
        self._check()
        return self._schedules.get((kind, key))

    async def keys(self, kind: str) -> Collection[str]:
        """Return the keys of all schedules of a kind."""
        self._check()
        return {key for own, key in self._schedules if own == kind}

    async def fire(self, fires: Sequence[Fire]) -> Sequence[bool]:
        """Move schedules on, and keep their events; tell which were moved."""
        self._check()
        moved = [self._schedules.get(fire.scheduled[:2]) == fire.scheduled for fire in fires]
        ours = [fire for fire, is_ours in zip(fires, moved, strict=True) if is_ours]
        await self._deliveries.append(
            [event for fire in ours for event in fire.events],
            [delivery for fire in ours for delivery in fire.deliveries],
        )
        for scheduled, later, _, _ in ours:
            kind, key = scheduled[:2]
            value = None if later is None else scheduled._replace(next=later)
            self.change(ScheduleChange(kind, key, value))
        return moved

    def change(self, change: ScheduleChange) -> None:
        """Let a schedule begin, begin anew, or end."""
        place = change.kind, change.key
        old = self._schedules.pop(place, None)
        if old is not None:
            del self._order[bisect_left(self._order, (old.next, *place))]
        if change.value is not None:
            self._schedules[place] = change.value
            insort(self._order, (change.value.next, *place))
