"""The events of archives: one row each, found by their time or by that of their ingestion."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Final, NamedTuple

from eventmatch.bus.ports import ArchivedEvent
from eventmatch.errors import StoreError
from eventmatch.store.sqlite.database import Database
from eventmatch.store.sqlite.rows import insert

# `archives` keeps the totals, which nobody could count each time. A name that is NULL belongs to an
# archive that was dropped and whose events are still being deleted.
TABLES: Final = (
    "CREATE TABLE archives (id INTEGER PRIMARY KEY, name TEXT UNIQUE,"
    " events INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE archived (id INTEGER PRIMARY KEY, archive INTEGER NOT NULL, time REAL NOT NULL,"
    " ingested REAL NOT NULL, body BLOB NOT NULL)",
    "CREATE INDEX archived_by_time ON archived (archive, time)",
    "CREATE INDEX archived_by_ingestion ON archived (archive, ingested)",
)

Place = tuple[float, int]

# Large deletions go in portions, so that nothing else waits for long.
_PORTION: Final = 5_000


class SqliteArchives:
    """`ArchiveStore` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def archive(self, name: str, events: Sequence[ArchivedEvent]) -> None:
        """Keep events durably in an archive."""
        await self._database.merge(_archive, _Addition(name, tuple(events)))

    async def archived(
        self, name: str, start: float, end: float, after: Place | None, limit: int
    ) -> Sequence[tuple[Place, ArchivedEvent]]:
        """Return events whose time is in [start, end), in order of time, each with its place."""
        first = (start, 0)  # ids begin at 1
        behind = max(first, after) if after else first
        return await self._database.read(partial(_archived, name, end, behind, limit))

    async def archive_size(self, name: str) -> tuple[int, int]:
        """Return how many events an archive has, and the bytes of their envelopes."""
        return await self._database.read(partial(_size, name))

    async def expire(self, name: str, before: float) -> None:
        """Forget what was ingested before a moment."""
        while await self._database.write(partial(_expire, name, before)):
            pass
        await self._sweep()

    async def drop_archive(self, name: str) -> None:
        """Forget all events of an archive."""
        await self._database.write(partial(_drop, name))
        with suppress(StoreError):  # it is dropped; whoever comes next goes on
            await self._sweep()

    async def _sweep(self) -> None:
        while await self._database.write(_sweep):
            pass


class _Addition(NamedTuple):
    name: str
    events: Sequence[ArchivedEvent]


def _archive(connection: sqlite3.Connection, additions: Sequence[_Addition]) -> None:
    by_name: dict[str, list[ArchivedEvent]] = {}
    for name, events in additions:
        by_name.setdefault(name, []).extend(events)
    for name, events in by_name.items():
        _add(connection, name, events)


def _add(connection: sqlite3.Connection, name: str, events: Sequence[ArchivedEvent]) -> None:
    connection.execute("INSERT OR IGNORE INTO archives (name) VALUES (?)", (name,))
    archive = _number(connection, name)
    rows = [(archive, event.time, event.ingested, event.body) for event in events]
    insert(connection, "archived (archive, time, ingested, body)", rows)
    _count(connection, archive, len(events), sum(len(event.body) for event in events))


def _number(connection: sqlite3.Connection, name: str) -> int | None:
    row = connection.execute("SELECT id FROM archives WHERE name = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def _count(connection: sqlite3.Connection, archive: int | None, events: int, size: int) -> None:
    connection.execute(
        "UPDATE archives SET events = events + ?, bytes = bytes + ? WHERE id = ?",
        (events, size, archive),
    )


_ARCHIVED: Final = """
SELECT time, id, body, ingested FROM archived
WHERE archive = (SELECT id FROM archives WHERE name = ?) AND time < ? AND (time, id) > (?, ?)
ORDER BY time, id LIMIT ?
"""


def _archived(
    name: str, end: float, behind: Place, limit: int, connection: sqlite3.Connection
) -> Sequence[tuple[Place, ArchivedEvent]]:
    rows = connection.execute(_ARCHIVED, (name, end, *behind, limit)).fetchall()
    return [((time, id), ArchivedEvent(body, time, ingested)) for time, id, body, ingested in rows]


def _size(name: str, connection: sqlite3.Connection) -> tuple[int, int]:
    select = "SELECT events, bytes FROM archives WHERE name = ?"
    row = connection.execute(select, (name,)).fetchone()
    return (0, 0) if row is None else (row[0], row[1])


_EXPIRED: Final = "archived WHERE archive = ? AND ingested < ? ORDER BY ingested, id LIMIT ?"


def _expire(name: str, before: float, connection: sqlite3.Connection) -> bool:
    """Forget a portion, and tell whether there was any."""
    archive = _number(connection, name)
    which = (archive, before, _PORTION)
    total = f"SELECT count(*), sum(length(body)) FROM (SELECT body FROM {_EXPIRED})"
    events, size = connection.execute(total, which).fetchone()
    if events:
        connection.execute(f"DELETE FROM archived WHERE id IN (SELECT id FROM {_EXPIRED})", which)
        _count(connection, archive, -events, -size)
    return bool(events)


def _drop(name: str, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE archives SET name = NULL WHERE name = ?", (name,))


_SWEEP: Final = """
DELETE FROM archived WHERE id IN (SELECT id FROM archived WHERE archive = ? LIMIT ?)
"""


def _sweep(connection: sqlite3.Connection) -> bool:
    """Delete a portion of an archive that was dropped, and tell whether there was one."""
    row = connection.execute("SELECT id FROM archives WHERE name IS NULL LIMIT 1").fetchone()
    if row is None:
        return False
    if connection.execute(_SWEEP, (row[0], _PORTION)).rowcount < _PORTION:
        connection.execute("DELETE FROM archives WHERE id = ?", row)
    return True
