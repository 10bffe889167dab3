"""Functions as subscribers of topics, over every store."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from eventmatch.bus.ports import Change
from eventmatch.errors import QueueCode, QueueError, QueueNotFound, StoreCode, StoreError
from eventmatch.queues.model import Message
from eventmatch.queues.queue import Queues
from eventmatch.queues.subscription import SubscriptionSettings, TopicSettings
from eventmatch.queues.topic import Topics
from tests.loops import in_loop
from tests.queues.conftest import World

TOPIC = "arn:aws:sns:us-east-1:000000000000:news"
TAX = "arn:aws:lambda:us-east-1:000000000000:function:tax"


class Functions:
    """A port to functions that keeps what is enqueued, and refuses as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bytes, str | None, str]] = []
        self.refusal: Exception | None = None
        self.refused_payloads = ""

    def arn_of(self, function: str) -> str:
        if function not in {"tax", TAX}:
            raise QueueError(QueueCode.NOT_FOUND, function)
        return TAX

    async def enqueue(
        self, function: str, events: Sequence[tuple[bytes, str | None]], topic: str
    ) -> Sequence[object]:
        if self.refusal:
            raise self.refusal
        self.got += [(function, payload, trace, topic) for payload, trace in events]
        word = self.refused_payloads.encode()
        return [ValueError("no") if word and word in payload else "id" for payload, _ in events]

    @property
    def messages(self) -> list[str]:
        return [json.loads(got[1])["Records"][0]["Sns"]["Message"] for got in self.got]


@asynccontextmanager
async def opened(world: World, functions: Functions | None) -> AsyncIterator[tuple[Queues, Topics]]:
    async with world.opened() as queues:
        records = world.store.records
        topics = Topics(queues, records, world.clock, world.new_id, functions=functions)
        await topics.open()
        yield queues, topics


async def bodies(queues: Queues, queue: str) -> list[str]:
    return [json.loads(one.stored.message.body)["Message"] for one in await queues.peek(queue)]


@in_loop
async def test_a_function_gets_the_record_of_sns(world: World) -> None:
    functions = Functions()
    async with opened(world, functions) as (_, topics):
        await topics.create_topic("news")
        subscription = await topics.subscribe_function("news", "tax")
        message = Message('{"a": "ä"}', {"kind": "x"}, trace="T")
        published = await topics.publish("news", message, subject="Hello")
        assert published.failed == {}
    ((function, payload, trace, topic),) = functions.got
    assert (function, trace, topic) == (TAX, "T", TOPIC)
    (record,) = json.loads(payload).pop("Records")
    sns = record.pop("Sns")
    assert record == {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": f"{TOPIC}:{subscription}",
    }
    assert {name: sns[name] for name in ("Type", "MessageId", "TopicArn", "Subject")} == {
        "Type": "Notification",
        "MessageId": published.id,
        "TopicArn": TOPIC,
        "Subject": "Hello",
    }
    assert sns["Message"] == '{"a": "ä"}'
    assert sns["MessageAttributes"] == {"kind": {"Type": "String", "Value": "x"}}
    assert sns["Timestamp"] == "2026-01-02T03:04:05.000Z"


@in_loop
async def test_a_function_gets_what_its_policy_wants_also_after_a_restart(world: World) -> None:
    functions = Functions()
    async with opened(world, functions) as (_, topics):
        await topics.create_topic("news")
        wanted = SubscriptionSettings(filter_policy='{"kind": ["a"]}')
        first = await topics.subscribe_function("news", "tax", wanted)
    async with opened(world, functions) as (_, topics):
        assert await topics.subscribe_function("news", TAX, wanted) == first
        assert topics.describe_subscription(first).function == TAX
        await topics.publish_batch("news", [Message(kind, {"kind": kind}) for kind in "aba"])
        await topics.update_subscription(first, SubscriptionSettings())
    async with opened(world, functions) as (_, topics):
        await topics.publish("news", Message("c"))
        await topics.unsubscribe(first)
    async with opened(world, functions) as (_, topics):
        await topics.publish("news", Message("d"))
    assert functions.messages == ["a", "a", "c"]


@in_loop
async def test_what_a_function_may_not_have_becomes_a_dead_letter(world: World) -> None:
    functions = Functions()
    async with opened(world, functions) as (queues, topics):
        for queue in ("lost", "work"):
            await queues.create_queue(queue)
        await topics.create_topic("news")
        await topics.subscribe("news", "work")
        failing = await topics.subscribe_function(
            "news", "tax", SubscriptionSettings(dead_letter_queue="lost")
        )
        functions.refusal = QueueError(QueueCode.INVALID_PARAMETER, "not you")
        assert (await topics.publish("news", Message("a"))).failed == {failing: functions.refusal}
        functions.refusal, functions.refused_payloads = None, "bad"
        answers = await topics.publish_batch("news", [Message("good"), Message("bad")])
        assert [list(getattr(each, "failed", ())) for each in answers] == [[], [failing]]
        assert await bodies(queues, "lost") == ["a", "bad"]
        assert await bodies(queues, "work") == ["a", "good", "bad"]


@in_loop
async def test_a_message_that_could_not_be_kept_is_not_published(world: World) -> None:
    functions = Functions()
    async with opened(world, functions) as (queues, topics):
        await queues.create_queue("lost")
        await topics.create_topic("news")
        settings = SubscriptionSettings(dead_letter_queue="lost")
        await topics.subscribe_function("news", "tax", settings)
        functions.refusal = StoreError(StoreCode.CLOSED, "the store is not open")
        with pytest.raises(StoreError):
            await topics.publish("news", Message("a"))
        assert await bodies(queues, "lost") == []


@in_loop
async def test_subscriptions_of_functions_that_are_refused(world: World) -> None:
    raw = SubscriptionSettings(raw_delivery=True)
    async with opened(world, Functions()) as (_, topics):
        await topics.create_topic("news")
        await topics.create_topic("news.fifo", TopicSettings(fifo=True))
        subscribe = topics.subscribe_function
        kept = await subscribe("news", "tax")
        for refused in (
            subscribe("news", "taxes"),
            subscribe("news.fifo", "tax"),
            subscribe("news", "tax", raw),
            topics.update_subscription(kept, raw),
        ):
            with pytest.raises(QueueError):
                await refused
        with pytest.raises(QueueNotFound):
            await subscribe("old", "tax")
        assert [one.id for one in topics.list_subscriptions("news")] == [kept]
        assert topics.list_subscriptions("news.fifo") == []


@in_loop
async def test_where_no_functions_are_run_they_get_nothing(world: World) -> None:
    async with opened(world, Functions()) as (_, topics):
        await topics.create_topic("news")
        subscription = await topics.subscribe_function("news", "tax")
    async with opened(world, None) as (_, topics):
        assert list((await topics.publish("news", Message("a"))).failed) == [subscription]
        with pytest.raises(QueueError, match="no functions are run here"):
            await topics.subscribe_function("news", "tax")


@in_loop
async def test_subscriptions_that_were_kept_before_there_were_functions_are_read(
    world: World,
) -> None:
    async with opened(world, None) as (queues, topics):
        await queues.create_queue("work")
        await topics.create_topic("news")
        text = (
            b'{"id":"s","topic":"news","queue":"work","settings":{"filter_policy":null,'
            b'"filter_scope":"MessageAttributes","raw_delivery":false,"dead_letter_queue":null}}'
        )
        await world.store.records.write([Change("subscription", "s", text)])
    async with opened(world, None) as (queues, topics):
        await topics.publish("news", Message("a"))
        assert await bodies(queues, "work") == ["a"]
