"""The router of `crash.py`: a rule with targets of every kind, logs that outlive a SIGKILL."""

import asyncio
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from eventmatch.clock import SystemClock
from eventmatch.delivery.model import Delivery, Event
from eventmatch.delivery.ports import DeliveryStore
from eventmatch.router.router import Router
from eventmatch.store.sqlite.store import SqliteStore
from eventmatch.targets.callable import Retryable

SPEED = 200.0
"""So much faster runs the clock of the router: the longest wait between two attempts is 4.5 s."""
HURRY_S = 0.05
"""So much later than it says does the broken store write."""
PUTTERS = 4
CALLABLES = ("inline", "shaky", "slow")
QUEUE, DEAD = "good", "dead"
ACCEPTED = "accepted"


class FastClock(SystemClock):
    """A clock on which time flies, the same in all processes that are forked from its maker."""

    def __init__(self) -> None:
        self._start = time.time()

    def now(self) -> float:
        """Return the seconds since 1970, as if more had passed since this clock was made."""
        return self._start + (time.time() - self._start) * SPEED

    async def sleep_until(self, moment: float) -> None:
        """Return at that moment of this clock."""
        while (left := moment - self.now()) > 0:
            await asyncio.sleep(left / SPEED)


class Log:
    """Names, each written by the system before the call returns, so that a SIGKILL takes none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def write(self, names: Sequence[str]) -> None:
        """Append names."""
        if names:
            os.write(self._file, ("\n".join(names) + "\n").encode())

    def read(self) -> list[str]:
        """Return all names so far."""
        return self._path.read_text().split()


class Hasty:
    """A `DeliveryStore` that breaks its word: it says that it has written, and writes later."""

    def __init__(self, store: DeliveryStore) -> None:
        self._store = store
        self._writing: set[asyncio.Task[None]] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def append(self, events: Sequence[Event], deliveries: Sequence[Delivery]) -> None:
        """Return at once."""
        task = asyncio.create_task(self._append(events, deliveries))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _append(self, events: Sequence[Event], deliveries: Sequence[Delivery]) -> None:
        await asyncio.sleep(HURRY_S)
        await self._store.append(events, deliveries)


class Life:
    """What goes on in one folder, over any number of processes."""

    def __init__(self, folder: Path, *, is_broken: bool) -> None:
        self._folder = folder
        self._is_broken = is_broken
        self._clock = FastClock()
        self.logs = {name: Log(folder / name) for name in (ACCEPTED, *CALLABLES)}

    @property
    def has_accepted(self) -> bool:
        """Whether any event was accepted yet."""
        return bool(self.logs[ACCEPTED].read())

    async def run(self, seed: int) -> None:
        """Put events until the process is killed."""
        random = Random(seed)
        async with self._router(random, shaking=True) as router:
            await _add_rule(router)
            await asyncio.gather(*(self._put(router, random) for _ in range(PUTTERS)))

    async def drain(self, limit: float) -> dict[str, list[str]]:
        """Deliver the rest within so many seconds; return the ids of the events in each queue."""
        async with self._router(Random(0), shaking=False) as router:
            await _add_rule(router)
            end = time.monotonic() + limit
            while sum((await router.store.deliveries.backlog()).values()):
                if time.monotonic() > end:
                    raise TimeoutError(f"deliveries are left after {limit:g} seconds")
                await asyncio.sleep(0.05)
            return {name: await _ids(router, name) for name in router.queues.list_queues()}

    async def _put(self, router: Router, random: Random) -> None:
        while True:
            entries = [
                {"Source": "crash", "DetailType": "test", "Detail": {"number": number}}
                for number in range(random.randint(1, 20))
            ]
            results = await router.put_events(entries)
            self.logs[ACCEPTED].write([result.id for result in results])
            await asyncio.sleep(random.uniform(0.0, 0.01))

    def _router(self, random: Random, *, shaking: bool) -> Router:
        store = SqliteStore(self._folder / "events.db", synchronous="full")
        if self._is_broken:
            store.deliveries = Hasty(store.deliveries)
        router = Router(store, clock=self._clock, random=random)
        logs = self.logs

        async def shaky(event: Any) -> None:
            if shaking and random.random() < 0.5:
                raise Retryable("not now")
            logs["shaky"].write([event["id"]])

        async def slow(event: Any) -> None:
            await asyncio.sleep(0.01)
            logs["slow"].write([event["id"]])

        def failing(_: Any) -> None:
            raise Retryable("never")

        router.register("inline", lambda event: logs["inline"].write([event["id"]]), inline=True)
        router.register("shaky", shaky)
        router.register("slow", slow)
        router.register("failing", failing, inline=True)
        return router


async def _add_rule(router: Router) -> None:
    for name in (QUEUE, DEAD):
        await router.queues.create_queue(name)
    await router.call("PutRule", {"Name": "all", "EventPattern": '{"source": ["crash"]}'})
    queue = "arn:aws:sqs:us-east-1:123456789012:"
    policy = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 86400}
    targets = [
        *({"Id": name, "Arn": f"arn:eventmatch:callable:::{name}"} for name in CALLABLES),
        {"Id": QUEUE, "Arn": queue + QUEUE},
        {
            "Id": "failing",
            "Arn": "arn:eventmatch:callable:::failing",
            "RetryPolicy": policy,
            "DeadLetterConfig": {"Arn": queue + DEAD},
        },
    ]
    await router.call("PutTargets", {"Rule": "all", "Targets": targets})


async def _ids(router: Router, queue: str) -> list[str]:
    ids: list[str] = []
    after = 0
    while page := await router.queues.peek(queue, after=after, limit=1000):
        ids += [json.loads(received.stored.message.body)["id"] for received in page]
        after = page[-1].stored.sequence
    return ids
