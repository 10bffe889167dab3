"""Receiving messages: at the cost of what is received, however much is stored."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Final

from eventmatch.queues.model import Received
from eventmatch.queues.ports import Fate, Taken, Taking, fate
from eventmatch.queues.receipt import receipt
from eventmatch.store.sqlite.messages import (
    READ,
    delete_rows,
    micros,
    received,
    resend,
    seconds,
    sequences_text,
)

# From the heads that have been visible the longest, each followed by those behind it in its group,
# as far as they are visible too.
_CANDIDATES: Final = f"""
WITH RECURSIVE walk (since, head, place, grouped_by) AS (
    SELECT * FROM (
        SELECT visible, sequence, sequence, ordered_by FROM queue_messages
        WHERE queue = :queue AND behind = 0 AND visible <= :now
        ORDER BY visible, sequence LIMIT :limit
    )
    UNION ALL
    SELECT since, head, sequence, grouped_by FROM walk CROSS JOIN queue_messages
    WHERE grouped_by IS NOT NULL AND visible <= :now AND sequence = (
        SELECT sequence FROM queue_messages
        WHERE queue = :queue AND ordered_by = grouped_by AND sequence > place
        ORDER BY sequence LIMIT 1
    )
    ORDER BY 1, 2, 3 LIMIT :limit
)
SELECT json_group_array(json_array(since, head, {READ}))
FROM walk CROSS JOIN queue_messages ON sequence = place
"""

_HIDE: Final = """
UPDATE queue_messages
SET visible = ?, receives = receives + 1, first_received = coalesce(first_received, ?)
WHERE sequence IN (SELECT value FROM json_each(?))
"""

_NEXT: Final = "SELECT min(visible) FROM queue_messages WHERE queue = ? AND behind = 0"


def take(queue: str, taking: Taking, connection: sqlite3.Connection) -> Taken:
    """Take messages out of a queue."""
    moved = 0
    while True:
        found = _candidates(connection, queue, taking)
        fates = [fate(one.stored.sent, one.receive_count, taking) for one in found]
        dead = [one for one, kind in zip(found, fates, strict=True) if kind is Fate.DEAD]
        expired = [one for one, kind in zip(found, fates, strict=True) if kind is Fate.EXPIRED]
        if not dead and not expired:
            taken = _hide(connection, found, taking)
            return Taken(taken, moved, None if taken else _next_visible(connection, queue))
        moved += _bury(connection, queue, dead, taking)
        _forget(connection, queue, expired)


_CHOSEN: Final = f"""
SELECT json_group_array({READ}) FROM queue_messages
WHERE sequence IN (SELECT value FROM json_each(?)) AND queue = ? AND visible <= ?
"""


def pick(
    queue: str, sequences: Sequence[int], taking: Taking, connection: sqlite3.Connection
) -> Sequence[Received]:
    """Take chosen messages out of a queue."""
    chosen = (sequences_text(sequences), queue, micros(taking.now))
    found = connection.execute(_CHOSEN, chosen).fetchone()[0]
    return _hide(connection, [received(row) for row in sorted(json.loads(found))], taking)


def _candidates(connection: sqlite3.Connection, queue: str, taking: Taking) -> Sequence[Received]:
    parameters = {"queue": queue, "now": micros(taking.now), "limit": taking.limit}
    found = connection.execute(_CANDIDATES, parameters).fetchone()[0]
    return [received(row) for _, _, row in sorted(json.loads(found))]


def _hide(
    connection: sqlite3.Connection, ready: Sequence[Received], taking: Taking
) -> Sequence[Received]:
    """Hide messages and count the receive; return them as they are now."""
    if ready:
        sequences = sequences_text(one.stored.sequence for one in ready)
        connection.execute(_HIDE, (micros(taking.visible), micros(taking.now), sequences))
    return [_received_now(one, taking) for one in ready]


def _received_now(one: Received, taking: Taking) -> Received:
    count = one.receive_count + 1
    return Received(
        one.stored._replace(visible=taking.visible),
        receipt(one.stored.sequence, count),
        count,
        one.first_received if one.receive_count else taking.now,
    )


def _bury(
    connection: sqlite3.Connection, queue: str, dead: Sequence[Received], taking: Taking
) -> int:
    """Move messages to the dead-letter queue."""
    if dead and taking.redrive:
        resend(
            connection,
            queue,
            taking.redrive.dead_letter_queue,
            [one.stored.sequence for one in dead],
            _groups(dead),
            micros(taking.now),
            sent=None,
            came_from=queue,
        )
    return len(dead)


def _forget(connection: sqlite3.Connection, queue: str, expired: Sequence[Received]) -> None:
    groups = {(queue, group) for group in _groups(expired)}
    delete_rows(connection, [one.stored.sequence for one in expired], groups)


def _groups(messages: Sequence[Received]) -> set[str]:
    return {one.stored.ordered_by for one in messages if one.stored.ordered_by is not None}


def _next_visible(connection: sqlite3.Connection, queue: str) -> float | None:
    moment = connection.execute(_NEXT, (queue,)).fetchone()[0]
    return None if moment is None else seconds(moment)
