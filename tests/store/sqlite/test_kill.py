"""A process that is killed at any moment loses nothing that it said it had."""

import random
import subprocess
import sys
from pathlib import Path

from eventmatch.store.sqlite import SqliteStore
from tests.loops import in_loop

KILLS = 10


def told_until_killed(path: Path, lines: int) -> list[str]:
    """Let a process work until it has said so many lines, kill it, and return all that it said."""
    command = [sys.executable, "-m", "tests.store.sqlite.child", str(path), "8"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        told += child.stdout.readlines()
    # The last line may be cut off.
    return [line.strip() for line in told if line.endswith("\n")][1:]


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
        told = told_until_killed(path, chance.randint(1, 400))
        accepted |= {int(line[1:]) for line in told if line[0] == "+"}
        settled |= {int(line[1:]) for line in told if line[0] == "-"}
        found = await kept(path)
        assert accepted <= found, "an accepted delivery is lost"
        assert not settled & found, "a settled delivery is back"
    assert len(accepted) > 100
