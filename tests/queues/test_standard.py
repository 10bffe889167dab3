"""Standard queues, over every store."""

import asyncio
from itertools import chain

import pytest

from eventmatch.errors import QueueCode, QueueError
from eventmatch.queues.model import Attribute, Message, QueueSettings, RedrivePolicy
from eventmatch.queues.ports import Counts
from eventmatch.queues.queue import Queues
from tests.loops import in_loop
from tests.queues.conftest import World


async def bodies(queues: Queues, queue: str = "work", limit: int = 10) -> list[str]:
    return [one.stored.message.body for one in await queues.receive(queue, limit)]


async def receipt_of_one(queues: Queues, queue: str = "work") -> str:
    (received,) = await queues.receive(queue)
    return received.receipt


@in_loop
async def test_a_message_comes_back_as_it_was_sent(world: World) -> None:
    message = Message(
        'text "ä" \U0001f600',
        {"RULE_ARN": "arn:aws:events:a", "tries": Attribute("3", "Number")},
        group="tenant",
        trace="Root=1-2",
    )
    async with world.opened() as queues:
        await queues.create_queue("work")
        sent = await queues.send("work", message)
        (received,) = await queues.receive("work")
    assert received.stored.message == message
    assert received.stored.id == sent.id
    assert received.stored.sequence == sent.sequence
    assert received.stored.sent == world.clock.now()
    assert (received.receive_count, received.first_received) == (1, world.clock.now())


