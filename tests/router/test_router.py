"""Events in, targets out: the whole way, on a clock that stands still."""

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from eventmatch.bus.payload_refusals import Refused
from eventmatch.bus.policies import Caller
from eventmatch.delivery.ports import Metric
from eventmatch.engine.matcher import Matcher
from eventmatch.errors import QueueError, ServiceCode, ServiceError
from eventmatch.observers.tally import Tally
from eventmatch.queues.model import QueueSettings
from eventmatch.router.publishing import Accepted
from eventmatch.router.router import Router
from eventmatch.router.synchronous import SyncRouter
from eventmatch.testing.clock import VirtualClock, settle

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
PATTERN = {"source": ["shop.orders"]}
ENTRY = {"Source": "shop.orders", "DetailType": "order", "Detail": '{"total":12.50}'}


class Play:
    """A router in memory on a clock that stands still, and a function that keeps what it got."""

    def __init__(self, store: Any = None, **options: Any) -> None:
        self.clock = VirtualClock()
        self.tally = Tally()
        self.router = Router(
            store, clock=self.clock, random=Random(5), observer=self.tally, **options
        )
        self.got: list[dict[str, Any]] = []

    async def keep(self, event: dict[str, Any]) -> None:
        self.got.append(event)

    async def put(self, **members: Any) -> str:
        (result,) = await self.router.put_events([{**ENTRY, **members}])
        assert isinstance(result, Accepted), result
        await self.router.idle()
        await settle()
        return result.id

    async def bodies(self, queue: str) -> list[str]:
        return [each.stored.message.body for each in await self.router.queues.peek(queue)]

    async def letters(self, queue: str = "dead-letters") -> list[dict[str, str]]:
        found = await self.router.queues.peek(queue)
        return [dict(each.stored.message.attributes) for each in found]


def play(scene: Callable[[Play], Awaitable[None]], **options: Any) -> None:
    async def whole() -> None:
        world = Play(**options)
        async with world.router:
            await scene(world)

    asyncio.run(whole())


def test_a_function_gets_the_events_that_its_rule_matches() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("orders", {"keep": world.keep})
        identity = await world.put(Detail={"total": 3})
        await world.put(Source="shop.returns")
        (event,) = world.got
        assert event["id"] == identity
        assert event["detail"] == {"total": 3}

    play(scene)


def test_numbers_keep_their_digits_on_the_way_to_a_queue() -> None:
    async def scene(world: Play) -> None:
        await world.router.queues.create_queue("orders")
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("orders", {"queue": f"{QUEUE}orders"})
        identity = await world.put(Detail='{ "total": 12.50, "big": 12345678901234567890 }')
        assert await world.bodies("orders") == [
            f'{{"version":"0","id":"{identity}","detail-type":"order","source":"shop.orders",'
            '"account":"123456789012","time":"2026-01-02T03:04:05Z","region":"us-east-1",'
            '"resources":[],"detail":{"total":12.50,"big":12345678901234567890}}'
        ]

    play(scene)


def test_a_mixed_batch_has_a_verdict_for_each_entry() -> None:
    async def scene(world: Play) -> None:
        answer = await world.router.call(
            "PutEvents",
            {
                "Entries": [
                    ENTRY,
                    {**ENTRY, "Detail": "{"},
                    {**ENTRY, "EventBusName": "missing"},
                    {**ENTRY, "Source": "aws.iam"},
                ]
            },
        )
        assert answer["FailedEntryCount"] == 2
        assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [
            None,
            "MalformedDetail",
            None,
            "NotAuthorizedForSourceException",
        ]

    play(scene)


@pytest.mark.parametrize("detail", [{"n": object()}, {"n": {1, 2}}, {"n": b"x"}, {(1, 2): 3}])
def test_a_detail_that_cannot_be_json_refuses_its_own_entry_only(detail: dict[Any, Any]) -> None:
    async def scene(world: Play) -> None:
        refused, accepted = await world.router.put_events([{**ENTRY, "Detail": detail}, ENTRY])
        assert isinstance(refused, Refused)
        assert refused.code == "MalformedDetail"
        assert isinstance(accepted, Accepted)

    play(scene)


def test_an_envelope_that_is_no_object_refuses_itself_only() -> None:
    async def scene(world: Play) -> None:
        whole = {"source": "aws.ec2", "detail-type": "order", "detail": {}}
        envelopes: list[Any] = [None, 5, [], whole]
        *refused, accepted = await world.router.put_envelopes(envelopes)
        assert {each.code for each in refused if isinstance(each, Refused)} == {
            ServiceCode.SERIALIZATION
        }
        assert len(refused) == 3
        assert isinstance(accepted, Accepted)

    play(scene)


