"""What queues refuse, with the codes of SQS, and that a refusal changes nothing."""

from pathlib import Path

import pytest

from eventmatch.errors import QueueCode, QueueError
from eventmatch.queues.admission import refuse_batch
from eventmatch.queues.model import Attribute, Message, QueueSettings, RedrivePolicy, Sent
from eventmatch.queues.ports import Counts
from tests.loops import in_loop
from tests.queues.conftest import World, make_world

MISSING, VALUE = QueueCode.MISSING_PARAMETER, QueueCode.INVALID_PARAMETER_VALUE
CONTENTS, ATTRIBUTE = QueueCode.INVALID_MESSAGE_CONTENTS, QueueCode.INVALID_ATTRIBUTE_VALUE


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world("memory", tmp_path)


@pytest.mark.parametrize(
    ("name", "settings", "code"),
    [
        ("", QueueSettings(), VALUE),
        ("a b", QueueSettings(), VALUE),
        ("a" * 81, QueueSettings(), VALUE),
        ("a.fifo", QueueSettings(), VALUE),
        ("a", QueueSettings(fifo=True), VALUE),
        (".fifo", QueueSettings(fifo=True), VALUE),
        ("a" * 76 + ".fifo", QueueSettings(fifo=True), VALUE),
        ("a", QueueSettings(visibility_timeout=43_201), ATTRIBUTE),
        ("a", QueueSettings(delay=901), ATTRIBUTE),
        ("a", QueueSettings(delay=-1), ATTRIBUTE),
        ("a", QueueSettings(receive_wait_time=21), ATTRIBUTE),
        ("a", QueueSettings(retention=59), ATTRIBUTE),
        ("a", QueueSettings(retention=1_209_601), ATTRIBUTE),
        ("a", QueueSettings(maximum_message_size=1_023), ATTRIBUTE),
        ("a", QueueSettings(maximum_message_size=1_048_577), ATTRIBUTE),
        ("a", QueueSettings(content_based_deduplication=True), ATTRIBUTE),
        ("a", QueueSettings(redrive=RedrivePolicy("dead", 0)), VALUE),
        ("a", QueueSettings(redrive=RedrivePolicy("dead", 1_001)), VALUE),
        ("a", QueueSettings(redrive=RedrivePolicy("missing", 1)), VALUE),
        ("a", QueueSettings(redrive=RedrivePolicy("dead.fifo", 1)), VALUE),
        ("a.fifo", QueueSettings(fifo=True, redrive=RedrivePolicy("dead", 1)), VALUE),
    ],
)
@in_loop
async def test_settings_out_of_range(
    world: World, name: str, settings: QueueSettings, code: QueueCode
) -> None:
    async with world.opened() as queues:
        await queues.create_queue("dead")
        await queues.create_queue("dead.fifo", QueueSettings(fifo=True))
        with pytest.raises(QueueError) as caught:
            await queues.create_queue(name, settings)
        assert caught.value.code is code
        assert queues.list_queues() == ["dead", "dead.fifo"]


@in_loop
async def test_a_queue_is_created_twice_only_with_the_same_settings(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("a", QueueSettings(delay=3))
        await queues.send("a", Message("kept"))
        await queues.create_queue("a", QueueSettings(delay=3))
        assert (await queues.counts("a")).delayed == 1
        with pytest.raises(QueueError) as caught:
            await queues.create_queue("a", QueueSettings(delay=4))
        assert str(caught.value) == (
            "QueueAlreadyExists: A queue already exists with the same name and a different value "
            "for attribute DelaySeconds"
        )


@in_loop
async def test_settings_are_updated_but_not_the_kind(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("a")
        await queues.update_queue("a", QueueSettings(delay=4))
        with pytest.raises(QueueError) as caught:
            await queues.update_queue("a", QueueSettings(fifo=True))
        assert caught.value.code is ATTRIBUTE
        with pytest.raises(QueueError):
            await queues.update_queue("a", QueueSettings(redrive=RedrivePolicy("a", 3)))
    async with world.opened() as queues:
        assert queues.describe_queue("a") == QueueSettings(delay=4)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (Message(""), MISSING),
        (Message("a\x00"), CONTENTS),
        (Message("a\ud800"), CONTENTS),
        (Message("a\ufffe"), CONTENTS),
        (Message("a" * 1_025), VALUE),
        (Message("ä" * 513), VALUE),
        (Message("a" * 1_000, {"name": "a" * 15}), VALUE),
        (Message("a", {str(number): "a" for number in range(11)}), VALUE),
        (Message("a", {"AWS.name": "a"}), VALUE),
        (Message("a", {"a..b": "a"}), VALUE),
        (Message("a", {"": "a"}), VALUE),
        (Message("a", {"name": ""}), VALUE),
        (Message("a", {"name": Attribute("a", "Text")}), VALUE),
        (Message("a", {"name": Attribute("a", "Number")}), VALUE),
        (Message("a", {"name": Attribute("a", "Binary.png")}), VALUE),
        (Message("a", delay=901), VALUE),
        (Message("a", deduplication_id="a"), VALUE),
        (Message("a", group=""), VALUE),
        (Message("a", group="a" * 129), VALUE),
    ],
)
@in_loop
async def test_messages_that_a_standard_queue_refuses(
    world: World, message: Message, code: QueueCode
) -> None:
    async with world.opened() as queues:
        await queues.create_queue("a", QueueSettings(maximum_message_size=1_024))
        with pytest.raises(QueueError) as caught:
            await queues.send("a", message)
        assert caught.value.code is code
        assert await queues.counts("a") == Counts(0, 0, 0)


