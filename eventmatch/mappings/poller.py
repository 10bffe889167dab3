"""The life of the poller of one mapping: from its source to its function, until it is retired."""

import asyncio
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any, Protocol

from eventmatch.mappings.checkpoints import Checkpoints
from eventmatch.mappings.model import EventSourceMapping
from eventmatch.mappings.permissions import role_of
from eventmatch.mappings.persisting import persist
from eventmatch.mappings.ports import World
from eventmatch.mappings.queue_poller import QueuePoller
from eventmatch.mappings.rest import Rest
from eventmatch.mappings.sources.opening import Sources
from eventmatch.mappings.stream_poller import StreamPoller


class _Reader(Protocol):
    """A `QueuePoller` or a `StreamPoller`."""

    @property
    def is_idle(self) -> bool: ...

    @property
    def batches(self) -> Collection[asyncio.Task[Any]]: ...

    async def run(self) -> None: ...


class Poller:
    """Polls for one mapping from now on; `before` is the poller whose place it takes."""

    def __init__(
        self,
        mapping: EventSourceMapping,
        sources: Sources,
        checkpoints: Checkpoints,
        world: World,
        before: "Poller | None" = None,
    ) -> None:
        self._mapping = mapping
        self._sources = sources
        self._checkpoints = checkpoints
        self._world = world
        self._before = before
        self._rest = Rest(world.changed)
        self._reader: _Reader | None = None
        self._task = asyncio.create_task(self._run())

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to do now."""
        if self._task.done():
            return self.is_over
        return self._rest.is_taken if self._reader is None else self._reader.is_idle

    @property
    def is_over(self) -> bool:
        """Whether it has ended with all that it began."""
        is_first = self._before is None or self._before.is_over
        return self._task.done() and not self._batches() and is_first

    def retire(self) -> None:
        """Take nothing more; what is in work is brought to its end."""
        self._task.cancel()

    async def retired(self) -> None:
        """Return when a retired poller has nothing more in work."""
        await asyncio.wait([self._task])
        if self._before is not None:
            await self._before.retired()
        while batches := self._batches():
            await asyncio.wait(batches)

    async def stop(self) -> None:
        """End at once; what was taken and is not settled comes back."""
        self._task.cancel()
        await asyncio.wait([self._task])
        batches = self._batches()
        for batch in batches:
            batch.cancel()
        if batches:
            await asyncio.wait(batches)
        if self._before is not None:
            await self._before.stop()

    def _batches(self) -> Sequence[asyncio.Task[Any]]:
        return list(self._reader.batches) if self._reader else []

    async def _run(self) -> None:
        if self._before is not None:
            await self._before.retired()
            self._before = None
        await persist(self._read, self._world, self._mapping, self._rest)

    async def _read(self) -> bool:
        self._reader = self._open()
        await self._reader.run()
        return True

    def _open(self) -> _Reader:
        mapping, world = self._mapping, self._world
        if mapping.kind.is_queue:
            return QueuePoller(mapping, self._sources.queue(mapping.source), world)
        role = partial(role_of, world.directory, mapping)
        stream = self._sources.stream(mapping.kind, mapping.source, role)
        return StreamPoller(mapping, stream, self._checkpoints, world)