@pytest.mark.parametrize("engine", ["native", "python"])
def test_the_deepest_detail_is_delivered(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventmatch.bus.routing.Matcher", partial(Matcher, engine=engine))
    deepest = '{"a":' * 999 + "{}" + "}" * 999

    async def scene(world: Play) -> None:
        await world.router.queues.create_queue("orders")
        await world.router.put_rule("orders", event_pattern=PATTERN)
        targets = {"queue": f"{QUEUE}orders", "keep": world.keep, "log": "arn:eventmatch:log:::x"}
        await world.router.put_targets("orders", targets)
        results = await world.router.put_events([{**ENTRY, "Detail": deepest}, ENTRY])
        assert all(isinstance(result, Accepted) for result in results)
        await world.router.idle()
        await settle()
        first, _ = await world.bodies("orders")
        assert first.endswith(f'"detail":{deepest}}}')
        assert len(world.got) == 2
        assert await world.letters() == []

    play(scene)


def test_a_rule_that_no_engine_can_decide_leaves_the_others_alone() -> None:
    """Each spelling of a path gives an array, and together they make a puzzle that is NP-hard."""
    steps = ["a", "b", "c", "d", "e", "f"]
    keys = {f"h{number}": 0 for number in range(2 ** (len(steps) - 1) + 1)}
    puzzle: Any = {key: [0] for key in keys}
    for step in reversed(steps):
        puzzle = {step: puzzle}
    detail = spelt(steps, [{key: 0} for key in keys])

    async def scene(world: Play) -> None:
        await world.router.put_rule("puzzle", event_pattern={"detail": puzzle})
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("puzzle", {"keep": world.keep})
        await world.router.put_targets("orders", {"keep": world.keep})
        results = await world.router.put_events([{**ENTRY, "Detail": detail}, ENTRY])
        assert all(isinstance(result, Accepted) for result in results)
        await world.router.idle()
        await settle()
        assert [event["detail"] for event in world.got] == [detail, {"total": 12.5}]

    play(scene)


def spelt(steps: list[str], value: Any) -> dict[str, Any]:
    """An object with the value at the path in each of its spellings, with and without dots."""
    spellings = {".".join(steps): value}
    for end in range(1, len(steps)):
        spellings[".".join(steps[:end])] = spelt(steps[end:], value)
    return spellings


def test_a_request_of_another_type_is_refused() -> None:
    async def scene(world: Play) -> None:
        for request in ([ENTRY], {"Entries": ENTRY}, {"Entries": [{**ENTRY, "Detail": {}}]}):
            with pytest.raises(ServiceError) as refused:
                await world.router.call("PutEvents", request)  # type: ignore[arg-type]
            assert refused.value.code is ServiceCode.SERIALIZATION

    play(scene)


def test_eleven_entries_are_refused_by_the_api_and_taken_by_the_batch_call() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("orders", {"keep": world.keep})
        with pytest.raises(ServiceError, match="less than or equal to 10"):
            await world.router.call("PutEvents", {"Entries": [ENTRY] * 11})
        results = await world.router.put_events([ENTRY] * 1000)
        await world.router.idle()
        assert len(results) == len(world.got) == 1000

    play(scene)


def test_a_stranger_may_put_nothing_unless_the_policy_says_so() -> None:
    async def scene(world: Play) -> None:
        stranger = Caller("210987654321")
        request = {"Entries": [ENTRY]}
        with pytest.raises(ServiceError) as refused:
            await world.router.call("PutEvents", request, caller=stranger)
        assert refused.value.code is ServiceCode.ACCESS_DENIED
        await world.router.plane.put_permission(
            action="events:PutEvents", principal=stranger.account, statement_id="one"
        )
        answer = await world.router.call("PutEvents", request, caller=stranger)
        assert answer["FailedEntryCount"] == 0

    play(scene)


def test_a_missing_queue_makes_a_dead_letter_with_four_attributes() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("orders", {"queue": f"{QUEUE}missing"})
        await world.put()
        (letter,) = await world.letters()
        assert letter == {
            "RULE_ARN": "arn:aws:events:us-east-1:123456789012:rule/orders",
            "TARGET_ARN": f"{QUEUE}missing",
            "ERROR_CODE": "NO_RESOURCE",
            "ERROR_MESSAGE": letter["ERROR_MESSAGE"],
        }
        assert letter["ERROR_MESSAGE"].startswith("The specified queue does not exist")

    play(scene)


def test_a_target_names_its_own_queue_for_dead_letters() -> None:
    async def scene(world: Play) -> None:
        await world.router.queues.create_queue("letters")
        await world.router.put_rule("orders", event_pattern=PATTERN)
        target = {"Arn": f"{QUEUE}missing", "DeadLetterConfig": {"Arn": f"{QUEUE}letters"}}
        await world.router.put_targets("orders", {"queue": target})
        await world.put()
        assert len(await world.letters("letters")) == 1
        assert not await world.letters()

    play(scene)


def test_dead_letters_can_be_dropped_as_on_aws() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("orders", {"queue": f"{QUEUE}missing"})
        await world.put()
        assert world.tally.counts[Metric.FAILED_INVOCATIONS] == 1
        assert world.tally.counts[Metric.INVOCATIONS_SENT_TO_DLQ] == 0
        assert not world.router.queues.list_queues()

    play(scene, dead_letters=None)


@pytest.mark.parametrize(
    ("policy", "condition"),
    [
        ({"MaximumRetryAttempts": 3}, "MaximumRetryAttempts"),
        ({"MaximumEventAgeInSeconds": 60}, "MaximumEventAgeInSeconds"),
    ],
)
def test_retries_run_out(policy: dict[str, int], condition: str) -> None:
    calls = 0

    async def fail(_: object) -> None:
        nonlocal calls
        calls += 1
        raise ConnectionError("down")

    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("orders", {"fail": {"Arn": fail, "RetryPolicy": policy}})
        await world.put()
        await world.clock.advance(100)
        (letter,) = await world.letters()
        assert letter["EXHAUSTED_RETRY_CONDITION"] == condition
        assert letter["RETRY_ATTEMPTS"] == str(calls - 1)
        assert letter["ERROR_CODE"] == "ERROR_FROM_TARGET"
        assert len(letter) == 6

    play(scene)


def test_the_dead_letter_is_the_payload_that_was_attempted() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        target = {"Arn": f"{QUEUE}missing", "InputPath": "$.detail"}
        await world.router.put_targets("orders", {"queue": target})
        await world.put()
        assert await world.bodies("dead-letters") == ['{"total":12.50}']

    play(scene)


def test_an_event_goes_from_bus_to_bus_once() -> None:
    async def scene(world: Play) -> None:
        bus = "arn:aws:events:us-east-1:123456789012:event-bus/"
        for name in ("one", "two"):
            await world.router.plane.create_event_bus(name)
        for here, there in (("default", "one"), ("one", "two"), ("two", "default")):
            await world.router.put_rule("on", event_pattern=PATTERN, event_bus_name=here)
            await world.router.put_targets(
                "on", {"next": bus + there, "keep": world.keep}, event_bus_name=here
            )
        identity = await world.put()
        await world.clock.advance(10)
        assert [event["id"] for event in world.got] == [identity, identity]
        (letter,) = await world.letters()
        assert letter["ERROR_CODE"] == "THIRD_ACCOUNT_HOP_DETECTED"

    play(scene)


def test_a_bus_that_is_not_there_swallows_events() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        arn = "arn:aws:events:us-east-1:123456789012:event-bus/missing"
        await world.router.put_targets("orders", {"bus": arn})
        await world.put()
        assert not await world.letters()
        assert await world.router.store.deliveries.backlog() == {}

    play(scene)


def test_characters_that_queues_refuse_come_as_escapes() -> None:
    async def scene(world: Play) -> None:
        await world.router.queues.create_queue("orders")
        await world.router.put_rule("orders", event_pattern=PATTERN)
        target = {"Arn": f"{QUEUE}orders", "InputPath": "$.detail"}
        await world.router.put_targets("orders", {"queue": target})
        await world.put(Detail={"odd": "\ufffe\uffff"})
        assert await world.bodies("orders") == [r'{"odd":"\ufffe\uffff"}']

    play(scene)


def test_messages_go_when_their_time_is_over() -> None:
    async def scene(world: Play) -> None:
        await world.router.queues.create_queue("short", QueueSettings(retention=60))
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("orders", {"queue": f"{QUEUE}short"})
        await world.put()
        assert len(await world.bodies("short")) == 1
        await world.clock.advance(130)
        assert not await world.bodies("short")

    play(scene)


def test_a_router_that_cannot_start_lets_go_of_its_file(tmp_path: Path) -> None:
    async def scene() -> None:
        path = tmp_path / "events.db"
        router = Router(path, dead_letters="no queue has this name!")
        with pytest.raises(QueueError):
            await router.start()
        async with Router(path):
            pass

    asyncio.run(scene())


def test_who_gives_up_waiting_leaves_no_delivery_behind(tmp_path: Path) -> None:
    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("orders", {"keep": world.keep})
        for turns in range(30):
            putting = asyncio.create_task(world.router.put_events([ENTRY]))
            for _ in range(turns):
                await asyncio.sleep(0)
            putting.cancel()
            await asyncio.gather(putting, return_exceptions=True)
        await world.put()
        while await world.router.store.deliveries.backlog():
            await world.router.idle()
            await asyncio.sleep(0)

    play(scene, store=tmp_path / "events.db")


def test_deliveries_wait_for_a_function_without_using_up_attempts(tmp_path: Path) -> None:
    path = tmp_path / "events.db"

    async def first(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        target = {"Arn": world.keep, "RetryPolicy": {"MaximumRetryAttempts": 0}}
        await world.router.plane.put_targets(
            "orders", [{**target, "Id": "keep", "Arn": "arn:eventmatch:callable:::keep"}]
        )
        await world.put()

    async def second(world: Play) -> None:
        await world.clock.advance(3600)
        assert not await world.letters()
        world.router.register("keep", world.keep)
        while not world.got:
            await world.clock.advance(5)
        assert len(world.got) == 1

    play(first, store=path)
    play(second, store=path)


def test_the_largest_event_ends_as_a_dead_letter_too() -> None:
    async def scene(world: Play) -> None:
        await world.router.queues.create_queue("orders")
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("orders", {"queue": f"{QUEUE}orders"})
        size = 1_048_576 - len("shop.orders") - len("order") - len('{"x":""}')
        await world.put(Detail=f'{{"x":"{"y" * size}"}}')
        (body,) = await world.bodies("dead-letters")
        assert len(body) > 1_048_576
        assert await world.router.store.deliveries.backlog() == {}

    play(scene)


def test_what_a_function_says_of_an_event_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(event: dict[str, Any]) -> None:
        raise ValueError(f"cannot take {event}")

    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        target = {"Arn": fail, "RetryPolicy": {"MaximumRetryAttempts": 0}}
        await world.router.put_targets("orders", {"fail": target})
        await world.put(Detail={"secret": "hush"})
        assert "hush" in (await world.letters())[0]["ERROR_MESSAGE"]

    with caplog.at_level(logging.INFO):
        play(scene)
    assert "ERROR_FROM_TARGET" in caplog.text
    assert "hush" not in caplog.text


def test_a_disabled_rule_is_silent_until_it_is_enabled() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("orders", {"keep": world.keep})
        await world.router.call("DisableRule", {"Name": "orders"})
        await world.put()
        assert not world.got
        await world.router.call("EnableRule", {"Name": "orders"})
        await world.put()
        assert len(world.got) == 1

    play(scene)


def test_a_file_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "events.db"

    async def fail(_: object) -> None:
        raise ConnectionError("down")

    async def first(world: Play) -> None:
        await world.router.queues.create_queue("orders", QueueSettings(visibility_timeout=5))
        await world.router.put_rule("orders", event_pattern=PATTERN)
        arn = world.router.register("page", fail)
        await world.router.put_targets("orders", {"page": arn, "queue": f"{QUEUE}orders"})
        await world.put()

    async def second(world: Play) -> None:
        world.router.register("page", world.keep)
        assert len(await world.bodies("orders")) == 1
        await world.clock.advance(5)
        while not world.got:
            await asyncio.sleep(0)
        await world.put()
        assert len(world.got) == 2
        assert len(await world.bodies("orders")) == 2

    play(first, store=path)
    play(second, store=path)


def test_a_target_that_is_replaced_gets_nothing_new() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        await world.router.put_targets("orders", {"one": f"{QUEUE}missing"})
        await world.router.put_targets("orders", {"one": {"Arn": world.keep, "Input": '"x"'}})
        await world.put()
        assert world.got == ["x"]
        assert not await world.letters()

    play(scene)


def test_a_function_that_hangs_leaves_others_their_threads() -> None:
    gate, got = threading.Event(), []

    async def scene(world: Play) -> None:
        await world.router.put_rule("orders", event_pattern=PATTERN)
        hang = {"Arn": lambda _: gate.wait(20), "RetryPolicy": {"MaximumRetryAttempts": 0}}
        await world.router.put_targets("orders", {"hang": hang, "good": got.append})
        await world.router.put_events([ENTRY] * 200)
        while len(got) < 200:
            await asyncio.sleep(0)
        gate.set()
        await world.router.idle()

    play(scene)


def test_scripts_need_no_event_loop(tmp_path: Path) -> None:
    got: list[Any] = []
    with SyncRouter(tmp_path / "events.db") as router:
        router.put_rule("orders", event_pattern=json.dumps(PATTERN))
        router.put_targets("orders", {"keep": got.append})
        router.put_events([ENTRY, ENTRY])
        router.idle()
        assert len(got) == 2
        assert router.call("ListRules", {})["Rules"][0]["Name"] == "orders"
