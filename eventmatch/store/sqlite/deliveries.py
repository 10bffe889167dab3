"""What was accepted and is not settled: `DeliveryStore` in a database."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from eventmatch.delivery.model import Delivery, Event, Retry
from eventmatch.errors import StoreCode, StoreError
from eventmatch.store.sqlite.database import Database
from eventmatch.store.sqlite.settling import Change, keep

# Events count upwards for ever (AUTOINCREMENT), so that no id comes back after its event is gone.
# Fresh deliveries have no due and stand in no index.
TABLES: Final = (
    "CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL,"
    " accepted REAL NOT NULL, facts TEXT)",
    "CREATE TABLE lanes (id INTEGER PRIMARY KEY, description BLOB NOT NULL UNIQUE)",
    "CREATE TABLE deliveries (id INTEGER PRIMARY KEY, lane INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, due REAL)",
    "CREATE INDEX waiting ON deliveries (lane, due) WHERE due IS NOT NULL",
)


class SqliteDeliveries:
    """`DeliveryStore` in a database. One loop at a time uses it: it counts ids without a lock."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lanes: dict[bytes, int] = {}
        self._next_id: int | None = None

    async def open(self) -> None:
        """Go on counting where the database stands."""
        if self._next_id is None:
            self._next_id = await self._database.read(_next_id)
            self._lanes.update(await self._database.read(_lanes))

    def close(self) -> None:
        """Forget what is the database's to know."""
        self._next_id = None
        self._lanes.clear()

    async def lane(self, description: bytes) -> int:
        """Return the number of the lane with that description, the same for the same bytes."""
        lane = self._lanes.get(description)
        if lane is None:
            lane = await self._database.write(partial(_lane, description))
            self._lanes[description] = lane
        return lane

    def reserve(self, count: int) -> int:
        """Return the first of so many ids, one behind the other, that no other event gets."""
        if self._next_id is None:
            raise StoreError(StoreCode.CLOSED, f"{self._database.path} is not open")
        first = self._next_id
        self._next_id += count
        return first

    async def append(self, events: Sequence[Event], deliveries: Sequence[Delivery]) -> None:
        """Keep events with their deliveries; an id that is there already is a `ValueError`."""
        await self._database.merge(keep, Change(tuple(events), tuple(deliveries)))

    async def settle(self, done: Sequence[int], again: Sequence[Retry]) -> None:
        """Forget deliveries that have ended, and let others wait for their next attempt."""
        await self._database.merge_later(keep, Change(done=tuple(done), again=tuple(again)))

    async def waiting(self, lane: int, until: float, limit: int) -> Sequence[Delivery]:
        """Return the deliveries of a lane that are due by a moment, the longest due first."""
        return await self._database.read(partial(_waiting, lane, until, limit))

    async def next_due(self, lane: int, after: float) -> float | None:
        """Return the first moment behind another at which a waiting delivery of a lane is due."""
        return await self._database.read(partial(_next_due, lane, after))

    async def recover(self) -> Mapping[int, bytes]:
        """Let everything that was on its way wait, due at once; return the lanes that have any."""
        return await self._database.write(_recover)

    async def backlog(self) -> Mapping[int, int]:
        """Return how many deliveries each lane has that are not settled.

        For a million of them the reading thread counts for 0.1 s; nothing waits but other reads.
        """
        return await self._database.read(_backlog)


def _next_id(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    return 1 if row is None else int(row[0]) + 1


def _lanes(connection: sqlite3.Connection) -> Mapping[bytes, int]:
    """All lanes at once: a hundred thousand take a second so, and each alone minutes."""
    return dict(connection.execute("SELECT description, id FROM lanes"))


def _lane(description: bytes, connection: sqlite3.Connection) -> int:
    connection.execute("INSERT OR IGNORE INTO lanes (description) VALUES (?)", (description,))
    select = "SELECT id FROM lanes WHERE description = ?"
    return int(connection.execute(select, (description,)).fetchone()[0])


_WAITING: Final = """
SELECT deliveries.id, attempts, due, events.id, body, accepted, facts
FROM deliveries JOIN events ON events.id = deliveries.id >> 16
WHERE lane = ? AND due <= ? ORDER BY due, deliveries.id LIMIT ?
"""


def _waiting(
    lane: int, until: float, limit: int, connection: sqlite3.Connection
) -> Sequence[Delivery]:
    rows = connection.execute(_WAITING, (lane, until, limit)).fetchall()
    return [
        Delivery(delivery, lane, _event(event, body, accepted, facts), attempts, due)
        for delivery, attempts, due, event, body, accepted, facts in rows
    ]


def _event(number: int, body: bytes, accepted: float, facts: str | None) -> Event:
    return Event(number, body, accepted, json.loads(facts) if facts else {})


def _next_due(lane: int, after: float, connection: sqlite3.Connection) -> float | None:
    select = "SELECT min(due) FROM deliveries WHERE lane = ? AND due > ?"
    due: float | None = connection.execute(select, (lane, after)).fetchone()[0]
    return due


_LANES_WITH_ANY: Final = """
SELECT id, description FROM lanes
WHERE EXISTS (SELECT 1 FROM deliveries WHERE lane = lanes.id AND due IS NOT NULL)
"""


def _recover(connection: sqlite3.Connection) -> Mapping[int, bytes]:
    connection.execute("UPDATE deliveries SET due = 0 WHERE due IS NULL")
    return dict(connection.execute(_LANES_WITH_ANY))


# In two parts, because the waiting ones are counted along their index, without sorting.
_BACKLOG: Final = """
SELECT lane, count(*) FROM deliveries WHERE due IS NULL GROUP BY lane
UNION ALL
SELECT lane, count(*) FROM deliveries WHERE due IS NOT NULL GROUP BY lane
"""


def _backlog(connection: sqlite3.Connection) -> Mapping[int, int]:
    counts: Counter[int] = Counter()
    for lane, count in connection.execute(_BACKLOG):
        counts[lane] += count
    return dict(counts)
