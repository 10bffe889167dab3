"""The scheduler: sleeps until the next fire, and fires what is due.

What fires when is in the store, so that a restart neither repeats nor forgets a fire, and several
schedulers on one store share the work. Set forward, the clock passes fires over; `MissedFires`
tells which are made up for. Set back, it fires nothing again: schedules go on when it has come to
where it was.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from eventmatch.clock import Clock
from eventmatch.delivery.model import Delivery
from eventmatch.errors import StoreError
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

    `offer` gets the deliveries of what has fired, which are durable, and each of `watchers` every
    fire. Belongs to one event loop.
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
        self.watchers: list[Callable[[Fire], object]] = []
        self._task: asyncio.Task[None] | None = None
        # How many schedules have missed fires that are passed over in this turn.
        self._late = 0
        # Those that have fired for the last time, which their sources do not know yet.
        self._over: deque[Scheduled] = deque()
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
        now, self._late = self._clock.now(), 0
        try:
            while due := await self._store.due(now, BATCH):
                for kind in {each.kind for each in due}:
                    await self._sources[kind].current()
                await self._fire([await self._fire_of(each, now) for each in due])
            await self._end()
            if self._late:
                _log.warning("%d schedules missed fires", self._late)
            until = await self._store.next_due()
        except StoreError as error:
            _log.error("%s", error)
            return self._clock.now() + STORE_RETRY
        except Exception:
            _log.exception("schedules are tried again behind a mistake")
            return self._clock.now() + MISTAKE_RETRY
        return _NEVER if until is None else until

    async def _fire(self, fires: Sequence[Fire]) -> None:
        moved = await self._store.fire(fires)
        ours = [fire for fire, is_ours in zip(fires, moved, strict=True) if is_ours]
        self._offer([delivery for fire in ours for delivery in fire.deliveries])
        for fire in ours:
            for watch in self.watchers:
                watch(fire)
        self._over += [fire.scheduled for fire in ours if fire.next is None]
        await self._end()

    async def _end(self) -> None:
        """Tell the sources what is over; what cannot be written is told again."""
        while self._over:
            one = self._over.popleft()
            try:
                await self._sources[one.kind].ended(one)
            except StoreError:
                self._over.appendleft(one)
                raise

    async def _fire_of(self, scheduled: Scheduled, now: float) -> Fire:
        """Return what a schedule does that is due.

        A mistake costs the schedule this fire, and one that makes no sense all of them: it must
        not hold up the others.
        """
        source, following = self._sources[scheduled.kind], None
        try:
            moments, following = self._planned(source, scheduled, now)
            emitted = [await source.emit(scheduled, moment) for moment in moments]
        except StoreError:
            raise
        except Exception:
            _log.exception("%s %s: fires next at %s", scheduled.kind, scheduled.key, following)
            return Fire(scheduled, following)
        return Fire(
            scheduled,
            following,
            [event for events, _ in emitted for event in events],
            [delivery for _, deliveries in emitted for delivery in deliveries],
        )

    def _planned(self, source: Source, scheduled: Scheduled, now: float) -> Plan:
        planned = plan(scheduled.next, now, partial(source.next_fire, scheduled), self._missed)
        if scheduled.next not in planned.moments:
            self._late += 1
            facts = (scheduled.kind, scheduled.key, scheduled.next, len(planned.moments))
            _log.info("%s %s: missed %r, and all but %d of those since", *facts)
        return planned

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
