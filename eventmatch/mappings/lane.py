"""A lane of a shard: records of some partition keys, batch by batch, in order.

Meaning: service reference §6.5. A batch blocks its lane until it succeeds, or is not sent again.
"""

import asyncio
import zlib
from collections import deque
from collections.abc import Coroutine, Sequence
from typing import Any, Final, NamedTuple

from eventmatch.functions.errors import LambdaError
from eventmatch.functions.model import Invoked
from eventmatch.mappings.batches import Gathering, Item
from eventmatch.mappings.checkpoints import Checkpoints, LaneKey
from eventmatch.mappings.filtering import Filters
from eventmatch.mappings.invoking import invoke, problem
from eventmatch.mappings.letters import Condition, letter
from eventmatch.mappings.model import EventSourceMapping
from eventmatch.mappings.permissions import refuse_reading, refuse_sending
from eventmatch.mappings.persisting import persist
from eventmatch.mappings.ports import END, Page, StreamSource, World
from eventmatch.mappings.responses import failed_ids
from eventmatch.mappings.rest import Rest
from eventmatch.mappings.units import Plan, Unit, after_failure, expired, expiry

_MOST_READ: Final = 1000
_LONGEST_WAIT: Final = 60.0
# AWS keeps its curve to itself; these are ours.
_FIRST_DELAY: Final = 1.0
_LONGEST_DELAY: Final = 60.0
_MOST_DOUBLINGS: Final = 10


class _Batch(NamedTuple):
    """Records that go together, and the place in the shard behind them."""

    items: Sequence[Item]
    after: str


class Lane:
    """Reads its part of a shard for one mapping. `run` ends with the shard, or cancelled.

    An attempt that has begun goes on then; `attempt` is the one in work, None if there is none.
    """

    def __init__(
        self,
        mapping: EventSourceMapping,
        key: LaneKey,
        source: StreamSource,
        checkpoints: Checkpoints,
        world: World,
    ) -> None:
        self._mapping = mapping
        self._settings = mapping.settings
        self._key = key
        self._source = source
        self._checkpoints = checkpoints
        self._world = world
        self._filters = Filters(mapping.kind, mapping.settings.filters)
        self._rest = Rest(world.changed)
        self.attempt: asyncio.Task[Plan] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it waits for a record or a moment."""
        return self._rest.is_taken

    async def run(self) -> None:
        """Work on the shard, from where it was left."""
        await persist(self._step, self._world, self._mapping, self._rest)

    async def _step(self) -> bool:
        """Work on one batch, and go on behind it; tell whether the shard has ended."""
        if self._checkpoints.place(self._key) == END:
            return True
        batch = await self._collect(self._checkpoints.place(self._key))
        await self._work(batch.items)
        if batch.after != self._checkpoints.place(self._key):
            await self._checkpoints.advance(self._key, batch.after)
        return batch.after == END

    async def _collect(self, after: str) -> _Batch:
        """Read from a place on until a batch is full, or as long as its window is open."""
        gathering = Gathering(self._settings.batch_size)
        closes: float | None = None
        while closes is None or self._world.clock.now() < closes:
            page = await self._read(after, gathering.room, closes)
            gathering.add(filter(self._is_wanted, page.items))
            after = page.after
            if gathering.is_full:
                items = gathering.take()
                return _Batch(items, items[-1].id if len(gathering) else after)
            if after == END or (page.items and not len(gathering)):
                break
            if len(gathering) and closes is None:
                closes = self._world.clock.now() + self._settings.batching_window
        return _Batch(gathering.take(), after)

    async def _read(self, after: str, room: int, closes: float | None) -> Page:
        """Read as much as there is room for, and wait for it while the window is open."""
        refuse_reading(self._world.directory, self._mapping)
        wait = _LONGEST_WAIT if closes is None else closes - self._world.clock.now()
        limit = room if self._key.lanes == 1 else _MOST_READ
        return await self._source.read(self._key.shard, after, limit, wait, self._rest)

    def _is_wanted(self, each: Item) -> bool:
        lanes = self._key.lanes
        is_own = lanes == 1 or zlib.crc32(each.key.encode()) % lanes == self._key.lane
        return is_own and self._filters.accepts(each.record)

    async def _work(self, items: Sequence[Item]) -> None:
        """Send records until all have succeeded, or are not sent again."""
        units = deque([Unit(items)] if items else [])
        while units:
            unit = units.popleft()
            plan = await self._to_the_end(self._attempt(unit))
            units.extendleft(reversed(plan.units))
            if plan.units:
                await self._back_off(plan.units[0])

    async def _to_the_end(self, attempt: Coroutine[Any, Any, Plan]) -> Plan:
        """Finish an attempt even if the lane is cancelled."""
        self.attempt = asyncio.create_task(attempt)
        self.attempt.add_done_callback(self._ended)
        return await asyncio.shield(self.attempt)

    def _ended(self, attempt: asyncio.Task[Plan]) -> None:
        self.attempt = None
        if not attempt.cancelled():
            attempt.exception()
        self._world.changed()

    async def _attempt(self, unit: Unit) -> Plan:
        """Send records once; return what is to be sent next of them."""
        old = expired(unit, self._settings, self._world.clock.now())
        if old:
            gone = unit._replace(items=unit.items[:old])
            await self._discard(gone, Condition.AGE_EXCEEDED, self._world.new_id())
            unit = unit._replace(items=unit.items[old:])
            if not unit.items:
                return Plan()
        invoked = await invoke(self._world, self._mapping, unit.items)
        unit = unit._replace(attempts=unit.attempts + 1)
        if invoked is None:
            return Plan([unit])
        return await self._settle(unit._replace(invocations=unit.invocations + 1), invoked)

    async def _settle(self, unit: Unit, invoked: Invoked) -> Plan:
        """Keep what has succeeded, and return what is to be sent next."""
        ids = [each.id for each in unit.items]
        failed = failed_ids(invoked, ids, reports_failures=self._settings.reports_failures)
        first = next((place for place, id in enumerate(ids) if id in failed), len(ids))
        if first:
            await self._checkpoints.advance(self._key, ids[first - 1])
        if first == len(ids):
            return Plan()
        plan = after_failure(unit, first, self._settings)
        if plan.discarded is not None:
            condition, request = Condition.RETRIES_EXHAUSTED, invoked.request_id
            await self._discard(plan.discarded, condition, request, invoked)
        return plan

    async def _discard(
        self, unit: Unit, condition: Condition, request: str, invoked: Invoked | None = None
    ) -> None:
        """Tell the destination, if there is one, and go on behind the records."""
        if self._settings.on_failure is not None:
            now, shard = self._world.clock.now(), self._key.shard
            parcel = letter(self._mapping, shard, unit, condition, now, request, invoked)
            try:
                refuse_sending(self._world.directory, self._mapping)
                await self._world.outbox.send([parcel])
            except LambdaError as error:
                problem(self._world, self._mapping, error)
        await self._checkpoints.advance(self._key, unit.items[-1].id)

    async def _back_off(self, unit: Unit) -> None:
        """Wait before the next attempt, but not beyond the time that the records have."""
        doublings = min(max(unit.attempts - 1, 0), _MOST_DOUBLINGS)
        longest = min(_FIRST_DELAY * 2.0**doublings, _LONGEST_DELAY)
        now = self._world.clock.now()
        moment = now + self._world.random.uniform(longest / 2, longest)
        end = expiry(unit, self._settings)
        until = moment if end is None else min(moment, max(end, now))
        await self._rest.until(self._world.clock, until)
