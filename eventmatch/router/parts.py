"""What a router is made of, as far as it depends on the store that it is given."""

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Final
from weakref import WeakSet

from eventmatch.clock import Clock
from eventmatch.errors import StoreCode, StoreError
from eventmatch.functions.logs import LogFiles, Logs, MemoryLogs
from eventmatch.queues.ports import Functions
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
    store: Store,
    clock: Clock,
    new_id: Callable[[], str],
    arn_of: Callable[[str], str],
    functions: Functions,
) -> tuple[Queues, Topics]:
    """Return the queues and the topics in a store; `arn_of` names a topic."""
    queues, records = Queues(store.queues, store.records, clock, new_id), store.records
    return queues, Topics(queues, records, clock, new_id, arn_of=arn_of, functions=functions)


def logs_folder(store: Path) -> Path:
    """Return where the logs of functions are that are kept beside the store of that file."""
    return store.with_name(f"{store.name}.logs")


def refuse_store(code: Path, store: Store) -> None:
    """Raise ValueError for code that would be another each time, because the store is part of it.

    `code` is a folder, or a file.
    """
    if isinstance(store, SqliteStore) and store.database.path.resolve().is_relative_to(
        code.resolve()
    ):
        raise ValueError(f"{code} has the store in it; keep the code in a folder of its own")


def logs_of(store: Store, clock: Clock) -> Logs:
    """Return what keeps the logs of functions: files beside the store, or memory."""
    if isinstance(store, SqliteStore):
        return LogFiles(logs_folder(store.database.path), clock)
    return MemoryLogs(clock)


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
