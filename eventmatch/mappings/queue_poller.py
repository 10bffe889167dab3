"""From a queue to a function, batch by batch.

Meaning: service reference §6.5. A message is deleted when its batch has succeeded; what failed, or
was not run, comes again when the queue's visibility timeout is over. The queue itself sees to it
that a message group has one batch in flight, in order.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Final

from eventmatch.mappings.batches import Gathering, Item
from eventmatch.mappings.filtering import Filters
from eventmatch.mappings.invoking import invoke, problem
from eventmatch.mappings.model import EventSourceMapping, SourceKind
from eventmatch.mappings.permissions import refuse_reading
from eventmatch.mappings.persisting import persist
from eventmatch.mappings.ports import QueueSource, World
from eventmatch.mappings.responses import failed_ids
from eventmatch.mappings.rest import Rest

_MOST_RECEIVED: Final = 10
_LONGEST_WAIT: Final = 20
# A throttled function must not use up the receives that messages have before they are dead.
_REFUSED: Final = 1.0


class QueuePoller:
    """Reads a queue for one mapping. `run` ends by being cancelled; `batches` are in work."""

    def __init__(self, mapping: EventSourceMapping, source: QueueSource, world: World) -> None:
        self._mapping = mapping
        self._settings = mapping.settings
        self._source = source
        self._world = world
        self._filters = Filters(mapping.kind, mapping.settings.filters)
        self._rest = Rest(world.changed)
        self._taken = Gathering(mapping.settings.batch_size)
        self._slots = asyncio.Semaphore(mapping.settings.maximum_concurrency or world.concurrency)
        self._refused_until = 0.0
        self.batches: set[asyncio.Task[None]] = set()

    @property
    def is_idle(self) -> bool:
        """Whether it waits for a message or a moment, and no batch is in work."""
        return self._rest.is_taken and not self.batches

    async def run(self) -> None:
        """Poll until cancelled; what was taken and not sent comes back at once."""
        try:
            await persist(self._poll, self._world, self._mapping, self._rest)
        finally:
            await self._give_back(self._taken.clear())

    async def _poll(self) -> bool:
        """Send one batch, as soon as there is one and room to work on it; it is not the last."""
        with self._rest:
            await self._slots.acquire()
            await self._world.clock.sleep_until(self._refused_until)
        try:
            await self._collect()
        except BaseException:
            self._slots.release()
            # By the next try others may have them: their receipts and their order are stale.
            await self._give_back(self._taken.clear())
            raise
        task = asyncio.create_task(self._work(self._taken.take()))
        self.batches.add(task)
        task.add_done_callback(self._ended)
        if self._mapping.kind is SourceKind.FIFO_QUEUE:
            # Groups of what did not fit are in work now: the queue keeps them in order.
            await self._give_back(self._taken.clear())
        return False

    async def _collect(self) -> None:
        """Receive until a batch is full, or as long as its window is open."""
        closes = self._closing() if self._taken else None
        while not self._taken.is_full:
            now = self._world.clock.now()
            if closes is None:
                await self._receive(_LONGEST_WAIT)
            elif now >= closes:
                return
            else:
                await self._receive_until(closes, closes - now)
            if closes is None and self._taken:
                closes = self._closing()

    def _closing(self) -> float:
        return self._world.clock.now() + self._settings.batching_window

    async def _receive_until(self, closes: float, left: float) -> None:
        """Take what is there, or wait for it: queues wait for whole seconds only."""
        came = await self._receive(min(math.floor(left), _LONGEST_WAIT))
        if not came and left < 1:
            await self._rest.until(self._world.clock, closes)
            await self._receive(0)

    async def _receive(self, wait: int) -> bool:
        """Take messages, and delete those that no filter accepts; tell whether any came."""
        refuse_reading(self._world.directory, self._mapping)
        limit = min(self._taken.room, _MOST_RECEIVED)
        received = await self._source.receive(limit, wait, self._rest)
        accepted = [each for each in received if self._filters.accepts(each.record)]
        self._taken.add(accepted)
        if len(accepted) < len(received):
            kept = {each.id for each in accepted}
            await self._source.delete([each for each in received if each.id not in kept])
        return bool(received)

    async def _work(self, items: Sequence[Item]) -> None:
        try:
            invoked = await invoke(self._world, self._mapping, items)
            if invoked is None:
                self._refused_until = self._world.clock.now() + _REFUSED
                return
            ids = [each.id for each in items]
            reports = self._settings.reports_failures
            failed = set(failed_ids(invoked, ids, reports_failures=reports))
            await self._source.delete([each for each in items if each.id not in failed])
        except asyncio.CancelledError:
            await self._give_back(items)
            raise
        except Exception as error:
            problem(self._world, self._mapping, error)

    async def _give_back(self, items: Sequence[Item]) -> None:
        """Let messages come again at once; where that fails, they come a little later."""
        try:
            if items:
                await self._source.release(items)
        except Exception as error:
            problem(self._world, self._mapping, error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.batches.discard(task)
        self._slots.release()
        self._world.changed()
