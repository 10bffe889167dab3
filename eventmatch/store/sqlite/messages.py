"""Messages as rows: reading them, and what deleting, moving and ordering them has in common."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from eventmatch.queues.model import Attribute, Message, Received, Stored
from eventmatch.queues.receipt import receipt

COLUMNS: Final = (
    "sequence, id, visible, sent, receives, first_received, ordered_by, source, body, facts"
)
# Facts are JSON, and stay it within the JSON of the row.
READ: Final = f"json_array({COLUMNS.replace('facts', 'json(facts)')})"


def micros(moment: float) -> int:
    """Return a moment as the tables keep it."""
    return round(moment * 1_000_000)


def seconds(moment: int) -> float:
    """Return a moment of the tables in seconds."""
    return moment / 1_000_000


def facts(message: Message) -> str | None:
    """Return all of a message but its body as JSON text; None where there is nothing else."""
    rest = message[1:]
    return json.dumps([dict(message.attributes), *rest[1:]]) if any(_said(rest)) else None


def _said(rest: Iterable[object]) -> Iterable[bool]:
    return (fact is not None and fact != {} for fact in rest)


def received(row: Sequence[Any]) -> Received:
    """Return what a row of `COLUMNS` says of a message."""
    sequence, id_, visible, sent, receives, first, ordered_by, source, body, rest = row
    message = Message(body, _attributes(rest[0]), *rest[1:]) if rest else Message(body)
    stored = Stored(id_, message, seconds(sent), seconds(visible), sequence, ordered_by, source)
    return Received(stored, receipt(sequence, receives), receives, seconds(first or 0))


def _attributes(facts: Mapping[str, Any]) -> Mapping[str, str | Attribute]:
    return {
        name: value if isinstance(value, str) else Attribute(*value)
        for name, value in facts.items()
    }


def sequences_text(sequences: Iterable[int]) -> str:
    """Return sequence numbers as JSON text, for `json_each`."""
    return json.dumps(list(sequences))


def delete_rows(
    connection: sqlite3.Connection,
    sequences: Sequence[int],
    groups: Collection[tuple[str, str]],
) -> None:
    """Delete messages, which are of these groups of queues."""
    if sequences:
        connection.execute(
            "DELETE FROM queue_messages WHERE sequence IN (SELECT value FROM json_each(?))",
            (sequences_text(sequences),),
        )
        promote(connection, groups)


_PROMOTE: Final = """
UPDATE queue_messages SET behind = 0 WHERE behind = 1 AND sequence IN (
    SELECT (
        SELECT sequence FROM queue_messages
        WHERE queue = json_extract(pair.value, '$[0]')
            AND ordered_by = json_extract(pair.value, '$[1]')
        ORDER BY sequence LIMIT 1
    ) FROM json_each(?) AS pair
)
"""


def promote(connection: sqlite3.Connection, groups: Collection[tuple[str, str]]) -> None:
    """Let the first message of each of these groups of queues be the head."""
    if groups:
        connection.execute(_PROMOTE, (json.dumps(list(groups)),))


_RESEND: Final = """
INSERT INTO queue_messages (queue, behind, visible, sent, ordered_by, source, id, body, facts)
SELECT ?, ordered_by IS NOT NULL, ?, coalesce(?, sent), ordered_by, ?, id, body, facts
FROM queue_messages WHERE sequence IN (SELECT value FROM json_each(?)) ORDER BY sequence
"""


def resend(
    connection: sqlite3.Connection,
    source: str,
    target: str,
    sequences: Sequence[int],
    groups: Collection[str],
    visible: int,
    *,
    sent: int | None,
    came_from: str | None,
) -> None:
    """Move messages, which are of these groups, to the end of another queue.

    `sent` is their new moment of sending; None keeps the old one.
    """
    connection.execute(_RESEND, (target, visible, sent, came_from, sequences_text(sequences)))
    promote(connection, {(target, group) for group in groups})
    delete_rows(connection, sequences, {(source, group) for group in groups})
