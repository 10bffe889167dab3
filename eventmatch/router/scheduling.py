"""Schedules, between the control plane, the store and the way of an event."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from functools import partial
from random import Random
from typing import Final

from eventmatch.bus import scheduled
from eventmatch.bus.arn import DEFAULT_BUS
from eventmatch.bus.model import Rule
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.registry import NOTHING, Beside
from eventmatch.clock import Clock
from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.delivery.model import Delivery, Event, delivery_id
from eventmatch.delivery.ports import DeliveryStore
from eventmatch.router.intake import Arrival, Intake
from eventmatch.router.rules import every_rule
from eventmatch.schedule.missing import MissedFires
from eventmatch.schedule.ports import ScheduleChange, Scheduled, Source
from eventmatch.schedule.scheduler import Scheduler
from eventmatch.scheduler import firing, payload
from eventmatch.scheduler.schedules import Schedules
from eventmatch.store.port import Store

# So many schedules that have none yet begin in one write.
_PAGE: Final = 1000
MINUTE: Final = 60.0


class ScheduledRules:
    """The rules of a plane that have a schedule, as a source of fires."""

    def __init__(self, plane: ControlPlane, intake: Intake, new_id: Callable[[], str]) -> None:
        self._plane = plane
        self._intake = intake
        self._new_id = new_id

    async def current(self) -> None:
        """Return when what is being written is visible."""
        async with self._plane.registry.lock:
            pass

    def next_fire(self, one: Scheduled, after: float) -> float | None:
        """Return when a rule fires first behind a moment; None for never."""
        return scheduled.next_fire(one, after)

    async def emit(
        self, one: Scheduled, moment: float
    ) -> tuple[Sequence[Event], Sequence[Delivery]]:
        """Return the event of a rule, for its own targets and for those of rules it matches."""
        bus, _, rule = one.key.partition("/")
        place = self._plane.place
        body = scheduled.scheduled_event(place.rule(bus, rule), moment, self._new_id(), place)
        return self._intake.prepare(Arrival(bus, body, selected=rule))

    async def ended(self, one: Scheduled) -> None:
        """A rule stays, whether it fires or not."""


class StandaloneSchedules:
    """The schedules of EventBridge Scheduler as a source of fires."""

    def __init__(
        self,
        schedules: Schedules,
        store: DeliveryStore,
        dispatcher: Dispatcher,
        *,
        clock: Clock,
        random: Random,
        new_id: Callable[[], str],
    ) -> None:
        self._schedules = schedules
        self._store = store
        self._dispatcher = dispatcher
        self._clock = clock
        self._random = random
        self._new_id = new_id

    async def current(self) -> None:
        """Return when what is being written is visible."""
        await self._schedules.current()

    def next_fire(self, one: Scheduled, after: float) -> float | None:
        """Return when a schedule fires first behind a moment; None for never."""
        schedule = self._schedules.find(one.key)
        return None if schedule is None else firing.next_fire(schedule, after, one.anchor)

    async def emit(
        self, one: Scheduled, moment: float
    ) -> tuple[Sequence[Event], Sequence[Delivery]]:
        """Return the event of a fire, for the target of the schedule alone."""
        schedule = self._schedules.find(one.key)
        if schedule is None:
            return (), ()
        lane = await self._dispatcher.lane(payload.describe(schedule))
        told = payload.facts(moment, self._new_id())
        due = accepted = self._clock.now()
        if schedule.window is not None:
            due = accepted = max(due, moment + self._random.uniform(0, schedule.window * MINUTE))
        number = self._store.reserve(1)
        body = payload.body(schedule, moment, self._new_id(), told)
        event = Event(number, body, accepted, told)
        is_now = self._dispatcher.has_room(lane) and schedule.window is None
        delivery = Delivery(delivery_id(number, 0), lane, event, 0, None if is_now else due)
        return [event], [delivery]

    async def ended(self, one: Scheduled) -> None:
        """Let a schedule go that was to go behind its last fire."""
        await self._schedules.complete(one)


class Scheduling:
    """Makes a scheduler over a plane and a store, which the rules of the plane begin and end."""

    def __init__(
        self,
        plane: ControlPlane,
        store: Store,
        intake: Intake,
        dispatcher: Dispatcher,
        random: Random,
        new_id: Callable[[], str],
        missed: MissedFires,
    ) -> None:
        self._plane = plane
        self._store = store
        clock = plane.clock
        sources: dict[str, Source] = {scheduled.KIND: ScheduledRules(plane, intake, new_id)}
        self.scheduler = Scheduler(
            store.schedules, sources, dispatcher.offer, clock=clock, missed=missed
        )
        self.schedules = Schedules(
            store.records,
            store.schedules,
            place=plane.place,
            clock=clock,
            expect=self.scheduler.expect,
            quotas=plane.quotas,
        )
        sources[firing.KIND] = StandaloneSchedules(
            self.schedules,
            store.deliveries,
            dispatcher,
            clock=clock,
            random=random,
            new_id=new_id,
        )
        plane.registry.watch(self._changed)

    async def start(self) -> None:
        """Fire from now on; rules of a store that knew no schedules begin now."""
        await self._adopt()
        await self.scheduler.start()

    async def upcoming(self, limit: int = 10) -> Sequence[Scheduled]:
        """Return the rules and schedules that fire next, in order; raises `StoreError`."""
        return await self._store.schedules.due(float("inf"), limit)

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
