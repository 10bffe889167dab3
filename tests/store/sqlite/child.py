"""A process that appends and settles until it is killed, and says what it has done.

Arguments: the file, and how many callers there are; without any it only holds the file. A line is
`+` or `-` and the id of a delivery: it was accepted and stays, or it was settled.
"""

import asyncio
import sys

from eventmatch.store.sqlite import SqliteStore
from tests.store.running import accept


async def call(store: SqliteStore, lane: int) -> None:
    """Settle every second delivery, so that as much goes as comes."""
    while True:
        kept, settled = await accept(store, [lane]), await accept(store, [lane])
        sys.stdout.write(f"+{kept[0].id}\n")
        await store.deliveries.settle([settled[0].id], [])
        sys.stdout.write(f"-{settled[0].id}\n")
        sys.stdout.flush()


async def main(path: str, callers: int) -> None:
    store = SqliteStore(path)
    await store.open()
    print("open", flush=True)
    if not callers:
        sys.stdin.read()
    lane = await store.deliveries.lane(b"one")
    await asyncio.gather(*(call(store, lane) for _ in range(callers)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
