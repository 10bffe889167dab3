"""A process that is killed at any moment loses nothing that it said it had."""

import random
from pathlib import Path

from eventmatch.store.sqlite import SqliteStore
from tests.killing import told_until_killed
from tests.loops import in_loop

CHILD = "tests.store.sqlite.child"
KILLS = 10


async def kept(path: Path) -> set[int]:
    """Return the ids of all deliveries in a file."""
    store = SqliteStore(path)
    await store.open()
    lane = await store.deliveries.lane(b"one")
    await store.deliveries.recover()
    waiting = await store.deliveries.waiting(lane, 0.0, 1_000_000)
    await store.close()
    return {delivery.id for delivery in waiting}


@in_loop
async def test_what_was_accepted_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    chance = random.Random(7)
    accepted: set[int] = set()
    settled: set[int] = set()
    for _ in range(KILLS):
        told = told_until_killed(CHILD, str(path), "8", lines=chance.randint(1, 400))
        accepted |= {int(line[1:]) for line in told if line[0] == "+"}
        settled |= {int(line[1:]) for line in told if line[0] == "-"}
        found = await kept(path)
        assert accepted <= found, "an accepted delivery is lost"
        assert not settled & found, "a settled delivery is back"
    assert len(accepted) > 100
