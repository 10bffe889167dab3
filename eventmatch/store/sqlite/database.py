"""One file of SQLite: a thread that writes, a thread that reads, and nobody else."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Final, Literal, TypeVar, cast

from eventmatch.errors import StoreCode, StoreError
from eventmatch.store.sqlite.faults import told
from eventmatch.store.sqlite.lock import FileLock
from eventmatch.store.sqlite.migration import Migrations, migrate, version_of
from eventmatch.store.sqlite.transaction import read_each, write_together
from eventmatch.store.sqlite.worker import Job, Worker

Synchronous = Literal["full", "normal"]
Operation = Callable[[sqlite3.Connection], "Result"]
Item = TypeVar("Item")
Result = TypeVar("Result")

_OLDEST: Final = (3, 33, 0)  # the first that has UPDATE ... FROM
_Kind = Callable[[sqlite3.Connection, Sequence[object]], Result]
_PATIENCE: Final = 5.0  # seconds to wait for a tool that looks into the file


class Database:
    """The file at `path`, made if it is not there, with the tables of `migrations`.

    `synchronous` is SQLite's: behind "full" a write outlives a loss of power, behind "normal" the
    end of the process only. A mutex guards that opening and closing do not overlap.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        migrations: Migrations,
        *,
        synchronous: Synchronous = "full",
    ) -> None:
        self.path = Path(path).resolve()
        self._migrations = migrations
        self._synchronous = synchronous
        self._lock = FileLock(self.path)
        self._mutex = threading.Lock()
        self._writer: Worker | None = None
        self._reader: Worker | None = None

    async def open(self) -> None:
        """Make the file ready; raises `StoreError`."""
        await asyncio.to_thread(self._open)

    async def close(self) -> None:
        """Finish what is being written and let the file go; what comes later is refused."""
        await asyncio.to_thread(self._close)

    async def write(self, operation: "Operation[Result]") -> Result:
        """Return what the operation returns, when what it wrote is durable.

        It runs in the thread that writes, in a transaction that it may share with others; if that
        fails it runs again, alone. It neither begins nor commits, and keeps no state. What it
        raises is raised here, and then it changed nothing. A caller that is cancelled does not
        stop it.
        """
        return await self._ask(self._writer, partial(_alone, operation), None)

    async def read(self, operation: "Operation[Result]") -> Result:
        """Return what the operation returns, on the data of one moment; it must not write."""
        return await self._ask(self._reader, partial(_alone, operation), None)

    async def merge(
        self, kind: Callable[[sqlite3.Connection, Sequence[Item]], Result], item: Item
    ) -> Result:
        """Write as `write` does; all items that are pending for the same function are one call."""
        plain = cast("_Kind[Result]", kind)
        return await self._ask(self._writer, plain, item)

    async def merge_later(
        self, kind: Callable[[sqlite3.Connection, Sequence[Item]], Result], item: Item
    ) -> Result:
        """Write as `merge` does what is in no hurry: with the next commit, or alone soon."""
        plain = cast("_Kind[Result]", kind)
        return await self._ask(self._writer, plain, item, Worker.submit_later)

    async def _ask(
        self,
        worker: Worker | None,
        kind: "_Kind[Result]",
        item: object,
        submit: Callable[[Worker, Job], None] = Worker.submit,
    ) -> Result:
        if worker is None:
            raise StoreError(StoreCode.CLOSED, f"{self.path} is not open")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        submit(worker, Job(kind, item, loop, future))
        with told(self.path):
            return cast("Result", await future)

    def _open(self) -> None:
        with self._mutex, told(self.path):
            if self._writer is not None:
                return
            _require_sqlite(self.path)
            self._lock.acquire()
            try:
                self._start()
            except BaseException:
                self._lock.release()
                raise

    def _start(self) -> None:
        connection = self._connect()
        try:
            # First a look: a file that is not ours stays as it is.
            version = version_of(connection, self.path, self._migrations)
            connection.execute("PRAGMA journal_mode = wal")
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            migrate(connection, version, self._migrations)
            reader = self._connect()
        except BaseException:
            connection.close()
            raise
        reader.execute("PRAGMA query_only = on")
        self._writer = Worker("eventmatch-store-writer", connection, write_together)
        self._reader = Worker("eventmatch-store-reader", reader, read_each)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )

    def _close(self) -> None:
        with self._mutex:
            # The connection that writes is the last, so that it empties the log.
            for worker in (self._reader, self._writer):
                if worker is not None:
                    worker.close()
            self._reader = self._writer = None
            self._lock.release()


def _require_sqlite(path: Path) -> None:
    if sqlite3.sqlite_version_info < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        message = f"{path} needs SQLite {oldest}, and this Python has {sqlite3.sqlite_version}"
        raise StoreError(StoreCode.UNREADABLE, message)


def _alone(
    operation: "Operation[Result]", connection: sqlite3.Connection, _items: Sequence[object]
) -> Result:
    return operation(connection)
