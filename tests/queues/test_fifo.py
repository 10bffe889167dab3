"""FIFO queues, over every store."""

import asyncio
from collections.abc import Sequence

from eventmatch.queues.model import Message, QueueSettings, Received, RedrivePolicy
from eventmatch.queues.ports import Counts
from eventmatch.queues.queue import Queues
from tests.loops import in_loop
from tests.queues.conftest import World

FIFO = QueueSettings(fifo=True, content_based_deduplication=True)


def texts(received: Sequence[Received]) -> list[str]:
    return [one.stored.message.body for one in received]


async def take(queues: Queues, limit: int = 10) -> Sequence[Received]:
    return await queues.receive("work.fifo", limit)


async def give(queues: Queues, *names: str) -> None:
    """Send messages such as "a1": the letter is the group."""
    await queues.send_batch("work.fifo", [Message(name, group=name[0]) for name in names])


@in_loop
async def test_a_group_waits_while_an_earlier_message_is_in_flight(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work.fifo", FIFO)
        await give(queues, "a1", "a2", "b1", "a3", "b2")
        (first,) = await take(queues, 1)
        assert texts([first]) == ["a1"]
        rest = await take(queues)
        assert texts(rest) == ["b1", "b2"]
        assert await take(queues) == []
        await queues.delete("work.fifo", [first.receipt])
        assert texts(await take(queues)) == ["a2", "a3"]


@in_loop
async def test_a_message_that_comes_back_comes_before_later_ones(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work.fifo", FIFO)
        await give(queues, "a1", "a2", "a3", "a4")
        first, second = await take(queues, 2)
        await queues.delete("work.fifo", [second.receipt])
        assert await take(queues) == []
        await queues.change_visibility("work.fifo", [first.receipt], 0)
        assert texts(await take(queues)) == ["a1", "a3", "a4"]


@in_loop
async def test_messages_behind_one_in_flight_stay_behind_it(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work.fifo", FIFO)
        await give(queues, "a1", "a2", "a3")
        first, _second = await take(queues, 2)
        await queues.change_visibility("work.fifo", [first.receipt], 0)
        assert texts(await take(queues)) == ["a1"]
        await world.clock.advance(30)
        assert texts(await take(queues)) == ["a1", "a2", "a3"]


@in_loop
async def test_a_delayed_queue_keeps_its_order(world: World) -> None:
    async with world.opened() as queues:
        settings = QueueSettings(fifo=True, content_based_deduplication=True, delay=10)
        await queues.create_queue("work.fifo", settings)
        await give(queues, "a1")
        await world.clock.advance(5)
        await give(queues, "a2")
        await world.clock.advance(5)
        (first,) = await take(queues)
        await queues.delete("work.fifo", [first.receipt])
        assert await take(queues) == []
        await world.clock.advance(5)
        assert texts(await take(queues)) == ["a2"]


@in_loop
async def test_a_duplicate_is_answered_and_not_kept(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work.fifo", FIFO)
        first = await queues.send("work.fifo", Message("a1", group="a"))
        assert await queues.send("work.fifo", Message("a1", group="a")) == first
        twice = [Message("b1", group="b", deduplication_id="b")] * 2
        answers = await queues.send_batch("work.fifo", twice)
        assert answers[0] == answers[1]
        assert texts(await take(queues)) == ["a1", "b1"]


@in_loop
async def test_a_duplicate_is_known_for_five_minutes_also_behind_its_deletion(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work.fifo", FIFO)
        first = await queues.send("work.fifo", Message("a1", group="a"))
        (received,) = await take(queues)
        await queues.delete("work.fifo", [received.receipt])
        await world.clock.advance(300)
    async with world.opened() as queues:
        assert await queues.send("work.fifo", Message("a1", group="a")) == first
        await world.clock.advance(0.5)
        assert await queues.send("work.fifo", Message("a1", group="a")) != first
        assert texts(await take(queues)) == ["a1"]


@in_loop
async def test_concurrent_duplicates_are_one_message(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work.fifo", FIFO)
        sends = (queues.send("work.fifo", Message("a1", group="a")) for _ in range(20))
        assert len(set(await asyncio.gather(*sends))) == 1
        assert await queues.counts("work.fifo") == Counts(1, 0, 0)


@in_loop
async def test_concurrent_receivers_get_each_group_in_order(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work.fifo", FIFO)
        await give(queues, *(f"{group}{number}" for number in range(8) for group in "abcdefgh"))
        got: list[str] = []

        async def work() -> None:
            while received := await take(queues, 3):
                got.extend(texts(received))
                await queues.delete("work.fifo", [one.receipt for one in received])

        await asyncio.gather(*(work() for _ in range(6)))
    assert len(got) == 64
    for group in "abcdefgh":
        own = [name for name in got if name[0] == group]
        assert own == sorted(own)


@in_loop
async def test_a_dead_letter_lets_its_group_go_on(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("dead.fifo", FIFO)
        redrive = RedrivePolicy("dead.fifo", 1)
        settings = QueueSettings(fifo=True, content_based_deduplication=True, redrive=redrive)
        await queues.create_queue("work.fifo", settings)
        await give(queues, "a1", "a2", "a3")
        first, second = await take(queues, 2)
        for one in (first, second):
            await queues.change_visibility("work.fifo", [one.receipt], 0)
        assert texts(await take(queues)) == ["a3"]
        dead = await queues.receive("dead.fifo", 1)
        assert texts(dead) == ["a1"]
        assert await queues.receive("dead.fifo", 1) == []
        await queues.delete("dead.fifo", [dead[0].receipt])
        assert await queues.redrive("dead.fifo") == 1
        assert (await queues.counts("work.fifo")).visible == 1
        assert await take(queues) == []


@in_loop
async def test_what_is_too_old_lets_its_group_go_on(world: World) -> None:
    async with world.opened() as queues:
        settings = QueueSettings(fifo=True, content_based_deduplication=True, retention=60)
        await queues.create_queue("work.fifo", settings)
        await give(queues, "a1", "a2")
        await take(queues, 1)
        await world.clock.advance(50)
        await give(queues, "a3")
        await world.clock.advance(11)
        assert texts(await take(queues)) == ["a3"]


@in_loop
async def test_a_purge_forgets_groups_and_duplicates(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work.fifo", FIFO)
        await give(queues, "a1", "a2")
        await take(queues, 1)
        await queues.purge("work.fifo")
        await give(queues, "a2", "a1")
        assert texts(await take(queues)) == ["a2", "a1"]
