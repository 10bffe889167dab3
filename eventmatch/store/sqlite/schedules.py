"""When schedules fire next: `ScheduleStore` in a database."""

import sqlite3
from collections.abc import Collection, Sequence
from functools import partial
from typing import Final

from eventmatch.schedule.ports import Fire, ScheduleChange, Scheduled
from eventmatch.store.sqlite.database import Database
from eventmatch.store.sqlite.settling import Change, keep

TABLES: Final = (
    "CREATE TABLE schedules (kind TEXT NOT NULL, key TEXT NOT NULL, next REAL NOT NULL,"
    " anchor REAL NOT NULL, expression TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID",
    "CREATE INDEX firing ON schedules (next)",
)


class SqliteSchedules:
    """`ScheduleStore` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, until: float, limit: int) -> Sequence[Scheduled]:
        """Return schedules that fire by a moment, the earliest first."""
        return await self._database.read(partial(_due, until, limit))

    async def next_due(self) -> float | None:
        """Return the first moment at which a schedule fires; None if there is none."""
        return await self._database.read(_next_due)

    async def find(self, kind: str, key: str) -> Scheduled | None:
        """Return a schedule that fires again; None if there is none with that key."""
        return await self._database.read(partial(_find, kind, key))

    async def keys(self, kind: str) -> Collection[str]:
        """Return the keys of all schedules of a kind."""
        return await self._database.read(partial(_keys, kind))

    async def fire(self, fires: Sequence[Fire]) -> Sequence[bool]:
        """Move schedules on, and keep their events; tell which were moved."""
        return await self._database.write(partial(_fire, tuple(fires)))


def change_schedule(connection: sqlite3.Connection, change: ScheduleChange) -> None:
    """Let a schedule begin, begin anew, or end."""
    if change.value is None:
        where = (change.kind, change.key)
        connection.execute("DELETE FROM schedules WHERE kind = ? AND key = ?", where)
    else:
        insert = "INSERT OR REPLACE INTO schedules VALUES (?, ?, ?, ?, ?)"
        connection.execute(insert, change.value)


def _due(until: float, limit: int, connection: sqlite3.Connection) -> Sequence[Scheduled]:
    select = "SELECT * FROM schedules WHERE next <= ? ORDER BY next, kind, key LIMIT ?"
    return [Scheduled(*row) for row in connection.execute(select, (until, limit))]


def _next_due(connection: sqlite3.Connection) -> float | None:
    moment: float | None = connection.execute("SELECT min(next) FROM schedules").fetchone()[0]
    return moment


def _find(kind: str, key: str, connection: sqlite3.Connection) -> Scheduled | None:
    select = "SELECT * FROM schedules WHERE kind = ? AND key = ?"
    row = connection.execute(select, (kind, key)).fetchone()
    return None if row is None else Scheduled(*row)


def _keys(kind: str, connection: sqlite3.Connection) -> Collection[str]:
    return {
        key for (key,) in connection.execute("SELECT key FROM schedules WHERE kind = ?", (kind,))
    }


def _fire(fires: Sequence[Fire], connection: sqlite3.Connection) -> Sequence[bool]:
    moved = [_move(fire, connection) for fire in fires]
    ours = [fire for fire, is_ours in zip(fires, moved, strict=True) if is_ours]
    keep(connection, [Change(fire.events, fire.deliveries) for fire in ours])
    return moved


_AS_IT_WAS: Final = "kind = ? AND key = ? AND next = ? AND anchor = ? AND expression = ?"


def _move(fire: Fire, connection: sqlite3.Connection) -> bool:
    """Move a schedule on if it is as it was, and tell whether it is."""
    if fire.next is None:
        done = connection.execute(f"DELETE FROM schedules WHERE {_AS_IT_WAS}", fire.scheduled)
    else:
        update = f"UPDATE schedules SET next = ? WHERE {_AS_IT_WAS}"
        done = connection.execute(update, (fire.next, *fire.scheduled))
    return done.rowcount == 1
