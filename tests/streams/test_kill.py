"""A process that is killed at any moment loses no record that it said it had put."""

import random
from pathlib import Path

from eventmatch.clock import SystemClock
from eventmatch.store.sqlite import SqliteStore
from eventmatch.streams.stream import Streams
from tests.killing import told_until_killed
from tests.loops import in_loop

CHILD = "tests.streams.child"
KILLS = 6


async def kept(path: Path) -> list[str]:
    """Return all records of a file, shard by shard in order, as the process tells them."""
    store = SqliteStore(path)
    await store.open()
    streams = Streams(store.streams, store.records, SystemClock())
    await streams.open()
    found = [
        f"{shard} {one.sequence} {one.record.data.decode()}"
        for shard in range(3)
        for one in await streams.read("s", shard, 0)
    ]
    await store.close()
    return found


@in_loop
async def test_what_was_put_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "streams.db"
    chance = random.Random(7)
    put: set[str] = set()
    for _ in range(KILLS):
        put |= set(told_until_killed(CHILD, str(path), lines=chance.randint(1, 200)))
        found = await kept(path)
        assert put <= set(found), "a record is lost"
        numbers = [line.split()[1] for line in found]
        assert len(numbers) == len(set(numbers)), "a sequence number was given twice"
    assert len(put) > 50
