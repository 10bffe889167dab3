"""Whatever happens, in any order: what was accepted ends, once unless the process ended between."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest

from eventmatch.delivery import lane
from eventmatch.delivery.model import (
    DELIVERED,
    Attempt,
    DeadLetter,
    ErrorCode,
    Outcome,
    RetryPolicy,
)
from eventmatch.delivery.ports import Destination
from eventmatch.errors import StoreCode, StoreError
from eventmatch.store.memory import MemoryStore
from tests.delivery.worlds import FakeTarget, World, play

SEEDS = range(40)
HOUR = 3600.0


class Walk:
    """Targets and a store that fail by chance, and what has been accepted and has ended."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.store = MemoryStore()
        self.is_faulty = self.random.random() < 0.5
        self.accepted: Counter[bytes] = Counter()
        self.ended: Counter[bytes] = Counter()
        self.starts = 0
        deliveries = self.store.deliveries
        for method in ("waiting", "next_due", "settle"):
            setattr(deliveries, method, self.failing(getattr(deliveries, method)))
        self.names = "abc"[: self.random.randint(1, 3)]
        self.policies = {name: self.policy() for name in self.names}

    def policy(self) -> RetryPolicy:
        return RetryPolicy(self.random.choice([0, 3, 185]), self.random.choice([60, 86_400]))

    async def pause(self) -> None:
        """Let others go on, sometimes for long."""
        for _ in range(self.random.choice([0, 0, 1, 2, 20])):
            await asyncio.sleep(0)

    def failing(self, method: Callable[..., Any]) -> Callable[..., Any]:
        async def other(*arguments: Any) -> Any:
            await self.pause()
            if self.is_faulty and self.random.random() < 0.15:
                raise StoreError(StoreCode.LOCKED, "the file is locked")
            result = await method(*arguments)
            await self.pause()
            return result

        return other

    async def answer(self, attempt: Attempt) -> Outcome:
        await self.pause()
        chance = self.random.random()
        if chance < 0.25:
            after = self.random.choice([None, 0.0, 3.0, 100.0, float("nan")])
            return Outcome(ErrorCode.THROTTLING, "busy", after)
        if chance < 0.3:
            return Outcome(ErrorCode.NO_RESOURCE, "gone")
        self.ended[attempt.payload] += 1
        return DELIVERED

    async def send(self, _: str, letters: Sequence[DeadLetter]) -> Sequence[Outcome]:
        if self.random.random() < 0.2:
            return [Outcome(ErrorCode.INTERNAL_ERROR, "full")] * len(letters)
        self.ended.update(letter.payload for letter in letters)
        return [DELIVERED] * len(letters)

    def target(self, name: str) -> Destination:
        choose = self.random.choice
        target = FakeTarget(
            self.answer, batch_size=choose([1, 3, 10]), concurrency=choose([1, 2, 5])
        )
        return Destination(name, target, self.policies[name], dead_letters="dlq")

    async def start(self, old: World | None = None) -> World:
        self.starts += 1
        world = World(self.store, **{name: self.target(name) for name in self.names})
        world.send = self.send  # type: ignore[method-assign]
        if old is not None:
            await old.dispatcher.stop()
            await world.clock.advance(old.clock.now() - world.clock.now())
        await self.store.open()
        await world.dispatcher.start()
        return world

    async def put(self, world: World) -> None:
        first = self.accepted.total()
        bodies = [
            b"%d" % (first + n) + b"x" * self.random.choice([0, 0, 30])
            for n in range(self.random.randint(1, 14))
        ]
        names = self.random.sample(self.names, self.random.randint(1, len(self.names)))
        await world.put(*bodies, to=names)
        for body in bodies:
            self.accepted[body] += len(names)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_accepted_ends(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for bound, value in {"ROOM": 8, "PAGE": 5, "MOST_BYTES": 200, "FEW_BYTES": 20}.items():
        monkeypatch.setattr(lane, bound, value)

    async def scene() -> None:
        walk = Walk(seed)
        world = await walk.start()
        for _ in range(walk.random.randint(5, 40)):
            chance = walk.random.random()
            if chance < 0.6:
                await walk.put(world)
            elif chance < 0.95:
                await world.clock.advance(walk.random.choice([0.0, 0.5, 3.0, 61.0, 1000.0]))
            else:
                world = await walk.start(world)
        walk.is_faulty = False
        for _ in range(60):
            await world.clock.advance(HOUR)
        assert await world.left() == 0
        assert not walk.accepted - walk.ended, "lost"
        assert walk.starts > 1 or walk.ended == walk.accepted, "delivered more than once"
        lanes = [await world.dispatcher.lane(name.encode()) for name in walk.names]
        assert all(map(world.dispatcher.has_room, lanes)), "held for ever"
        await world.dispatcher.stop()

    play(scene)
