"""Queues over every store in turn."""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from eventmatch.queues.queue import Queues
from eventmatch.store.memory import MemoryStore
from eventmatch.store.port import Store
from eventmatch.store.sqlite import SqliteStore
from eventmatch.testing.clock import VirtualClock


class World:
    """A store that outlives its queues, a clock, and ids that count."""

    def __init__(self, make_store: Callable[[], Store]) -> None:
        self.make_store = make_store
        self.clock = VirtualClock()
        self.store = make_store()
        self._numbers = itertools.count(1)

    def new_id(self) -> str:
        return f"message-{next(self._numbers)}"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Queues]:
        """Queues over what the store holds; the next ones go on with it."""
        self.store = self.make_store()
        await self.store.open()
        try:
            queues = Queues(self.store.queues, self.store.records, self.clock, self.new_id)
            await queues.open()
            yield queues
        finally:
            await self.store.close()


OpenQueues = Callable[[], AbstractAsyncContextManager[Queues]]


def make_world(kind: str, folder: Path) -> World:
    if kind == "memory":
        store = MemoryStore()
        return World(lambda: store)
    return World(lambda: SqliteStore(folder / "queues.db", synchronous="normal"))


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return make_world(request.param, tmp_path)
