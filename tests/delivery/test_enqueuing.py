"""Payloads for lanes that no rule leads to."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random

import pytest

from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.delivery.enqueuing import Enqueuer, Item
from eventmatch.delivery.model import DELIVERED, Attempt, DeadLetter, Outcome
from eventmatch.delivery.ports import Destination
from eventmatch.errors import StoreError
from eventmatch.observers.several import Several
from eventmatch.store.memory import MemoryStore
from eventmatch.testing.clock import VirtualClock, settle


class World:
    """A dispatcher whose every lane keeps what it gets."""

    batch_size = 10
    concurrency = 1
    timeout = 30.0

    def __init__(self) -> None:
        self.clock, self.store = VirtualClock(), MemoryStore()
        self.got: list[tuple[bytes, str]] = []
        self.dispatcher = Dispatcher(
            self.store.deliveries,
            self,
            self,
            clock=self.clock,
            random=Random(5),
            observer=Several(),
        )
        self.enqueuer = Enqueuer(self.store.deliveries, self.dispatcher, self.clock)

    def destination(self, description: bytes) -> Destination:
        return Destination(description.decode(), self)

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        self.got += [(each.payload, each.event.facts.get("fact", "")) for each in batch]
        return [DELIVERED] * len(batch)

    async def send(self, queue: str, letters: Sequence[DeadLetter]) -> Sequence[Outcome]:
        raise AssertionError((queue, letters))

    async def close(self) -> None:
        pass

    async def left(self) -> int:
        return sum((await self.store.deliveries.backlog()).values())


def play(scene: Callable[[World], Awaitable[None]], *, is_started: bool = True) -> None:
    async def whole() -> None:
        world = World()
        await world.store.open()
        if is_started:
            await world.dispatcher.start()
        await scene(world)
        await world.dispatcher.stop()

    asyncio.run(whole())


def test_items_reach_their_lanes_with_their_facts() -> None:
    async def scene(world: World) -> None:
        await world.enqueuer.enqueue([Item(b"a", b"1", {"fact": "x"}), Item(b"b", b"2")])
        await world.dispatcher.idle()
        assert sorted(world.got) == [(b"1", "x"), (b"2", "")]
        assert world.dispatcher.delivered == {"a": 1, "b": 1}
        assert await world.left() == 0

    play(scene)


def test_nothing_asks_nothing_of_the_store() -> None:
    async def scene(world: World) -> None:
        await world.store.close()
        await world.enqueuer.enqueue([])
        with pytest.raises(StoreError):
            await world.enqueuer.enqueue([Item(b"a", b"1")])

    play(scene, is_started=False)


def test_what_comes_before_the_start_waits_in_the_store() -> None:
    async def scene(world: World) -> None:
        await world.enqueuer.enqueue([Item(b"a", b"1")])
        lane = await world.dispatcher.lane(b"a")
        assert len(await world.store.deliveries.waiting(lane, world.clock.now(), 10)) == 1
        await world.dispatcher.start()
        await world.dispatcher.idle()
        assert world.got == [(b"1", "")]

    play(scene, is_started=False)


def test_who_gives_up_waiting_takes_nothing_back() -> None:
    async def scene(world: World) -> None:
        task = asyncio.create_task(world.enqueuer.enqueue([Item(b"a", b"1")]))
        await asyncio.sleep(0)
        task.cancel()
        await world.enqueuer.stop()
        await settle()
        assert world.got == [(b"1", "")]

    play(scene)
