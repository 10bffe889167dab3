"""A process that puts records until it is killed, and says what it has put.

Arguments: the file of the store. A line is the shard, the sequence number and the data of a record.
"""

import asyncio
import contextlib
import sys

from eventmatch.clock import SystemClock
from eventmatch.store.sqlite import SqliteStore
from eventmatch.streams.errors import StreamError
from eventmatch.streams.model import Record, StreamSettings
from eventmatch.streams.stream import Streams

_CALLERS = 8


async def call(streams: Streams, caller: int, start: int) -> None:
    """Put one record after the other."""
    number = start
    while True:
        number += 1
        data = f"{caller}-{number}"
        put = await streams.put_record("s", Record(data.encode(), data))
        sys.stdout.write(f"{put.shard} {put.sequence} {data}\n")
        sys.stdout.flush()


async def main(path: str) -> None:
    store = SqliteStore(path)
    await store.open()
    streams = Streams(store.streams, store.records, SystemClock())
    await streams.open()
    with contextlib.suppress(StreamError):
        await streams.create_stream("s", StreamSettings(3))
    start = await store.streams.last("s", 0)
    print("open", flush=True)
    await asyncio.gather(*(call(streams, caller, start) for caller in range(_CALLERS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
