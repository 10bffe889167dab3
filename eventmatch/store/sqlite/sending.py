"""Sending messages: those of all callers that share a commit, in few statements."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from eventmatch.queues.model import Sent, Stored
from eventmatch.store.sqlite.messages import facts, micros, promote
from eventmatch.store.sqlite.rows import chunks


class Sending(NamedTuple):
    """What one caller sends: the arguments of `QueueStore.send`."""

    queue: str
    messages: Sequence[Stored]
    duplicates_since: float


_Key = tuple[str, str]  # a queue and a deduplication id


def keep(connection: sqlite3.Connection, sendings: Sequence[Sending]) -> Mapping[str, Sent]:
    """Keep what all callers send; return how each message is answered, by its id."""
    known = _known(connection, sendings)
    fresh: list[tuple[str, Stored]] = []
    first: dict[_Key, str] = {}
    duplicates: dict[str, _Key] = {}
    for queue, messages, _ in sendings:
        for stored in messages:
            key = _key(queue, stored)
            if key is not None and (key in known or key in first):
                duplicates[stored.id] = key
                continue
            fresh.append((queue, stored))
            if key is not None:
                first[key] = stored.id
    sent = _insert(connection, fresh)
    _remember(connection, fresh, sent)
    firsts = {**known, **{key: sent[id_] for key, id_ in first.items()}}
    return {**sent, **{id_: firsts[key] for id_, key in duplicates.items()}}


def _key(queue: str, stored: Stored) -> _Key | None:
    key = stored.message.deduplication_id
    return None if key is None else (queue, key)


_KNOWN: Final = """
SELECT json_group_array(json_array(known.queue, known.key, known.id, known.sequence))
FROM json_each(?) AS asked CROSS JOIN queue_duplicates AS known
WHERE known.queue = json_extract(asked.value, '$[0]')
    AND known.key = json_extract(asked.value, '$[1]')
    AND known.sent >= json_extract(asked.value, '$[2]')
"""


def _known(connection: sqlite3.Connection, sendings: Sequence[Sending]) -> Mapping[_Key, Sent]:
    asked = [
        (queue, stored.message.deduplication_id, micros(since))
        for queue, messages, since in sendings
        for stored in messages
        if stored.message.deduplication_id is not None
    ]
    if not asked:
        return {}
    found = json.loads(connection.execute(_KNOWN, (json.dumps(asked),)).fetchone()[0])
    return {(queue, key): Sent(id_, sequence) for queue, key, id_, sequence in found}


_INSERT: Final = (
    "INSERT INTO queue_messages (queue, behind, visible, sent, ordered_by, source, id, body, facts)"
    " VALUES "
)


def _insert(connection: sqlite3.Connection, fresh: Sequence[tuple[str, Stored]]) -> dict[str, Sent]:
    """Insert messages; those of groups stand behind others until their group is looked at."""
    sequences: list[int] = []
    for values, parameters in chunks([_row(queue, stored) for queue, stored in fresh]):
        last = connection.execute(_INSERT + values, parameters).lastrowid or 0
        count = values.count("(")
        sequences += range(last - count + 1, last + 1)
    promote(
        connection,
        {(queue, stored.ordered_by) for queue, stored in fresh if stored.ordered_by is not None},
    )
    return {
        stored.id: Sent(stored.id, sequence)
        for (_, stored), sequence in zip(fresh, sequences, strict=True)
    }


def _row(queue: str, stored: Stored) -> tuple[int | str | None, ...]:
    return (
        queue,
        int(stored.ordered_by is not None),
        micros(stored.visible),
        micros(stored.sent),
        stored.ordered_by,
        stored.source,
        stored.id,
        stored.message.body,
        facts(stored.message),
    )


def _remember(
    connection: sqlite3.Connection,
    fresh: Sequence[tuple[str, Stored]],
    sent: Mapping[str, Sent],
) -> None:
    rows = [
        (*key, micros(stored.sent), *sent[stored.id])
        for queue, stored in fresh
        if (key := _key(queue, stored)) is not None
    ]
    for values, parameters in chunks(rows):
        connection.execute(f"INSERT OR REPLACE INTO queue_duplicates VALUES {values}", parameters)
