"""From the shards of a stream to a function, each in its own lanes."""

import asyncio
from collections.abc import Sequence
from typing import Final

from eventmatch.mappings.checkpoints import Checkpoints, LaneKey
from eventmatch.mappings.lane import Lane
from eventmatch.mappings.model import EventSourceMapping
from eventmatch.mappings.persisting import persist
from eventmatch.mappings.ports import END, Shard, StreamSource, World
from eventmatch.mappings.rest import Rest
from eventmatch.mappings.units import Plan
from eventmatch.waiting import Bell

_LOOK_AGAIN: Final = 60.0


class StreamPoller:
    """Reads a stream for one mapping. `run` ends by being cancelled."""

    def __init__(
        self,
        mapping: EventSourceMapping,
        source: StreamSource,
        checkpoints: Checkpoints,
        world: World,
    ) -> None:
        self._mapping = mapping
        self._source = source
        self._checkpoints = checkpoints
        self._world = world
        self._rest = Rest(world.changed)
        self._ends = Bell()
        self._lanes: dict[LaneKey, Lane] = {}
        self._tasks: dict[LaneKey, asyncio.Task[None]] = {}

    @property
    def is_idle(self) -> bool:
        """Whether each lane waits for a record or a moment."""
        return self._rest.is_taken and all(
            self._lanes[key].is_idle or task.done() for key, task in self._tasks.items()
        )

    @property
    def batches(self) -> Sequence[asyncio.Task[Plan]]:
        """The attempts in work."""
        return [lane.attempt for lane in self._lanes.values() if lane.attempt is not None]

    async def run(self) -> None:
        """Read all shards, those that come later too, until cancelled."""
        try:
            await persist(self._look, self._world, self._mapping, self._rest)
        finally:
            await self._end(list(self._tasks))

    async def _look(self) -> bool:
        """Follow the shards that there are, until others may be; those never are the last."""
        rings = self._ends.rings
        await self._follow(await self._source.shards())
        clock = self._world.clock
        with self._rest:
            await self._ends.wait(rings, clock, clock.now() + _LOOK_AGAIN)
        return False

    async def _follow(self, shards: Sequence[Shard]) -> None:
        """Begin with new shards whose parents are read, and end with those that are gone."""
        unread = {shard.id for shard in shards if not self._is_read(shard.id)}
        await self._end([key for key in self._tasks if key.shard not in unread])
        known = {key.shard for key in self._tasks}
        for shard in shards:
            if shard.id in unread - known and unread.isdisjoint(shard.parents):
                keys = self._keys(shard.id)
                await self._checkpoints.align(self._mapping.uuid, shard.id, len(keys))
                for key in keys:
                    self._begin(key)

    def _is_read(self, shard: str) -> bool:
        return all(self._checkpoints.place(key) == END for key in self._keys(shard))

    def _keys(self, shard: str) -> Sequence[LaneKey]:
        lanes = self._mapping.settings.parallelization_factor
        return [LaneKey(self._mapping.uuid, shard, lane, lanes) for lane in range(lanes)]

    def _begin(self, key: LaneKey) -> None:
        lane = Lane(self._mapping, key, self._source, self._checkpoints, self._world)
        self._lanes[key] = lane
        self._tasks[key] = asyncio.create_task(lane.run())
        self._tasks[key].add_done_callback(lambda _: self._ends.ring_all())

    async def _end(self, keys: Sequence[LaneKey]) -> None:
        tasks = [self._tasks.pop(key) for key in keys]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for key in keys:
            if self._lanes[key].attempt is None:
                del self._lanes[key]
