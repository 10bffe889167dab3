"""How many messages a second does a queue in SQLite take and give, to one caller and to many?

Batches of ten messages of 500 bytes, every write durable when it returns. Prints one JSON object.
"""

import argparse
import asyncio
import itertools
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from _measure import expect, report

from eventmatch.clock import SystemClock
from eventmatch.queues.model import Message, QueueSettings
from eventmatch.queues.queue import Queues
from eventmatch.store.sqlite import SqliteStore

BATCH, BODY = 10, "x" * 500


class Run:
    """One queue, filled and emptied by so many callers at once."""

    def __init__(self, queues: Queues, name: str, callers: int, batches: int) -> None:
        self.queues = queues
        self.name = name
        self.callers = callers
        self.batches = batches
        self.receipts: list[list[str]] = []

    async def send(self, caller: int, batch: int) -> None:
        """Send a batch: to a FIFO queue, each message to another group."""
        fifo = self.name.endswith(".fifo")
        keys = [f"{caller}-{batch}-{place}" if fifo else None for place in range(BATCH)]
        messages = [Message(BODY, group=key, deduplication_id=key) for key in keys]
        await self.queues.send_batch(self.name, messages)

    async def receive(self, _caller: int, _batch: int) -> None:
        """Receive a batch."""
        received = await self.queues.receive(self.name, BATCH)
        self.receipts.append([one.receipt for one in received])

    async def delete(self, _caller: int, _batch: int) -> None:
        """Delete what one call received."""
        expect(all(await self.queues.delete(self.name, self.receipts.pop())), "a stale receipt")

    async def rate(self, call: Callable[[int, int], Awaitable[None]]) -> int:
        """Return the messages a second of a call that all callers repeat."""

        async def repeat(caller: int) -> None:
            for batch in range(self.batches):
                await call(caller, batch)

        started = time.perf_counter()
        await asyncio.gather(*map(repeat, range(self.callers)))
        return round(self.callers * self.batches * BATCH / (time.perf_counter() - started))


async def rates(folder: Path, callers: int, messages: int, *, fifo: bool) -> dict[str, int]:
    """Return the rate of each call on a new file."""
    numbers = itertools.count()
    store = SqliteStore(folder / f"{callers}-{fifo}.db")
    await store.open()
    queues = Queues(store.queues, store.records, SystemClock(), lambda: f"id-{next(numbers)}")
    name = "work.fifo" if fifo else "work"
    await queues.create_queue(name, QueueSettings(fifo=fifo, visibility_timeout=3600))
    run = Run(queues, name, callers, messages // callers // BATCH)
    sent = await run.rate(run.send)
    received = await run.rate(run.receive)
    handles = {receipt for receipts in run.receipts for receipt in receipts}
    expect(len(handles) == callers * run.batches * BATCH, "a message came twice, or never")
    deleted = await run.rate(run.delete)
    expect(await queues.peek(name) == [], "a message is left")
    await store.close()
    return {"send_batch": sent, "receive": received, "delete": deleted}


def main() -> None:
    """Measure, and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--quick", action="store_true", help="2,000 messages, in a few seconds")
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 20])
    arguments = parser.parse_args()
    messages = 2_000 if arguments.quick else arguments.messages
    with tempfile.TemporaryDirectory() as folder:
        report(
            {
                f"{kind}, callers {callers}": asyncio.run(
                    rates(Path(folder), callers, messages, fifo=kind == "fifo")
                )
                for kind in ("standard", "fifo")
                for callers in arguments.callers
            }
        )


if __name__ == "__main__":
    main()
