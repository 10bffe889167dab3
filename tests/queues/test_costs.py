"""In SQLite a call costs what it gives, not what is stored: counted in steps of its machine."""

import sqlite3
from collections.abc import Callable, Iterator

import pytest

from eventmatch.queues.model import Message, Stored
from eventmatch.queues.ports import Taking
from eventmatch.store.sqlite import queues
from eventmatch.store.sqlite.sending import Sending, keep
from eventmatch.store.sqlite.taking import take

FEW, MANY = 500, 10_000


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in queues.TABLES:
        connection.execute(statement)
    yield connection
    connection.close()


def fill(connection: sqlite3.Connection, first: int, last: int, groups: int) -> None:
    stored = [
        Stored(str(number), Message("body", deduplication_id=str(number)), 1000.0, 1000.0)
        for number in range(first, last)
    ]
    if groups:
        stored = [one._replace(ordered_by=str(int(one.id) % groups)) for one in stored]
    keep(connection, [Sending("work", stored, 700.0)])


def steps(connection: sqlite3.Connection, call: Callable[[], object]) -> int:
    """Return how many steps the statements of a call take, in tens."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    connection.set_progress_handler(step, 10)
    call()
    connection.set_progress_handler(None, 0)
    return count


def receive(connection: sqlite3.Connection) -> None:
    taken = take("work", Taking(1001.0, 1031.0, 10, 0.0), connection)
    assert len(taken.received) == 10


def receive_and_delete(connection: sqlite3.Connection) -> None:
    taken = take("work", Taking(1001.0, 1031.0, 10, 0.0), connection)
    receives = [("work", one.stored.sequence, one.receive_count) for one in taken.received]
    assert len(queues._delete(connection, [receives])) == 10


def send(connection: sqlite3.Connection) -> None:
    stored = Stored("new", Message("body", deduplication_id="1"), 1000.0, 1000.0, ordered_by="1")
    keep(connection, [Sending("work", [stored], 700.0)])


def peek(connection: sqlite3.Connection) -> None:
    assert len(queues._peek("work", 100, 10, connection)) == 10


def expire(connection: sqlite3.Connection) -> None:
    assert queues._expire("work", 999_000_000, 0, connection) == 0


@pytest.mark.parametrize("call", [receive, receive_and_delete, send, peek, expire])
@pytest.mark.parametrize("groups", [0, 1, MANY])
def test_the_steps_do_not_grow_with_the_queue(
    connection: sqlite3.Connection, groups: int, call: Callable[[sqlite3.Connection], None]
) -> None:
    fill(connection, 0, FEW, groups)
    few = steps(connection, lambda: call(connection))
    connection.execute("UPDATE queue_messages SET visible = 0")
    fill(connection, FEW, MANY, groups)
    many = steps(connection, lambda: call(connection))
    assert many <= 1.5 * few + 5
