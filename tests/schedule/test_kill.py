"""A process that is killed while it fires has fired each moment once, and forgotten none."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from eventmatch.store.sqlite import SqliteStore
from tests.loops import in_loop
from tests.schedule.test_scheduler import MINUTE, START

ROOT: Final = Path(__file__).parents[2]


@pytest.mark.parametrize("lines", [1, 7, 40])
@in_loop
async def test_each_moment_is_in_the_store_once(tmp_path: Path, lines: int) -> None:
    command = [sys.executable, "-m", "tests.schedule.child", str(tmp_path / "events.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(lines)]
        child.kill()
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    await store.deliveries.recover()
    kept = await store.deliveries.waiting(1, 1e12, 100_000)
    following = await store.schedules.next_due()
    await store.close()
    assert following is not None
    count = round((following - START) / MINUTE) - 1
    assert count >= lines
    assert float(told[-1]) == lines * MINUTE
    moments = sorted(float(each.event.body) - START for each in kept)
    assert moments == [MINUTE * number for number in range(1, count + 1)]
