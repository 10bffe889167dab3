"""The scheduler: sleeps until the next fire, and fires what is due.

What fires when is in the store, so that a restart neither repeats nor forgets a fire, and several
schedulers on one store share the work. Set forward, the clock passes fires over; `MissedFires`
tells which are made up for. Set back, it fires nothing again: schedules go on when it has come to
where it was.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Final

from eventmatch.clock import Clock
from eventmatch.delivery.model import Delivery
from eventmatch.errors import ScheduleError, StoreError
from eventmatch.schedule.missing import SKIPPED, MissedFires, Plan, plan
from eventmatch.schedule.ports import Fire, Scheduled, ScheduleStore, Source

# So many schedules fire in one transaction.
BATCH: Final = 200
# The seconds behind which a store that failed is asked again.
STORE_RETRY: Final = 1.0
# The seconds behind which schedules are tried again that could not fire for a mistake.
MISTAKE_RETRY: Final = 60.0

_NEVER: Final = float("inf")

_log: Final = logging.getLogger("eventmatch.schedule")


class Scheduler:
    """Fires the schedules of a store; `sources` are by the kinds of schedules.

    `offer` gets the deliveries of what has fired, which are durable. Belongs to one event loop.
    """

    def __init__(
        self,
        store: ScheduleStore,
        sources: Mapping[str, Source],
        offer: Callable[[Iterable[Delivery]], None],
        *,
        clock: Clock,
        missed: MissedFires = SKIPPED,
    ) -> None:
        self._store = store
        self._sources = sources
        self._offer = offer
        self._clock = clock
        self._missed = missed
        self._task: asyncio.Task[None] | None = None
        # When it wakes by itself, and what wakes it before; whether it has nothing to do till then.
        self._wakes = _NEVER
        self._changed = asyncio.Event()
        self._resting = asyncio.Event()

    async def start(self) -> None:
        """Fire from now on, beginning with what is due."""
        if self._task is None:
            self._resting.clear()
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Fire nothing from now on."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def expect(self, moment: float) -> None:
        """Look into the store when that moment has come: a schedule was made that fires then."""
        if self._task is not None and moment < self._wakes:
            self._resting.clear()
            self._changed.set()

    async def idle(self) -> None:
        """Return when nothing is due."""
        if self._task is not None:
            await self._resting.wait()

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            self._wakes = _NEVER
            until = await self._tick()
            if self._changed.is_set():
                continue
            self._wakes = until
            if until > self._clock.now():
                self._resting.set()
            await self._sleep(until)
            self._resting.clear()

    async def _tick(self) -> float:
        """Fire what is due; return when to look again."""
        # All of it was due at one moment, however long it takes to fire.
        now = self._clock.now()
        try:
            while due := await self._store.due(now, BATCH):
                await self._fire([self._fire_of(each, now) for each in due])
            until = await self._store.next_due()
        except StoreError as error:
            _log.error("%s", error)
            return self._clock.now() + STORE_RETRY
        except Exception:
            _log.exception("schedules are tried again behind a mistake")
            return self._clock.now() + MISTAKE_RETRY
        return _NEVER if until is None else until

    async def _fire(self, fires: list[Fire]) -> None:
        moved = await self._store.fire(fires)
        for fire, is_ours in zip(fires, moved, strict=True):
            if is_ours:
                self._offer(fire.deliveries)

    def _fire_of(self, scheduled: Scheduled, now: float) -> Fire:
        """Return what a schedule does that is due; one that makes no sense ends."""
        source = self._sources[scheduled.kind]
        try:
            planned = plan(scheduled.next, now, partial(source.next_fire, scheduled), self._missed)
        except ScheduleError:
            _log.exception("%s %s: fires no more", scheduled.kind, scheduled.key)
            return Fire(scheduled, None)
        _tell(scheduled, planned)
        emitted = [source.emit(scheduled, moment) for moment in planned.moments]
        return Fire(
            scheduled,
            planned.next,
            [event for events, _ in emitted for event in events],
            [delivery for _, deliveries in emitted for delivery in deliveries],
        )

    async def _sleep(self, until: float) -> None:
        """Return at that moment, or when a schedule was made that fires before it."""
        changed = asyncio.create_task(self._changed.wait())
        waits: list[asyncio.Task[object]] = [changed]
        if until < _NEVER:
            waits.append(asyncio.create_task(self._clock.sleep_until(until)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def _tell(scheduled: Scheduled, planned: Plan) -> None:
    if scheduled.next not in planned.moments:
        _log.warning(
            "%s %s: missed %r, and all but %d of those since",
            scheduled.kind,
            scheduled.key,
            scheduled.next,
            len(planned.moments),
        )