@in_loop
async def test_messages_come_in_the_order_of_sending(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.send_batch("work", [Message(str(number)) for number in range(25)])
        got = [await bodies(queues) for _ in range(4)]
    assert [len(part) for part in got] == [10, 10, 5, 0]
    assert list(chain.from_iterable(got)) == [str(number) for number in range(25)]


@in_loop
async def test_a_received_message_is_hidden_until_its_timeout(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work", QueueSettings(visibility_timeout=40))
        await queues.send("work", Message("a"))
        assert await bodies(queues) == ["a"]
        await world.clock.advance(39.5)
        assert await bodies(queues) == []
        await world.clock.advance(0.5)
        (again,) = await queues.receive("work", visibility_timeout=5)
        assert (again.receive_count, again.first_received) == (2, world.clock.now() - 40)
        await world.clock.advance(5)
        assert await bodies(queues) == ["a"]


@in_loop
async def test_only_the_latest_receipt_deletes(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.create_queue("other")
        await queues.send("work", Message("a"))
        stale = await receipt_of_one(queues)
        await world.clock.advance(30)
        latest = await receipt_of_one(queues)
        assert await queues.delete("other", [latest]) == [False]
        assert await queues.delete("work", ["no receipt", stale, latest]) == [False, False, True]
        assert await queues.delete("work", [latest]) == [False]
        await world.clock.advance(100)
        assert await bodies(queues) == []


@in_loop
async def test_what_was_never_received_cannot_be_deleted(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.send("work", Message("a"))
        (peeked,) = await queues.peek("work")
        assert await queues.delete("work", [peeked.receipt]) == [False]
        assert await bodies(queues) == ["a"]


@in_loop
async def test_a_late_deletion_counts_while_nobody_received_again(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.send("work", Message("a"))
        receipt = await receipt_of_one(queues)
        await world.clock.advance(31)
        assert await queues.delete("work", [receipt]) == [True]
        assert await bodies(queues) == []


@in_loop
async def test_visibility_is_lengthened_and_cut_short(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.send("work", Message("a"))
        receipt = await receipt_of_one(queues)
        assert await queues.change_visibility("work", [receipt], 60) == [True]
        await world.clock.advance(59)
        assert await bodies(queues) == []
        assert await queues.change_visibility("work", [receipt], 0) == [True]
        assert await bodies(queues) == ["a"]
        assert await queues.change_visibility("work", [receipt], 0) == [False]


@in_loop
async def test_a_delay_is_that_of_the_message_or_of_the_queue(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work", QueueSettings(delay=10))
        await queues.send("work", Message("queue's"))
        await queues.send("work", Message("own", delay=5))
        await queues.send("work", Message("none", delay=0))
        assert await queues.counts("work") == Counts(1, 2, 0)
        assert await bodies(queues) == ["none"]
        assert await queues.counts("work") == Counts(0, 2, 1)
        await world.clock.advance(5)
        assert await bodies(queues) == ["own"]
        await world.clock.advance(5)
        assert await bodies(queues) == ["queue's"]


@in_loop
async def test_what_nobody_can_handle_moves_to_the_dead_letters(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("dead")
        await queues.create_queue("work", QueueSettings(redrive=RedrivePolicy("dead", 2)))
        await queues.send_batch("work", [Message("poison", {"a": "b"}), Message("fine")])
        for _ in range(2):
            first, second = await queues.receive("work", 10)
            assert first.stored.message.body == "poison"
            await queues.change_visibility("work", [first.receipt, second.receipt], 0)
        await queues.delete("work", [second.receipt])
        assert await bodies(queues) == []
        assert await queues.counts("work") == Counts(0, 0, 0)
        (dead,) = await queues.receive("dead")
    assert dead.stored.message == Message("poison", {"a": "b"})
    assert (dead.stored.id, dead.receive_count) == (first.stored.id, 1)
    assert (dead.stored.source, dead.stored.sent) == ("work", first.stored.sent)


@in_loop
async def test_a_receive_fills_up_behind_dead_letters(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("dead")
        await queues.create_queue("work", QueueSettings(redrive=RedrivePolicy("dead", 1)))
        await queues.send_batch("work", [Message(f"poison {number}") for number in range(10)])
        await queues.receive("work", 10, visibility_timeout=0)
        await world.clock.advance(1)
        await queues.send_batch("work", [Message(f"fine {number}") for number in range(3)])
        assert await bodies(queues) == ["fine 0", "fine 1", "fine 2"]
        assert (await queues.counts("dead")).visible == 10


@in_loop
async def test_dead_letters_go_back_to_where_they_came_from(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("dead")
        policy = QueueSettings(redrive=RedrivePolicy("dead", 1))
        for name in ("one", "two"):
            await queues.create_queue(name, policy)
            await queues.send_batch(name, [Message(f"{name} {number}") for number in range(3)])
            await queues.receive(name, 10, visibility_timeout=0)
            assert await bodies(queues, name) == []
        await queues.send("dead", Message("sent here"))
        assert queues.dead_letter_sources("dead") == ["one", "two"]
        await queues.receive("dead", 1, visibility_timeout=60)
        assert [await queues.redrive("dead", limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert await bodies(queues, "one") == ["one 1", "one 2"]
        assert await bodies(queues, "two") == ["two 0", "two 1", "two 2"]
        assert await bodies(queues, "dead") == ["sent here"]
        await world.clock.advance(60)
        assert await queues.redrive("dead", "two") == 2
        assert await queues.redrive("dead", "two") == 0
        assert sorted(await bodies(queues, "two")) == ["one 0", "sent here"]


@in_loop
async def test_without_its_dead_letter_queue_a_message_stays(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("dead")
        await queues.create_queue("work", QueueSettings(redrive=RedrivePolicy("dead", 1)))
        await queues.send("work", Message("a"))
        await queues.delete_queue("dead")
        for count in (1, 2, 3):
            (received,) = await queues.receive("work", visibility_timeout=0)
            assert received.receive_count == count


@in_loop
async def test_messages_are_redriven_only_to_another_queue_of_the_kind(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("dead")
        await queues.create_queue("other.fifo", QueueSettings(fifo=True))
        await queues.send("dead", Message("a"))
        for target in ("dead", "other.fifo"):
            with pytest.raises(QueueError) as caught:
                await queues.redrive("dead", target)
            assert caught.value.code is QueueCode.INVALID_PARAMETER_VALUE
        assert await bodies(queues, "dead") == ["a"]


@in_loop
async def test_a_redriven_message_is_received_anew(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("dead")
        await queues.create_queue("work", QueueSettings(redrive=RedrivePolicy("dead", 1)))
        await queues.send("work", Message("a"))
        stale = await receipt_of_one(queues)
        await world.clock.advance(30)
        assert await bodies(queues) == []
        assert await queues.redrive("dead") == 1
        (again,) = await queues.receive("work")
        assert (again.receive_count, again.stored.sent) == (1, world.clock.now())
        assert await queues.delete("work", [stale]) == [False]
        assert await queues.delete("work", [again.receipt]) == [True]


@in_loop
async def test_what_is_too_old_is_forgotten(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work", QueueSettings(retention=60))
        await queues.create_queue("idle", QueueSettings(retention=60))
        await queues.send("work", Message("old"))
        await queues.send("idle", Message("old"))
        await world.clock.advance(30)
        await queues.send("work", Message("young"))
        await world.clock.advance(30)
        assert await queues.expire() == 0
        await world.clock.advance(1)
        assert await bodies(queues) == ["young"]
        assert await queues.expire() == 1
        assert await queues.peek("idle") == []


@in_loop
async def test_all_that_is_too_old_is_forgotten_at_once(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work", QueueSettings(retention=60))
        await queues.send_batch("work", [Message("old")] * 12_000)
        await world.clock.advance(61)
        await queues.send("work", Message("young"))
        assert await queues.expire() == 12_000
        assert await bodies(queues) == ["young"]


@in_loop
async def test_concurrent_receivers_never_share_a_message(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.send_batch("work", [Message(str(number)) for number in range(200)])
        parts = await asyncio.gather(*(bodies(queues) for _ in range(25)))
    assert sorted(map(int, chain.from_iterable(parts))) == list(range(200))


@in_loop
async def test_a_restart_keeps_messages_counts_and_receipts(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work", QueueSettings(visibility_timeout=50))
        await queues.send_batch("work", [Message("a"), Message("b")])
        receipt = await receipt_of_one(queues)
    async with world.opened() as queues:
        assert queues.describe_queue("work") == QueueSettings(visibility_timeout=50)
        assert await bodies(queues) == ["b"]
        await world.clock.advance(50)
        assert [one.receive_count for one in await queues.receive("work", 10)] == [2, 2]
        assert await queues.delete("work", [receipt]) == [False]


@in_loop
async def test_a_receipt_of_before_a_restart_never_names_another_message(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.send("work", Message("a"))
        receipt = await receipt_of_one(queues)
        await queues.purge("work")
    async with world.opened() as queues:
        await queues.send("work", Message("b"))
        await queues.receive("work")
        assert await queues.delete("work", [receipt]) == [False]


@in_loop
async def test_peek_pages_through_and_receives_nothing(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.send_batch("work", [Message(str(number)) for number in range(5)])
        await queues.receive("work", 2)
        first = await queues.peek("work", limit=3)
        rest = await queues.peek("work", after=first[-1].stored.sequence, limit=3)
        assert [one.stored.message.body for one in [*first, *rest]] == list("01234")
        assert [one.receive_count for one in first] == [1, 1, 0]
        assert await queues.counts("work") == Counts(3, 0, 2)


@in_loop
async def test_purge_forgets_the_messages_of_one_queue(world: World) -> None:
    async with world.opened() as queues:
        for name in ("work", "other"):
            await queues.create_queue(name)
            await queues.send(name, Message(name))
        await queues.purge("work")
        assert await bodies(queues, "work") == []
        assert await bodies(queues, "other") == ["other"]


@in_loop
async def test_a_queue_that_is_deleted_takes_its_messages_along(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.send("work", Message("a"))
        await queues.delete_queue("work")
        with pytest.raises(QueueError) as caught:
            await queues.send("work", Message("b"))
        assert caught.value.code is QueueCode.NON_EXISTENT_QUEUE
        assert str(caught.value) == (
            "AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist."
        )
    async with world.opened() as queues:
        assert queues.list_queues() == []
        await queues.create_queue("work")
        assert await bodies(queues) == []


@in_loop
async def test_chosen_messages_are_received_but_for_those_in_flight(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work")
        await queues.create_queue("other")
        for body in ("a", "b", "c"):
            await queues.send("work", Message(body))
        (taken,) = await queues.receive("work", 1, visibility_timeout=100)
        listed = await queues.peek("work")
        sequences = [one.stored.sequence for one in reversed(listed)]
        assert await queues.pick("other", sequences, visibility_timeout=60) == []
        picked = await queues.pick("work", [*sequences, 999], visibility_timeout=60)
        assert [one.stored.message.body for one in picked] == ["b", "c"]
        assert [one.receive_count for one in picked] == [1, 1]
        assert await queues.pick("work", sequences, visibility_timeout=60) == []
        assert await queues.receive("work", 10) == []
        assert await queues.delete("work", [picked[0].receipt, taken.receipt]) == [True, True]
        await world.clock.advance(60)
        (back,) = await queues.receive("work", 10)
        assert (back.stored.message.body, back.receive_count) == ("c", 2)
