"""The messages of queues: `QueueStore` in a database.

What comes from one call, or from all callers whose sends or deletions share a commit, goes in few
statements, and a result comes as one JSON text: each statement, and each row of a result, lets go
of Python's lock and has to get it back.
"""

import json
import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Final

from eventmatch.queues.model import Received, Sent, Stored
from eventmatch.queues.ports import Counts, Taken, Taking
from eventmatch.queues.receipt import receive_of
from eventmatch.store.sqlite.database import Database
from eventmatch.store.sqlite.messages import (
    COLUMNS,
    READ,
    delete_rows,
    micros,
    received,
    resend,
    sequences_text,
)
from eventmatch.store.sqlite.sending import Sending, keep
from eventmatch.store.sqlite.taking import pick, take

# Sequence numbers are never given twice (AUTOINCREMENT), and receipts rely on it. Moments are in
# microseconds. `behind` says that an earlier message of the group is there: of a group, only its
# head is looked for, and the others are found from it. An index ends with the sequence number.
TABLES: Final = (
    "CREATE TABLE queue_messages (sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
    " queue TEXT NOT NULL, behind INTEGER NOT NULL, visible INTEGER NOT NULL,"
    " sent INTEGER NOT NULL, receives INTEGER NOT NULL DEFAULT 0, first_received INTEGER,"
    " ordered_by TEXT, source TEXT, id TEXT NOT NULL, body TEXT NOT NULL, facts TEXT)",
    "CREATE INDEX queue_heads ON queue_messages (queue, behind, visible)",
    "CREATE INDEX queue_order ON queue_messages (queue)",
    "CREATE INDEX queue_groups ON queue_messages (queue, ordered_by) WHERE ordered_by IS NOT NULL",
    "CREATE TABLE queue_duplicates (queue TEXT NOT NULL, key TEXT NOT NULL,"
    " sent INTEGER NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL,"
    " PRIMARY KEY (queue, key)) WITHOUT ROWID",
    "CREATE INDEX queue_duplicates_age ON queue_duplicates (queue, sent)",
)

# So many messages are expired at once: others wait for the thread that writes meanwhile.
_MOST_EXPIRED: Final = 5_000

# A receive of a queue, as a row: the queue, the sequence number, the count.
_Receive = tuple[str, int, int]


class SqliteQueues:
    """`QueueStore` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def send(
        self, queue: str, messages: Sequence[Stored], duplicates_since: float
    ) -> Sequence[Sent]:
        """Keep messages durably, in order, duplicates left out."""
        sent = await self._database.merge(keep, Sending(queue, messages, duplicates_since))
        return [sent[stored.id] for stored in messages]

    async def receive(self, queue: str, taking: Taking) -> Taken:
        """Take messages: hide them, count the receive, and give each a new receipt."""
        return await self._database.write(partial(take, queue, taking))

    async def delete(self, queue: str, receipts: Sequence[str]) -> Sequence[bool]:
        """Delete received messages; tell for each whether its receipt was the latest."""
        asked = _receives(queue, receipts)
        deleted = await self._database.merge(_delete, asked)
        return [receive in deleted for receive in asked]

    async def hide(self, queue: str, receipts: Sequence[str], visible: float) -> Sequence[bool]:
        """Change until when received messages are hidden; tell as `delete` does."""
        asked = _receives(queue, receipts)
        hidden = await self._database.write(partial(_hide, asked, micros(visible)))
        return [receive in hidden for receive in asked]

    async def move(self, source: str, target: str, sequences: Sequence[int], now: float) -> int:
        """Send the messages with these sequence numbers anew to another queue."""
        return await self._database.write(partial(_move, source, target, sequences, micros(now)))

    async def pick(
        self, queue: str, sequences: Sequence[int], now: float, visible: float
    ) -> Sequence[Received]:
        """Receive the messages with these sequence numbers."""
        taking = Taking(now, visible, len(sequences), 0.0)
        return await self._database.write(partial(pick, queue, sequences, taking))

    async def peek(self, queue: str, after: int, limit: int) -> Sequence[Received]:
        """Return messages behind a sequence number, in order, without receiving them."""
        return await self._database.read(partial(_peek, queue, after, limit))

    async def counts(self, queue: str, now: float) -> Counts:
        """Return how many messages there are."""
        return await self._database.read(partial(_counts, queue, micros(now)))

    async def expire(self, queue: str, sent_before: float, duplicates_before: float) -> int:
        """Forget the oldest messages, and deduplication ids, of before two moments."""
        expire = partial(_expire, queue, micros(sent_before), micros(duplicates_before))
        return await self._database.write(expire)

    async def purge(self, queue: str) -> None:
        """Forget all messages and deduplication ids of a queue."""
        await self._database.write(partial(_purge, queue))


def _receives(queue: str, receipts: Sequence[str]) -> Sequence[_Receive]:
    return [(queue, *(receive_of(handle) or (0, 0))) for handle in receipts]


_LATEST: Final = """
SELECT json_group_array(json_array(queue, sequence, receives, ordered_by))
FROM json_each(?) AS asked CROSS JOIN queue_messages
WHERE sequence = json_extract(asked.value, '$[1]')
    AND queue = json_extract(asked.value, '$[0]') AND receives = json_extract(asked.value, '$[2]')
