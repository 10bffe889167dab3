"""Topics of a router whose subscribers are functions."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from eventmatch.errors import ConfigurationError
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.queues.model import Message
from eventmatch.queues.subscription import SubscriptionSettings
from eventmatch.router.arrangement import arrange, router_of
from eventmatch.router.configuration import Configuration
from eventmatch.router.router import Router
from eventmatch.testing.clock import VirtualClock
from tests.loops import in_loop

NEWS = "arn:aws:sns:us-east-1:123456789012:news"
TAX = "arn:aws:lambda:us-east-1:123456789012:function:tax"
ENTRY = {"Source": "shop", "DetailType": "order", "Detail": {"id": 7}}
CODE = "heard = []\ndef tax(event, context):\n    heard.append(event)\n"


class Heard:
    """A handler that keeps the messages it hears of."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def __call__(self, event: Any, _context: Any) -> None:
        self.messages += [json.loads(each["Sns"]["Message"]) for each in event["Records"]]


async def allow(router: Router, function: str = "tax", topic: str = NEWS) -> None:
    await router.functions.add_permission(
        function,
        statement_id="news",
        action="lambda:InvokeFunction",
        principal="sns.amazonaws.com",
        source_arn=topic,
    )


@in_loop
async def test_an_event_goes_from_a_rule_by_a_topic_to_a_function() -> None:
    heard = Heard()
    async with Router(clock=VirtualClock()) as router:
        await router.put_function("tax", heard)
        await router.topics.create_topic("news")
        await router.topics.subscribe_function("news", "tax")
        await allow(router)
        await router.put_rule("orders", event_pattern={"source": ["shop"]})
        await router.put_targets("orders", {"news": {"Arn": NEWS, "InputPath": "$.detail"}})
        await router.put_events([ENTRY])
        await router.idle()
    assert heard.messages == [{"id": 7}]


@in_loop
async def test_the_record_of_a_function_goes_by_a_topic_to_another() -> None:
    heard = Heard()

    def failing(_event: Any, _context: Any) -> None:
        raise ValueError("no such order")

    async with Router(clock=VirtualClock()) as router:
        await router.put_function("tax", heard)
        await router.put_function("failing", failing)
        await router.topics.create_topic("news")
        await router.topics.subscribe_function("news", TAX)
        await allow(router)
        await router.functions.put_function_event_invoke_config(
            "failing",
            maximum_retry_attempts=0,
            destination_config={"OnFailure": {"Destination": NEWS}},
        )
        await router.invoke("failing", {"id": 7}, invocation_type="Event")
        await router.idle()
    ((condition, payload),) = [
        (each["requestContext"]["condition"], each["requestPayload"]) for each in heard.messages
    ]
    assert (condition, payload) == ("RetriesExhausted", {"id": 7})


@in_loop
async def test_a_function_that_does_not_let_the_topic_hears_nothing() -> None:
    heard = Heard()
    async with Router(clock=VirtualClock()) as router:
        await router.put_function("tax", heard)
        await router.queues.create_queue("lost")
        await router.topics.create_topic("news")
        letters = SubscriptionSettings(dead_letter_queue="lost")
        subscription = await router.topics.subscribe_function("news", "tax", letters)
        await allow(router, topic=NEWS + "-of-others")
        denied = (await router.topics.publish("news", Message("1"))).failed[subscription]
        await router.functions.delete_function("tax")
        gone = (await router.topics.publish("news", Message("2"))).failed[subscription]
        await router.idle()
        lost = [each.stored.message.body for each in await router.queues.peek("lost")]
    assert isinstance(denied, LambdaError)
    assert denied.code is LambdaCode.ACCESS_DENIED
    assert isinstance(gone, LambdaError)
    assert gone.code is LambdaCode.RESOURCE_NOT_FOUND
    assert [json.loads(body)["Message"] for body in lost] == ["1", "2"]
    assert heard.messages == []


@in_loop
async def test_a_function_that_is_not_there_cannot_subscribe() -> None:
    async with Router(clock=VirtualClock()) as router:
        await router.topics.create_topic("news")
        with pytest.raises(LambdaError, match="Function not found"):
            await router.topics.subscribe_function("news", "tax")


def test_what_was_published_reaches_the_function_after_a_restart(tmp_path: Path) -> None:
    heard = Heard()

    async def whole() -> None:
        async with Router(tmp_path / "events.db") as router:
            await router.put_function("tax", Heard())
            await router.topics.create_topic("news")
            await router.topics.subscribe_function("news", "tax")
            await allow(router)
        router = Router(tmp_path / "events.db")
        await router.open()  # and so it delivers nothing
        try:
            assert (await router.topics.publish("news", Message("[1]"))).failed == {}
        finally:
            await router.stop()
        router = Router(tmp_path / "events.db")
        router.register_handler("tax", heard)
        async with router:
            await router.idle()

    asyncio.run(whole())
    assert heard.messages == [[1]]


def arranged(folder: Path, *configurations: dict[str, Any]) -> list[list[str | None]]:
    """Arrange one router by configurations; return who subscribes to "news" after each."""

    async def whole() -> list[list[str | None]]:
        first = Configuration.parse(json.dumps(configurations[0]), folder)
        subscribers = []
        async with router_of(first, clock=VirtualClock()) as router:
            for each in configurations:
                await arrange(router, Configuration.parse(json.dumps(each), folder))
                found = router.topics.list_subscriptions("news")
                subscribers.append([one.queue or one.function for one in found])
                await router.put_events([ENTRY])
                await router.idle()
        return subscribers

    return asyncio.run(whole())


@pytest.mark.parametrize(
    ("settings", "arn"), [({}, TAX), ({"AutoPublishAlias": "live"}, f"{TAX}:live")]
)
def test_a_configuration_names_functions_as_subscribers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], arn: str
) -> None:
    module = f"subscribed_{len(settings)}"
    (tmp_path / f"{module}.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    whole: dict[str, Any] = {
        "queues": {"work": {}},
        "functions": {"tax": {"Callable": f"{module}:tax", **settings}},
        "topics": {"news": {"work": {}, "function:tax": {}}},
        "rules": [
            {
                "Name": "orders",
                "EventPattern": {"source": ["shop"]},
                "Targets": [{"Id": "news", "Topic": "news"}],
            }
        ],
    }
    without = {**whole, "topics": {"news": {"work": {}}}}
    subscribers = arranged(tmp_path, whole, whole, without)
    assert subscribers == [["work", arn], ["work", arn], ["work"]]
    assert len(__import__(module).heard) == 2


@pytest.mark.parametrize(
    ("subscriber", "settings", "text"),
    [
        ("function:taxes", {}, 'no Lambda function is named "taxes"'),
        ("function:plain", {}, 'no Lambda function is named "plain"'),
        ("queue:tax", {}, 'no Lambda function is named "tax"'),
        ("function:tax", {"raw_delivery": True}, "do not support raw message delivery"),
    ],
)
def test_subscribers_that_a_configuration_cannot_have(
    tmp_path: Path, subscriber: str, settings: dict[str, Any], text: str
) -> None:
    whole = {
        "functions": {"tax": {"Callable": "json:dumps"}, "plain": "json:dumps"},
        "topics": {"news": {subscriber: settings}},
    }
    with pytest.raises(ConfigurationError, match=text) as caught:
        arranged(tmp_path, whole)
    assert str(caught.value).startswith("topics.news: ")
