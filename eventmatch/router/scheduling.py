"""Schedules, between the control plane, the store and the way of an event."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from functools import partial
from typing import Final

from eventmatch.bus import scheduled
from eventmatch.bus.arn import DEFAULT_BUS
from eventmatch.bus.model import Rule
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.registry import NOTHING, Beside
from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.delivery.model import Delivery, Event
from eventmatch.router.intake import Arrival, Intake
from eventmatch.router.rules import every_rule
from eventmatch.schedule.missing import MissedFires
from eventmatch.schedule.ports import ScheduleChange, Scheduled
from eventmatch.schedule.scheduler import Scheduler
from eventmatch.store.port import Store

# So many schedules that have none yet begin in one write.
_PAGE: Final = 1000


class ScheduledRules:
    """The rules of a plane that have a schedule, as a source of fires."""

    def __init__(self, plane: ControlPlane, intake: Intake, new_id: Callable[[], str]) -> None:
        self._plane = plane
        self._intake = intake
        self._new_id = new_id

    def next_fire(self, one: Scheduled, after: float) -> float | None:
        """Return when a rule fires first behind a moment; None for never."""
        return scheduled.next_fire(one, after)

    def emit(self, one: Scheduled, moment: float) -> tuple[Sequence[Event], Sequence[Delivery]]:
        """Return the event of a rule, for its own targets and for those of rules it matches."""
        bus, _, rule = one.key.partition("/")
        place = self._plane.place
        body = scheduled.scheduled_event(place.rule(bus, rule), moment, self._new_id(), place)
        return self._intake.prepare(Arrival(bus, body, selected=rule))


class Scheduling:
    """Makes a scheduler over a plane and a store, which the rules of the plane begin and end."""

    def __init__(
        self,
        plane: ControlPlane,
        store: Store,
        intake: Intake,
        dispatcher: Dispatcher,
        new_id: Callable[[], str],
        missed: MissedFires,
    ) -> None:
        self._plane = plane
        self._store = store
        sources = {scheduled.KIND: ScheduledRules(plane, intake, new_id)}
        self.scheduler = Scheduler(
            store.schedules, sources, dispatcher.offer, clock=plane.clock, missed=missed
        )
        plane.registry.watch(self._changed)

    async def start(self) -> None:
        """Fire from now on; rules of a store that knew no schedules begin now."""
        await self._adopt()
        await self.scheduler.start()

    def _changed(self, old: Rule | None, new: Rule | None) -> Beside:
        change = scheduled.schedule_change(old, new, self._plane.clock.now())
        if change is None:
            return NOTHING
        if change.value is None:
            return Beside([change], NOTHING.publish)
        return Beside([change], partial(self.scheduler.expect, change.value.next))

    async def _adopt(self) -> None:
        async with self._plane.registry.lock:
            known = await self._store.schedules.keys(scheduled.KIND)
            new = [change async for change in self._beginning(known)]
            for first in range(0, len(new), _PAGE):
                await self._store.records.write(new[first : first + _PAGE])

    async def _beginning(self, known: Collection[str]) -> AsyncIterator[ScheduleChange]:
        """Yield how each rule begins that has a schedule which is not known."""
        now = self._plane.clock.now()
        async for rule in every_rule(self._plane, DEFAULT_BUS):
            if rule.key not in known:
                change = scheduled.schedule_change(None, rule, now)
                if change is not None and change.value is not None:
                    yield change
