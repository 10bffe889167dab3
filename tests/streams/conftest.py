"""Streams over every store in turn."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from eventmatch.store.memory import MemoryStore
from eventmatch.store.port import Store
from eventmatch.store.sqlite import SqliteStore
from eventmatch.streams.stream import Streams
from eventmatch.testing.clock import VirtualClock

ACCOUNT = "123456789012"


class World:
    """A store that outlives its streams, and a clock."""

    def __init__(self, make_store: Callable[[], Store]) -> None:
        self.make_store = make_store
        self.clock = VirtualClock()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Streams]:
        """Streams over what the store holds; the next ones go on with it."""
        store = self.make_store()
        await store.open()
        try:
            streams = Streams(store.streams, store.records, self.clock, ACCOUNT)
            await streams.open()
            yield streams
        finally:
            await store.close()


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "memory":
        store = MemoryStore()
        return World(lambda: store)
    return World(lambda: SqliteStore(tmp_path / "streams.db", synchronous="normal"))
