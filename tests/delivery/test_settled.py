"""Whoever asks for what is settled waits for what was offered before, and for nothing else."""

import asyncio
from collections.abc import Awaitable, Callable

from eventmatch.delivery.model import DELIVERED, Attempt, ErrorCode, Outcome
from eventmatch.testing.clock import settle
from tests.delivery.worlds import FakeTarget, World


def play(scene: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await scene()

    asyncio.run(whole())


async def lane_of(world: World, name: str) -> int:
    return await world.dispatcher.lane(name.encode())


def test_what_was_offered_is_waited_for_and_what_comes_later_is_not() -> None:
    async def scene() -> None:
        gates = {b"1": asyncio.Event(), b"2": asyncio.Event()}

        async def answer(attempt: Attempt) -> Outcome:
            await gates[attempt.payload].wait()
            return DELIVERED

        world = World(t=FakeTarget(answer, batch_size=1, concurrency=2))
        await world.store.open()
        await world.put(b"1")
        asking = asyncio.ensure_future(world.dispatcher.settled([await lane_of(world, "t")]))
        await settle()
        await world.put(b"2")
        assert not asking.done()
        gates[b"1"].set()
        await settle()
        assert asking.done()
        assert await world.left() == 1
        await world.dispatcher.stop()

    play(scene)


def test_what_waits_for_another_attempt_is_not_waited_for() -> None:
    async def scene() -> None:
        world = World(t=FakeTarget(lambda _: Outcome(ErrorCode.THROTTLING, "busy")))
        await world.store.open()
        await world.put(b"1")
        await world.dispatcher.settled([await lane_of(world, "t"), 99])
        assert await world.left() == 1
        await world.dispatcher.stop()

    play(scene)
