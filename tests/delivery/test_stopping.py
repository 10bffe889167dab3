"""A dispatcher stops whatever its targets do, and is as good as new behind the next start."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from eventmatch.delivery.lane import FEW_BYTES, LONGEST_END, MOST_BYTES
from eventmatch.delivery.model import DELIVERED, Attempt, Outcome
from eventmatch.testing.clock import settle
from tests.delivery.worlds import FakeTarget, World, play


class Raising(FakeTarget):
    """A target that cannot be closed."""

    async def close(self) -> None:
        raise RuntimeError("it is stuck")


class Hanging(FakeTarget):
    """A target that is never closed."""

    async def close(self) -> None:
        await asyncio.Event().wait()


class Stubborn(FakeTarget):
    """A target that goes on until it has an answer, whoever calls it off."""

    done = asyncio.Event()

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        self.attempts += batch
        while not self.done.is_set():
            with suppress(asyncio.CancelledError):
                await self.done.wait()
        return [DELIVERED] * len(batch)


@pytest.mark.parametrize("kind", [Raising, Hanging, Stubborn])
def test_a_target_that_does_not_let_go_holds_up_no_end(kind: type[FakeTarget]) -> None:
    async def scene() -> None:
        other = FakeTarget()
        world = World(a=kind(), b=other)
        await world.put(b"1")
        stopping = asyncio.create_task(world.dispatcher.stop())
        await world.clock.advance(LONGEST_END)
        await asyncio.wait_for(stopping, 5)
        Stubborn.done.set()
        await settle()
        assert other.bodies == {b"1": 1}

    Stubborn.done = asyncio.Event()
    play(scene)


def test_nothing_begins_behind_the_end() -> None:
    async def scene() -> None:
        target = Stubborn(batch_size=1, concurrency=1)
        world = World(a=target)
        await world.put(b"1", b"2")
        stopping = asyncio.create_task(world.dispatcher.stop())
        await settle()
        Stubborn.done.set()
        await asyncio.wait_for(stopping, 5)
        await settle()
        assert target.bodies == {b"1": 1}

    Stubborn.done = asyncio.Event()
    play(scene)


def test_the_next_start_has_all_the_room() -> None:
    async def wait(_: Attempt) -> Outcome:
        return await asyncio.sleep(1e6, DELIVERED)

    async def scene() -> None:
        world = World(a=FakeTarget(wait), b=FakeTarget(wait))
        await world.put(b"x" * MOST_BYTES, to=["a"])
        await world.dispatcher.stop()
        world.targets["a"] = FakeTarget()
        await world.dispatcher.start()
        await settle()
        assert await world.left() == 0
        await world.put(b"x" * FEW_BYTES, to=["b"])
        assert world.dispatcher.has_room(await world.dispatcher.lane(b"b"))

    play(scene)
