"""Every store in turn."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from eventmatch.store.memory import MemoryStore
from eventmatch.store.port import Store
from eventmatch.store.sqlite import SqliteStore

OpenStore = Callable[[], AbstractAsyncContextManager[Store]]


@pytest.fixture(params=["memory", "sqlite"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Makes stores that have the same content, for use one after the other."""
    if request.param == "memory":
        store = MemoryStore()
        return lambda: store
    return lambda: SqliteStore(tmp_path / "events.db")


@pytest.fixture
def open_store(make_store: Callable[[], Store]) -> OpenStore:
    """Opens a store, and closes it; the next one goes on with what it held."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Store]:
        store = make_store()
        await store.open()
        try:
            yield store
        finally:
            await store.close()

    return opened
