"""A process that fires a schedule, minute by minute, until it is killed. Argument: the file.

A line is a fire that the store has moved on from.
"""

import asyncio
import sys

from eventmatch.store.sqlite import SqliteStore
from eventmatch.testing.clock import settle
from tests.schedule.test_scheduler import MINUTE, Fires


async def main(path: str) -> None:
    world = Fires(SqliteStore(path))
    await world.open()
    schedulers = [world.scheduler(), world.scheduler()]
    for scheduler in schedulers:
        await scheduler.start()

    async def rest() -> None:
        await settle()
        for scheduler in schedulers:
            await scheduler.idle()

    while True:
        await world.clock.advance(MINUTE, rest)
        print(world.fired[-1], flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
