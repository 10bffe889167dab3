"""A lane: the deliveries to one target, which no other target can hold up."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from eventmatch.clock import Clock
from eventmatch.delivery.attempt import Tried, attempt
from eventmatch.delivery.model import Delivery
from eventmatch.delivery.ports import DeliveryStore, Destination

# So many deliveries of a lane are held in memory; the others wait in the store.
ROOM: Final = 10_000
# Of those that wait so many are taken at once; to read more would hold up all else.
PAGE: Final = 1000
# So many bytes of envelopes all lanes hold together, and so many each of them may always hold.
MOST_BYTES: Final = 64 << 20
FEW_BYTES: Final = 64 << 10
# The seconds behind which a store that failed is asked again.
STORE_RETRY: Final = 1.0
# The seconds that a target has to end what it does, and to give up what it holds.
LONGEST_END: Final = 10.0

_log: Final = logging.getLogger("eventmatch.delivery")


class Pool:
    """The bytes that all lanes hold together."""

    __slots__ = ("size",)

    def __init__(self) -> None:
        self.size = 0


class Lane:
    """Hands deliveries on in batches, those that are new as well as those that wait in the store.

    `end` gets a batch that was tried: it settles and releases every delivery, and tells with
    `expect` of those that are tried again; meanwhile the next batch is tried. A lane runs tasks
    while it has something to do, and none otherwise.
    """

    def __init__(
        self,
        number: int,
        goal: Destination,
        end: Callable[["Lane", Sequence[Tried]], Coroutine[Any, Any, None]],
        store: DeliveryStore,
        clock: Clock,
        pool: Pool,
    ) -> None:
        self.number = number
        self.goal = goal
        self._end = end
        self._store = store
        self._clock = clock
        self._pool = pool
        self._size = 0
        self._ready: deque[Delivery] = deque()
        # How many have been taken from those that are ready since the lane began.
        self._taken = 0
        # How many deliveries are held, and the ids of those that came from the store, which would
        # give them again.
        self._held = 0
        self._loaded: set[int] = set()
        self._running: set[asyncio.Task[None]] = set()
        # How many of them are not through with the target, and have not taken their deliveries yet.
        self._trying = self._starting = 0
        self._loading: asyncio.Task[None] | None = None
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = float("inf")
        # Whether deliveries that are due wait in the store.
        self._is_behind = False
        self._is_stopped = False

    def has_room(self) -> bool:
        """Whether a new delivery may be offered; one that may not goes to the store as waiting."""
        return (
            not self._is_behind
            and self._held < ROOM
            and (self._size < FEW_BYTES or self._pool.size < MOST_BYTES)
        )

    def offer(self, deliveries: Sequence[Delivery]) -> None:
        """Take deliveries over, and begin with them."""
        self._ready.extend(deliveries)
        self._held += len(deliveries)
        self._grow(sum([len(delivery.event.body) for delivery in deliveries]))
        self.wake()

    def expect(self, due: float) -> None:
        """Look into the store when that moment has come."""
        if due < self._alarm_at:
            self._set_alarm(due)

    def look(self) -> None:
        """Look into the store as soon as there is room."""
        self._is_behind = True
        self.wake()

    def wake(self) -> None:
        """Begin with what was offered, and look for more where more is known to wait."""
        if self._is_stopped:
            return
        adapter = self.goal.adapter
        while len(self._ready) > self._starting * adapter.batch_size:
            if self._trying >= adapter.concurrency:
                break
            self._start()
        may_load = not self._ready and self._loading is None and self._held < ROOM
        if self._is_behind and may_load:
            self._loading = asyncio.create_task(self._load())

    def release(self, deliveries: Sequence[Delivery]) -> None:
        """Let go of deliveries that are settled."""
        self._held -= len(deliveries)
        # One that was new and waits by now may have been loaded already.
        self._loaded.difference_update([each.id for each in deliveries if each.due is not None])
        self._grow(-sum([len(delivery.event.body) for delivery in deliveries]))

    async def settled(self) -> None:
        """Return when what is held now is settled, or waits for another attempt."""
        last = self._taken + len(self._ready)
        while self._taken < last and self.tasks:
            await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)
        if tasks := self.tasks:
            await asyncio.wait(tasks)

    @property
    def tasks(self) -> Sequence[asyncio.Task[None]]:
        """What is being done now."""
        loading = () if self._loading is None else (self._loading,)
        return (*self._running, *loading)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do, now or later."""
        return not (self.tasks or self._held or self._alarm or self._is_behind)

    async def stop(self) -> None:
        """End every task; what is not settled stays in the store.

        A target that does not let go is left to itself, so that it holds up no other's end.
        """
        self._is_stopped = True
        tasks = [*self.tasks, *([self._alarm] if self._alarm else [])]
        for task in tasks:
            task.cancel()
        try:
            async with self._clock.timeout(LONGEST_END):
                if tasks:
                    await asyncio.wait(tasks)
                await self.goal.adapter.close()
        except Exception as error:
            _log.error("lane %d: its target could not be closed: %r", self.number, error)

    def _grow(self, size: int) -> None:
        self._size += size
        self._pool.size += size

    def _start(self) -> None:
        """Start a task; by the time it begins, more may be ready, and is taken along."""
        self._starting += 1
        self._trying += 1
        task = asyncio.create_task(self._run())
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def _run(self) -> None:
        self._starting -= 1
        count = min(len(self._ready), self.goal.adapter.batch_size)
        batch = [self._ready.popleft() for _ in range(count)]
        self._taken += count
        try:
            tried = await attempt(self.goal, batch, self._clock)
        finally:
            self._trying -= 1
        self.wake()
        await self._end(self, tried)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("lane %d: a batch was left", self.number, exc_info=error)
        self.wake()

    async def _load(self) -> None:
        """Take over what is due in the store."""
        now = self._clock.now()
        # What is settled while the store answers may still be in the answer.
        held = self._loaded.copy()
        # What comes to wait from here on says so by `look` or `expect`.
        self._is_behind = False
        try:
            found = await self._store.waiting(self.number, now, PAGE + len(held))
            due = await self._store.next_due(self.number, now)
        except Exception as error:
            _log.error("lane %d: %s", self.number, error)
            found, due = (), now + STORE_RETRY
        self._is_behind |= len(found) == PAGE + len(held)
        if due is not None:
            self.expect(due)
        self._loading = None
        new = [delivery for delivery in found if delivery.id not in held]
        self._loaded.update([delivery.id for delivery in new])
        self.offer(new)

    def _set_alarm(self, due: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = due
        self._alarm = asyncio.create_task(self._ring(due))

    async def _ring(self, due: float) -> None:
        await self._clock.sleep_until(due)
        self._alarm, self._alarm_at = None, float("inf")
        self.look()
