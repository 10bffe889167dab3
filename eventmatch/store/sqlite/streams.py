"""The records of streams: `StreamStore` in a database.

Records of all callers that share a commit go in few statements.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from eventmatch.store.sqlite.database import Database
from eventmatch.store.sqlite.rows import Value, chunks
from eventmatch.streams.model import Record, StoredRecord
from eventmatch.streams.ports import portion

# Sequence numbers are never given twice (AUTOINCREMENT). An index ends with the sequence number.
# `stream_shards` knows the last of each shard, also when its records have expired.
TABLES: Final = (
    "CREATE TABLE stream_records (sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
    " stream TEXT NOT NULL, shard INTEGER NOT NULL, arrived REAL NOT NULL,"
    " partition_key TEXT NOT NULL, data BLOB NOT NULL)",
    "CREATE INDEX stream_order ON stream_records (stream, shard)",
    "CREATE TABLE stream_shards (stream TEXT NOT NULL, shard INTEGER NOT NULL,"
    " last INTEGER NOT NULL, PRIMARY KEY (stream, shard)) WITHOUT ROWID",
)

# Large deletions go in portions, so that nothing else waits for long.
_PORTION: Final = 5_000


class SqliteStreams:
    """`StreamStore` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self, stream: str, records: Sequence[tuple[int, Record]], now: float
    ) -> Sequence[int]:
        """Keep records durably, each in the shard with that number; return their numbers."""
        putting = _Putting(stream, tuple(records), now)
        return (await self._database.merge(_put, putting))[putting]

    async def read(self, stream: str, shard: int, after: int, limit: int) -> Sequence[StoredRecord]:
        """Return records of a shard behind a sequence number, in order."""
        return await self._database.read(partial(_read, stream, shard, after, limit))

    async def last(self, stream: str, shard: int) -> int:
        """Return the highest sequence number that a shard has had; 0 if none."""
        return await self._database.read(partial(_last, stream, shard))

    async def since(self, stream: str, shard: int, moment: float) -> int:
        """Return the highest sequence number of what arrived before a moment; 0 if none."""
        return await self._database.read(partial(_since, stream, shard, moment))

    async def expire(self, stream: str, before: float) -> None:
        """Forget what arrived before a moment."""
        for shard in await self._database.read(partial(_shards, stream)):
            while await self._database.write(partial(_expire, stream, shard, before)):
                pass

    async def drop(self, stream: str) -> None:
        """Forget all records of a stream."""
        while await self._database.write(partial(_drop, stream)):
            pass


@dataclass(frozen=True, slots=True, eq=False)
class _Putting:
    """What one caller puts; each is equal to itself only."""

    stream: str
    records: Sequence[tuple[int, Record]]
    now: float


_INSERT: Final = "INSERT INTO stream_records (stream, shard, arrived, partition_key, data) VALUES "
_REMEMBER: Final = "INSERT OR REPLACE INTO stream_shards VALUES "


def _put(
    connection: sqlite3.Connection, puttings: Sequence[_Putting]
) -> Mapping[_Putting, Sequence[int]]:
    """Keep what all callers put; return the sequence numbers of each."""
    rows: list[tuple[Value, ...]] = [
        (putting.stream, shard, putting.now, record.partition_key, record.data)
        for putting in puttings
        for shard, record in putting.records
    ]
    sequences: list[int] = []
    for values, parameters in chunks(rows):
        last = connection.execute(_INSERT + values, parameters).lastrowid or 0
        sequences += range(last - values.count("(") + 1, last + 1)
    _remember(connection, rows, sequences)
    given = iter(sequences)
    return {putting: [next(given) for _ in putting.records] for putting in puttings}


def _remember(
    connection: sqlite3.Connection, rows: Sequence[tuple[Value, ...]], sequences: Sequence[int]
) -> None:
    last = {row[:2]: sequence for row, sequence in zip(rows, sequences, strict=True)}
    for values, parameters in chunks([(*shard, sequence) for shard, sequence in last.items()]):
        connection.execute(_REMEMBER + values, parameters)


_READ: Final = """
SELECT sequence, data, partition_key, arrived FROM stream_records
WHERE stream = ? AND shard = ? AND sequence > ? ORDER BY sequence LIMIT ?
"""


def _read(
    stream: str, shard: int, after: int, limit: int, connection: sqlite3.Connection
) -> Sequence[StoredRecord]:
    rows = connection.execute(_READ, (stream, shard, after, limit))
    return portion(
        StoredRecord(sequence, Record(data, key), arrived) for sequence, data, key, arrived in rows
    )


def _last(stream: str, shard: int, connection: sqlite3.Connection) -> int:
    select = "SELECT last FROM stream_shards WHERE stream = ? AND shard = ?"
    row = connection.execute(select, (stream, shard)).fetchone()
    return 0 if row is None else int(row[0])


# Records arrive in the order of their numbers, so what is old ends before the first that is not.
_FIRST: Final = """
SELECT sequence FROM stream_records
WHERE stream = ? AND shard = ? AND arrived >= ? ORDER BY sequence LIMIT 1
"""
_BEFORE: Final = """
SELECT max(sequence) FROM stream_records WHERE stream = ? AND shard = ? AND sequence < ?
"""
_BEHIND_ALL: Final = (1 << 63) - 1


def _since(stream: str, shard: int, moment: float, connection: sqlite3.Connection) -> int:
    first = connection.execute(_FIRST, (stream, shard, moment)).fetchone()
    end = _BEHIND_ALL if first is None else first[0]
    return connection.execute(_BEFORE, (stream, shard, end)).fetchone()[0] or 0


def _shards(stream: str, connection: sqlite3.Connection) -> Sequence[int]:
    select = "SELECT shard FROM stream_shards WHERE stream = ?"
    return [shard for (shard,) in connection.execute(select, (stream,))]


_EXPIRE: Final = """
DELETE FROM stream_records WHERE sequence IN (
    SELECT sequence FROM stream_records
    WHERE stream = ? AND shard = ? AND sequence <= ? ORDER BY sequence LIMIT ?
)
"""


def _expire(stream: str, shard: int, before: float, connection: sqlite3.Connection) -> bool:
    """Forget a portion of a shard, and tell whether there may be more."""
    last = _since(stream, shard, before, connection)
    done = connection.execute(_EXPIRE, (stream, shard, last, _PORTION))
    return done.rowcount == _PORTION


_DROP: Final = """
DELETE FROM stream_records WHERE sequence IN (
    SELECT sequence FROM stream_records WHERE stream = ? LIMIT ?
)
"""


def _drop(stream: str, connection: sqlite3.Connection) -> bool:
    """Forget a portion of a stream, and tell whether there may be more."""
    if connection.execute(_DROP, (stream, _PORTION)).rowcount == _PORTION:
        return True
    connection.execute("DELETE FROM stream_shards WHERE stream = ?", (stream,))
    return False