@pytest.mark.parametrize(
    "message",
    [
        Message("a" * 1_024),
        Message("a" * 1_000, {"name": "a" * 14}),
        Message("a" * 1_024, trace="Root=1"),
        Message("\t\r\n \ud7ff\ue000\ufffd\U00010000"),
        Message("a", {"n": Attribute("-1.5e3", "Number.float"), "b": Attribute("AAE=", "Binary")}),
        Message("a", delay=900, group="!" * 128),
    ],
)
@in_loop
async def test_messages_at_the_limits(world: World, message: Message) -> None:
    async with world.opened() as queues:
        await queues.create_queue("a", QueueSettings(maximum_message_size=1_024))
        assert (await queues.send("a", message)).id == "message-1"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (Message("a", deduplication_id="a"), MISSING),
        (Message("a", group="a"), VALUE),
        (Message("a", group="a", deduplication_id="a" * 129), VALUE),
        (Message("a", group="a b", deduplication_id="a"), VALUE),
        (Message("a", group="a", deduplication_id="a", delay=1), VALUE),
    ],
)
@in_loop
async def test_messages_that_a_fifo_queue_refuses(
    world: World, message: Message, code: QueueCode
) -> None:
    async with world.opened() as queues:
        await queues.create_queue("a.fifo", QueueSettings(fifo=True))
        with pytest.raises(QueueError) as caught:
            await queues.send("a.fifo", message)
        assert caught.value.code is code


@in_loop
async def test_content_based_deduplication_is_the_sha_256_of_the_body(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue(
            "a.fifo", QueueSettings(fifo=True, content_based_deduplication=True)
        )
        await queues.send("a.fifo", Message("abc", group="a"))
        (received,) = await queues.receive("a.fifo")
        assert received.stored.message.deduplication_id == (
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )


@in_loop
async def test_of_a_batch_the_good_are_sent(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("a")
        answers = await queues.send_batch("a", [Message("a"), Message(""), Message("b")])
        assert [type(answer) for answer in answers] == [Sent, QueueError, Sent]
        assert (await queues.counts("a")).visible == 2
        refused = await queues.send_batch("a", [Message("")])
        assert [type(answer) for answer in refused] == [QueueError]


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        (
            [],
            "AWS.SimpleQueueService.EmptyBatchRequest: There should be at least one "
            "SendMessageBatchRequestEntry in the request.",
        ),
        (
            [Message("a")] * 11,
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest: Maximum number of entries per "
            "request are 10. You have sent 11.",
        ),
        (
            [Message("a" * 524_289)] * 2,
            "AWS.SimpleQueueService.BatchRequestTooLong: Batch requests cannot be longer than "
            "1048576 bytes. You have sent 1048578 bytes.",
        ),
    ],
)
def test_batches_that_are_refused_as_a_whole(messages: list[Message], text: str) -> None:
    with pytest.raises(QueueError) as caught:
        refuse_batch(messages)
    assert str(caught.value) == text


def test_a_batch_at_the_limits_is_no_refusal() -> None:
    refuse_batch([Message("a" * 104_857)] * 10)


@pytest.mark.parametrize(
    ("limit", "timeout", "wait"), [(0, 0, 0), (11, 0, 0), (1, -1, 0), (1, 43_201, 0), (1, 0, 21)]
)
@in_loop
async def test_receives_out_of_range(world: World, limit: int, timeout: int, wait: int) -> None:
    async with world.opened() as queues:
        await queues.create_queue("a")
        with pytest.raises(QueueError) as caught:
            await queues.receive("a", limit, visibility_timeout=timeout, wait=wait)
        assert caught.value.code is VALUE


@in_loop
async def test_every_call_tells_of_a_queue_that_is_not_there(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("a")
        for call in (
            queues.update_queue("b", QueueSettings()),
            queues.delete_queue("b"),
            queues.send("b", Message("a")),
            queues.send_batch("b", [Message("a")]),
            queues.receive("b"),
            queues.delete("b", []),
            queues.change_visibility("b", [], 0),
            queues.counts("b"),
            queues.peek("b"),
            queues.purge("b"),
            queues.redrive("b"),
            queues.redrive("a", "b"),
        ):
            with pytest.raises(QueueError) as caught:
                await call
            assert caught.value.code is QueueCode.NON_EXISTENT_QUEUE
