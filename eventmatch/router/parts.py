"""What a router is made of, as far as it depends on the store that it is given."""

from collections.abc import Callable
from os import PathLike
from typing import Final
from weakref import WeakSet

from eventmatch.clock import Clock
from eventmatch.errors import StoreCode, StoreError
from eventmatch.queues.queue import Queues
from eventmatch.queues.topic import Topics
from eventmatch.store.memory import MemoryStore
from eventmatch.store.port import Store
from eventmatch.store.sqlite.store import SqliteStore

_IN_USE: Final[WeakSet[Store]] = WeakSet()


def store_of(store: str | PathLike[str] | Store | None) -> Store:
    """Return the store in the file of that name, that store, or one in memory."""
    if store is None:
        return MemoryStore()
    return SqliteStore(store) if isinstance(store, str | PathLike) else store


def queues_of(
    store: Store, clock: Clock, new_id: Callable[[], str], arn_of: Callable[[str], str]
) -> tuple[Queues, Topics]:
    """Return the queues and the topics in a store; `arn_of` names a topic."""
    queues = Queues(store.queues, store.records, clock, new_id)
    return queues, Topics(queues, store.records, clock, new_id, arn_of=arn_of)


class Claim:
    """Keeps two routers of one process from one store, which serves one at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_held = False

    def take(self) -> None:
        """Have the store for oneself; raises `StoreError` LOCKED."""
        if self._store in _IN_USE:
            raise StoreError(StoreCode.LOCKED, "another router of this process has the store")
        _IN_USE.add(self._store)
        self.is_held = True

    def give_up(self) -> None:
        """Let another have it."""
        _IN_USE.discard(self._store)
        self.is_held = False
