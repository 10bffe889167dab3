"""Long polling, over every store: nobody sleeps, and a send wakes at once."""

import asyncio

import pytest

from eventmatch.errors import QueueCode, QueueError
from eventmatch.queues.model import Message, QueueSettings, Received, RedrivePolicy
from eventmatch.queues.queue import Queues
from tests.loops import in_loop
from tests.queues.conftest import World

Waiting = asyncio.Task[list[str]]


def wait(queues: Queues, seconds: int | None = 20, queue: str = "work", limit: int = 10) -> Waiting:
    async def bodies() -> list[str]:
        received = await queues.receive(queue, limit, wait=seconds)
        return [one.stored.message.body for one in received]

    return asyncio.create_task(bodies())


async def idle(world: World, queues: Queues) -> None:
    """Let everybody who waits find that there is nothing."""
    for _ in range(3):
        await queues.counts("work")
        await world.clock.advance(0)


async def one(queues: Queues, queue: str = "work") -> Received:
    (received,) = await queues.receive(queue)
    return received


@in_loop
async def test_a_send_wakes_who_waits_without_the_clock_moving(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        waiting = wait(queues)
        await idle(world, queues)
        assert not waiting.done()
        await queues.send("work", Message("a"))
        assert await waiting == ["a"]


@in_loop
async def test_who_waits_is_told_at_the_end_that_there_is_nothing(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work", QueueSettings(receive_wait_time=7))
        own, from_queue = wait(queues, 3), wait(queues, None)
        await idle(world, queues)
        await world.clock.advance(3)
        assert await own == []
        await idle(world, queues)
        assert not from_queue.done()
        await world.clock.advance(4)
        assert await from_queue == []


@in_loop
async def test_as_many_are_served_as_there_are_messages(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        waiting = [wait(queues, limit=1) for _ in range(5)]
        await idle(world, queues)
        await queues.send_batch("work", [Message("a"), Message("b"), Message("c")])
        done, still = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        while len(done) < 3:
            more, still = await asyncio.wait(still, return_when=asyncio.FIRST_COMPLETED)
            done |= more
        assert sorted([(await task)[0] for task in done]) == ["a", "b", "c"]
        await world.clock.advance(20)
        assert [await task for task in still] == [[], []]


@in_loop
async def test_a_delayed_message_ends_the_wait_when_it_is_due(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        waiting = wait(queues)
        await idle(world, queues)
        await queues.send("work", Message("a", delay=5))
        await idle(world, queues)
        await world.clock.advance(4)
        await idle(world, queues)
        assert not waiting.done()
        await world.clock.advance(1)
        assert await waiting == ["a"]


@in_loop
async def test_a_message_whose_time_is_out_ends_the_wait(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work", QueueSettings(visibility_timeout=10))
        await queues.send("work", Message("a"))
        await one(queues)
        waiting = wait(queues)
        await idle(world, queues)
        await world.clock.advance(10)
        assert await waiting == ["a"]


@in_loop
async def test_a_message_that_is_given_back_ends_the_wait(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.send("work", Message("a"))
        received = await one(queues)
        waiting = wait(queues)
        await idle(world, queues)
        await queues.change_visibility("work", [received.receipt], 0)
        assert await waiting == ["a"]


@in_loop
async def test_a_group_that_is_free_again_ends_the_wait(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.create_queue("in.fifo", QueueSettings(fifo=True))
        await queues.send_batch(
            "in.fifo", [Message(name, group="a", deduplication_id=name) for name in ("a1", "a2")]
        )
        received = await one(queues, "in.fifo")
        waiting = wait(queues, queue="in.fifo")
        await idle(world, queues)
        await queues.delete("in.fifo", [received.receipt])
        assert await waiting == ["a2"]


@in_loop
async def test_a_dead_letter_ends_the_wait_for_it(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("dead")
        await queues.create_queue("work", QueueSettings(redrive=RedrivePolicy("dead", 1)))
        await queues.send("work", Message("a"))
        received = await one(queues)
        await queues.change_visibility("work", [received.receipt], 0)
        waiting = wait(queues, queue="dead")
        await idle(world, queues)
        assert await queues.receive("work") == []
        assert await waiting == ["a"]


@in_loop
async def test_who_gives_up_passes_the_wake_on(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        first, second = wait(queues), wait(queues)
        await idle(world, queues)
        sending = asyncio.create_task(queues.send("work", Message("a")))
        first.cancel()
        await sending
        assert await second == ["a"]


@in_loop
async def test_a_sender_that_gives_up_wakes_all_the_same(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        waiting = wait(queues)
        await idle(world, queues)
        sending = asyncio.create_task(queues.send("work", Message("a")))
        await asyncio.sleep(0)
        sending.cancel()
        assert await waiting == ["a"]


@in_loop
async def test_who_stays_knows_what_is_due_after_the_others_have_left(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        short, long = wait(queues, 2), wait(queues, 20)
        await idle(world, queues)
        await queues.send("work", Message("a", delay=5))
        await idle(world, queues)
        await world.clock.advance(2)
        assert await short == []
        await idle(world, queues)
        await world.clock.advance(3)
        assert await long == ["a"]


@in_loop
async def test_who_waits_for_a_queue_that_is_deleted_is_told(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        waiting = wait(queues)
        await idle(world, queues)
        await queues.delete_queue("work")
        with pytest.raises(QueueError) as caught:
            await waiting
        assert caught.value.code is QueueCode.NON_EXISTENT_QUEUE