"""


def _latest(
    connection: sqlite3.Connection, asked: Sequence[_Receive]
) -> Sequence[tuple[_Receive, str | None]]:
    """Return the receives that are the latest of their message, with the groups."""
    found = connection.execute(_LATEST, (json.dumps(asked),)).fetchone()[0]
    return [
        ((queue, sequence, count), group) for queue, sequence, count, group in json.loads(found)
    ]


def _delete(
    connection: sqlite3.Connection, asked: Sequence[Sequence[_Receive]]
) -> frozenset[_Receive]:
    """Delete what all callers asked for; return what was there."""
    latest = _latest(connection, [receive for receives in asked for receive in receives])
    delete_rows(
        connection,
        [sequence for (_, sequence, _), _ in latest],
        {(queue, group) for (queue, _, _), group in latest if group is not None},
    )
    return frozenset(receive for receive, _ in latest)


def _hide(
    asked: Sequence[_Receive], visible: int, connection: sqlite3.Connection
) -> frozenset[_Receive]:
    latest = frozenset(receive for receive, _ in _latest(connection, asked))
    connection.execute(
        "UPDATE queue_messages SET visible = ? WHERE sequence IN (SELECT value FROM json_each(?))",
        (visible, sequences_text([sequence for _, sequence, _ in latest])),
    )
    return latest


def _move(
    source: str, target: str, sequences: Sequence[int], now: int, connection: sqlite3.Connection
) -> int:
    found = connection.execute(
        "SELECT json_group_array(json_array(sequence, ordered_by)) FROM queue_messages"
        " WHERE sequence IN (SELECT value FROM json_each(?)) AND queue = ? AND visible <= ?",
        (sequences_text(sequences), source, now),
    ).fetchone()[0]
    rows = dict(json.loads(found))
    groups = {group for group in rows.values() if group is not None}
    resend(connection, source, target, list(rows), groups, now, sent=now, came_from=None)
    return len(rows)


_PEEK: Final = f"""
SELECT json_group_array({READ}) FROM (
    SELECT {COLUMNS} FROM queue_messages WHERE queue = ? AND sequence > ? ORDER BY sequence LIMIT ?
)
"""


def _peek(queue: str, after: int, limit: int, connection: sqlite3.Connection) -> Sequence[Received]:
    found = connection.execute(_PEEK, (queue, after, limit)).fetchone()[0]
    return [received(row) for row in sorted(json.loads(found))]


_COUNTS: Final = """
SELECT
    (SELECT count(*) FROM queue_messages WHERE queue = ?1 AND behind = 0 AND visible <= ?2)
    + (SELECT count(*) FROM queue_messages WHERE queue = ?1 AND behind = 1 AND visible <= ?2),
    count(*) FILTER (WHERE receives = 0), count(*) FILTER (WHERE receives > 0)
FROM queue_messages WHERE queue = ?1 AND behind IN (0, 1) AND visible > ?2
"""


def _counts(queue: str, now: int, connection: sqlite3.Connection) -> Counts:
    return Counts(*connection.execute(_COUNTS, (queue, now)).fetchone())


# The order of sending is that of the sequence numbers, but for dead letters, which keep the moment
# at which they were sent first: of those, one may outstay its time behind a younger one. So a look
# at the first tells whether there is anything to do, and a receive looks at each message itself.
_OLDEST: Final = "SELECT sent FROM queue_messages WHERE queue = ? ORDER BY sequence LIMIT 1"

_OLD: Final = """
SELECT json_group_array(json_array(sequence, ordered_by)) FROM (
    SELECT sequence, ordered_by, sent FROM queue_messages WHERE queue = ? ORDER BY sequence LIMIT ?
) WHERE sent < ?
"""


def _expire(
    queue: str, sent_before: int, duplicates_before: int, connection: sqlite3.Connection
) -> int:
    connection.execute(
        "DELETE FROM queue_duplicates WHERE queue = ? AND sent < ?", (queue, duplicates_before)
    )
    oldest = connection.execute(_OLDEST, (queue,)).fetchone()
    if oldest is None or oldest[0] >= sent_before:
        return 0
    found = connection.execute(_OLD, (queue, _MOST_EXPIRED, sent_before)).fetchone()[0]
    old = dict(json.loads(found))
    groups = {(queue, group) for group in old.values() if group is not None}
    delete_rows(connection, list(old), groups)
    return len(old)


def _purge(queue: str, connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM queue_messages WHERE queue = ?", (queue,))
    connection.execute("DELETE FROM queue_duplicates WHERE queue = ?", (queue,))
