"""Topics, over every store."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from eventmatch.errors import NotFound, QueueCode, QueueError
from eventmatch.queues.filtering import FilterScope
from eventmatch.queues.model import Attribute, Message, QueueSettings
from eventmatch.queues.notification import Notification
from eventmatch.queues.queue import Queues
from eventmatch.queues.subscription import Published, SubscriptionSettings, TopicSettings
from eventmatch.queues.topic import Topics
from tests.loops import in_loop
from tests.queues.conftest import World

RAW = SubscriptionSettings(raw_delivery=True)


@asynccontextmanager
async def opened(world: World) -> AsyncIterator[tuple[Queues, Topics]]:
    async with world.opened() as queues:
        topics = Topics(queues, world.store.records, world.clock, world.new_id)
        await topics.open()
        yield queues, topics


async def received(queues: Queues, queue: str = "work") -> list[Message]:
    return [one.stored.message for one in await queues.receive(queue, 10)]


def wanting(policy: object, scope: FilterScope = FilterScope.ATTRIBUTES) -> SubscriptionSettings:
    return SubscriptionSettings(
        filter_policy=json.dumps(policy), filter_scope=scope, raw_delivery=True
    )


@in_loop
async def test_a_queue_gets_the_envelope_of_sns(world: World) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("work")
        await topics.create_topic("news")
        subscription = await topics.subscribe("news", "work")
        message = Message('{"a": "ä"}', {"kind": "x", "n": Attribute("3", "Number")}, trace="T")
        published = await topics.publish("news", message, subject="Hello")
        (got,) = await received(queues)
    arn = "arn:aws:sns:us-east-1:000000000000:news"
    assert list(json.loads(got.body).items()) == [
        ("Type", "Notification"),
        ("MessageId", published.id),
        ("TopicArn", arn),
        ("Subject", "Hello"),
        ("Message", '{"a": "ä"}'),
        ("Timestamp", "2026-01-02T03:04:05.000Z"),
        ("SignatureVersion", "1"),
        ("Signature", "EXAMPLE"),
        (
            "SigningCertURL",
            "https://sns.us-east-1.amazonaws.com/"
            "SimpleNotificationService-00000000000000000000000000000000.pem",
        ),
        (
            "UnsubscribeURL",
            "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn="
            f"{arn}:{subscription}",
        ),
        (
            "MessageAttributes",
            {"kind": {"Type": "String", "Value": "x"}, "n": {"Type": "Number", "Value": "3"}},
        ),
    ]
    assert (got.attributes, got.trace) == ({}, "T")


@in_loop
async def test_the_envelope_has_no_member_for_what_was_not_published(world: World) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("work")
        await topics.create_topic("news")
        await topics.subscribe("news", "work")
        await topics.publish("news", Message("a"))
        (got,) = await received(queues)
    assert json.loads(got.body).keys().isdisjoint({"Subject", "MessageAttributes"})


@in_loop
async def test_raw_delivery_is_the_message_itself(world: World) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("work")
        await topics.create_topic("news")
        await topics.subscribe("news", "work", RAW)
        message = Message("a", {"n": Attribute("3", "Number")})
        await topics.publish("news", message)
        assert await received(queues) == [message]


ATTRIBUTES = Message(
    '{"detail": {"price": 5}}',
    {
        "kind": "order",
        "price": Attribute("100.50", "Number"),
        "tags": Attribute('["red", "blue", 7]', "String.Array"),
        "image": Attribute("AAE=", "Binary"),
    },
)


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ({"kind": ["order"]}, True),
        ({"kind": ["offer"]}, False),
        ({"kind": [{"prefix": "or"}], "price": [{"numeric": [">", 100]}]}, True),
        ({"kind": [{"anything-but": {"suffix": "er"}}]}, False),
        ({"price": [100.5]}, True),
        ({"price": ["100.50"]}, False),
        ({"tags": ["blue"]}, True),
        ({"tags": [7]}, True),
        ({"tags": ["green"]}, False),
        ({"image": [{"exists": True}]}, False),
        ({"other": [{"exists": False}]}, True),
        ({"$or": [{"kind": ["offer"]}, {"price": [{"numeric": ["<", 200]}]}]}, True),
    ],
)
@in_loop
async def test_a_filter_policy_looks_at_the_attributes(
    world: World, policy: object, wanted: bool
) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("work")
        await topics.create_topic("news")
        await topics.subscribe("news", "work", wanting(policy))
        await topics.publish("news", ATTRIBUTES)
        assert await received(queues) == ([ATTRIBUTES] if wanted else [])


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ('{"detail": {"price": 5}}', True),
        ('{"detail": {"price": 4}}', False),
        ("{}", False),
        ("[]", False),
        ("no JSON", False),
    ],
)
@in_loop
async def test_a_filter_policy_looks_at_the_body(world: World, body: str, wanted: bool) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("work")
        await topics.create_topic("news")
        settings = wanting({"detail": {"price": [5]}}, FilterScope.BODY)
        await topics.subscribe("news", "work", settings)
        await topics.publish("news", Message(body))
        assert await received(queues) == ([Message(body)] if wanted else [])


@pytest.mark.parametrize(
    "policy",
    [
        {},
        {"kind": "order"},
        {"kind": {"deep": ["order"]}},
        {"$or": [{"kind": {"deep": ["order"]}}, {"kind": ["a"]}]},
        {"kind": [{"wildcard": "or*"}]},
        {str(number): ["a"] for number in range(6)},
        {"a": list(range(13)), "b": list(range(12))},
    ],
)
@in_loop
async def test_filter_policies_that_are_refused(world: World, policy: object) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("work")
        await topics.create_topic("news")
        with pytest.raises(QueueError, match=r"^InvalidParameter: Invalid parameter: FilterPolicy"):
            await topics.subscribe("news", "work", wanting(policy))
        assert topics.list_subscriptions("news") == []


@in_loop
async def test_each_subscriber_gets_what_it_wants_also_after_a_restart(world: World) -> None:
    async with opened(world) as (queues, topics):
        await topics.create_topic("news")
        for name in ("all", "big", "small"):
            await queues.create_queue(name)
        await topics.subscribe("news", "all", RAW)
        for name in ("big", "small"):
            await topics.subscribe("news", name, wanting({"size": [name]}))
    async with opened(world) as (queues, topics):
        assert topics.list_topics() == ["news"]
        messages = [
            Message(str(place), {"size": size}) for place, size in enumerate(["big", "small"])
        ]
        answers = await topics.publish_batch("news", [*messages, Message("")])
        assert [type(answer) for answer in answers] == [Published, Published, QueueError]
    async with world.opened() as queues:
        assert await received(queues, "all") == messages
        assert await received(queues, "big") == messages[:1]
        assert await received(queues, "small") == messages[1:]


@in_loop
async def test_a_subscription_gets_another_policy(world: World) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("work")
        await topics.create_topic("news")
        subscription = await topics.subscribe("news", "work", wanting({"kind": ["a"]}))
        with pytest.raises(QueueError):
            await topics.update_subscription(subscription, wanting({"kind": "a"}))
        await topics.update_subscription(subscription, wanting({"kind": ["b"]}))
    async with opened(world) as (queues, topics):
        messages = [Message(kind, {"kind": kind}) for kind in "ab"]
        await topics.publish_batch("news", messages)
        assert await received(queues) == messages[1:]


@in_loop
async def test_a_callable_is_awaited_and_its_failure_told_and_kept(world: World) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("lost")
        await topics.create_topic("news")
        got: list[Notification] = []

        async def good(notification: Notification) -> None:
            await asyncio.sleep(0)
            got.append(notification)

        async def bad(notification: Notification) -> None:
            raise RuntimeError(notification.message.body)

        topics.subscribe_callable("news", good)
        settings = SubscriptionSettings(raw_delivery=True, dead_letter_queue="lost")
        failing = topics.subscribe_callable("news", bad, settings)
        published = await topics.publish("news", Message("a"), subject="s")
        assert [(one.id, one.message, one.subject) for one in got] == [
            (published.id, Message("a"), "s")
        ]
        assert {id_: str(error) for id_, error in published.failed.items()} == {failing: "a"}
        assert await received(queues, "lost") == [Message("a")]
        await topics.unsubscribe(failing)
        assert (await topics.publish("news", Message("b"))).failed == {}


@in_loop
async def test_a_queue_that_is_gone_fails_alone(world: World) -> None:
    async with opened(world) as (queues, topics):
        for name in ("gone", "work", "lost"):
            await queues.create_queue(name)
        await topics.create_topic("news")
        settings = SubscriptionSettings(raw_delivery=True, dead_letter_queue="lost")
        subscription = await topics.subscribe("news", "gone", settings)
        await topics.subscribe("news", "work", RAW)
        await queues.delete_queue("gone")
        published = await topics.publish("news", Message("a"))
        assert list(published.failed) == [subscription]
        assert await received(queues) == await received(queues, "lost") == [Message("a")]


@in_loop
async def test_a_fifo_topic_keeps_groups_and_leaves_duplicates_out(world: World) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("plain")
        await queues.create_queue("work.fifo", QueueSettings(fifo=True))
        await topics.create_topic("news.fifo", TopicSettings(True, True))
        await topics.subscribe("news.fifo", "work.fifo")
        await topics.subscribe("news.fifo", "plain", RAW)
        for body in ("a", "a", "b"):
            await topics.publish("news.fifo", Message(body, group="g"))
        bodies = [json.loads(one.body)["Message"] for one in await received(queues, "work.fifo")]
        assert bodies == ["a", "b"]
        assert {one.group for one in await received(queues, "plain")} == {"g"}


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        (Message(""), None),
        (Message("a" * 262_145), None),
        (Message("a\ud800"), None),
        (Message("a"), ""),
        (Message("a"), "a" * 101),
        (Message("a"), "a\nb"),
        (Message("a", {"n": Attribute("x", "Number")}), None),
        (Message("a", deduplication_id="a"), None),
    ],
)
@in_loop
async def test_messages_that_a_topic_refuses(
    world: World, message: Message, subject: str | None
) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("work")
        await topics.create_topic("news")
        await topics.subscribe("news", "work", RAW)
        with pytest.raises(QueueError):
            await topics.publish("news", message, subject=subject)
        assert await received(queues) == []


@in_loop
async def test_a_fifo_topic_needs_a_group_and_a_deduplication_id(world: World) -> None:
    async with opened(world) as (_, topics):
        await topics.create_topic("news.fifo", TopicSettings(fifo=True))
        for message in (Message("a"), Message("a", group="g")):
            with pytest.raises(QueueError) as caught:
                await topics.publish("news.fifo", message)
            assert caught.value.code is QueueCode.INVALID_PARAMETER


@in_loop
async def test_what_is_not_there_is_not_found(world: World) -> None:
    async with opened(world) as (queues, topics):
        await topics.create_topic("news")
        with pytest.raises(NotFound) as caught:
            await topics.publish("old", Message("a"))
        assert (caught.value.kind, caught.value.name) == ("topic", "old")
        assert str(caught.value) == "NotFound: Topic does not exist"
        for call in (
            topics.publish_batch("old", []),
            topics.delete_topic("old"),
            topics.subscribe("news", "no queue"),
            topics.subscribe("old", "no queue"),
            topics.unsubscribe("nothing"),
            queues.send("no queue", Message("a")),
        ):
            with pytest.raises(NotFound):
                await call


@in_loop
async def test_a_topic_is_deleted_with_its_subscriptions(world: World) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("work")
        await topics.create_topic("news")
        first = await topics.subscribe("news", "work")
        assert await topics.subscribe("news", "work") == first
        with pytest.raises(QueueError):
            await topics.subscribe("news", "work", RAW)
        await topics.delete_topic("news")
        await topics.create_topic("news")
        assert (await topics.publish("news", Message("a"))).failed == {}
    async with opened(world) as (queues, topics):
        assert topics.list_subscriptions("news") == []
        assert await received(queues) == []


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("", TopicSettings()),
        ("a.fifo", TopicSettings()),
        ("a", TopicSettings(fifo=True)),
        ("a b", TopicSettings()),
        ("a" * 257, TopicSettings()),
        ("a", TopicSettings(content_based_deduplication=True)),
    ],
)
@in_loop
async def test_topics_that_are_refused(world: World, name: str, settings: TopicSettings) -> None:
    async with opened(world) as (_, topics):
        with pytest.raises(QueueError) as caught:
            await topics.create_topic(name, settings)
        assert caught.value.code is QueueCode.INVALID_PARAMETER
        assert topics.list_topics() == []


@in_loop
async def test_a_standard_topic_has_no_fifo_subscribers(world: World) -> None:
    async with opened(world) as (queues, topics):
        await queues.create_queue("work.fifo", QueueSettings(fifo=True))
        await topics.create_topic("news")
        with pytest.raises(QueueError):
            await topics.subscribe("news", "work.fifo")
        with pytest.raises(QueueError):
            await topics.create_topic("news", TopicSettings(fifo=True))


@in_loop
async def test_what_is_dropped_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async def fail(_: Notification) -> None:
        raise ValueError("down")

    async with opened(world) as (queues, topics):
        for queue in ("work", "lost", "kept"):
            await queues.create_queue(queue)
        await topics.create_topic("news")
        await topics.subscribe("news", "work", SubscriptionSettings(dead_letter_queue="lost"))
        topics.subscribe_callable("news", fail)
        topics.subscribe_callable("news", fail, SubscriptionSettings(dead_letter_queue="kept"))
        await queues.delete_queue("work")
        await queues.delete_queue("lost")
        await topics.publish_batch("news", [Message("a"), Message("b")])
    assert sorted(record.getMessage() for record in caplog.records) == [
        "arn:aws:sns:us-east-1:000000000000:news: dropped 2 messages to a function",
        "arn:aws:sns:us-east-1:000000000000:news: dropped 2 messages to work",
    ]
