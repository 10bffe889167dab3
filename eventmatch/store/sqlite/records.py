"""The records of the control plane: one row each."""

import sqlite3
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from eventmatch.bus.ports import AnyChange
from eventmatch.schedule.ports import ScheduleChange
from eventmatch.store.sqlite.database import Database
from eventmatch.store.sqlite.schedules import change_schedule

TABLES: Final = (
    "CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,"
    " PRIMARY KEY (kind, key)) WITHOUT ROWID",
)


class SqliteRecords:
    """`Records` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, kind: str) -> Mapping[str, bytes]:
        """Return all records of a kind by their keys."""
        return await self._database.read(partial(_load, kind))

    async def read(self, kind: str, key: str) -> bytes | None:
        """Return one record; None if it is not there."""
        return await self._database.read(partial(_read, kind, key))

    async def write(self, changes: Sequence[AnyChange]) -> None:
        """Make all the changes durable, or none."""
        await self._database.write(partial(_write, tuple(changes)))


def _load(kind: str, connection: sqlite3.Connection) -> Mapping[str, bytes]:
    return dict(connection.execute("SELECT key, value FROM records WHERE kind = ?", (kind,)))


def _read(kind: str, key: str, connection: sqlite3.Connection) -> bytes | None:
    select = "SELECT value FROM records WHERE kind = ? AND key = ?"
    row = connection.execute(select, (kind, key)).fetchone()
    return None if row is None else bytes(row[0])


def _write(changes: Sequence[AnyChange], connection: sqlite3.Connection) -> None:
    for change in changes:
        if isinstance(change, ScheduleChange):
            change_schedule(connection, change)
        elif change.value is None:
            where = (change.kind, change.key)
            connection.execute("DELETE FROM records WHERE kind = ? AND key = ?", where)
        else:
            connection.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", change)
