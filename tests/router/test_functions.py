"""Functions in a router: invoked, as targets of rules, and what is told of them."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from eventmatch.errors import ServiceError
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import InvocationType
from eventmatch.functions.ports import LambdaMetric
from eventmatch.observers.tally import Tally
from eventmatch.queues.subscription import SubscriptionSettings
from eventmatch.router.functions import LambdaSettings
from eventmatch.router.router import Router
from eventmatch.router.synchronous import SyncRouter
from eventmatch.testing.clock import VirtualClock, settle

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/"
RULE = "arn:aws:events:us-east-1:123456789012:rule/orders"
ENTRY = {"Source": "shop.orders", "DetailType": "order", "Detail": '{"total":12.50}'}


class LambdaTally:
    """Counts by function and metric."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}

    def count(self, metric: LambdaMetric, amount: int, function: str) -> None:
        self.counts[function, metric] = self.counts.get((function, metric), 0) + amount

    def measure(self, metric: LambdaMetric, seconds: float, function: str) -> None:
        """Durations and ages are no matter of these tests."""


class Play:
    """A router on a clock that stands still, and a handler that keeps what it got."""

    def __init__(self, store: Any = None, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()
        self.events, self.tally = Tally(), LambdaTally()
        self.router = Router(
            store,
            clock=self.clock,
            random=Random(5),
            observer=self.events,
            lambda_settings=LambdaSettings(observer=self.tally),
        )
        self.got: list[Any] = []
        self.contexts: list[Any] = []
        self.failures = 0

    async def work(self, event: Any, context: Any) -> Any:
        self.got.append(event)
        self.contexts.append(context)
        if self.failures:
            self.failures -= 1
            raise ValueError("not yet")
        return {"got": event}

    async def rest(self) -> None:
        await self.router.idle()
        await settle()

    async def wait(self, seconds: float) -> None:
        await self.clock.advance(seconds, self.rest)

    async def queue(self, name: str) -> str:
        await self.router.queues.create_queue(name)
        return QUEUE + name

    async def bodies(self, queue: str) -> list[str]:
        return [each.stored.message.body for each in await self.router.queues.peek(queue)]

    async def rule_with(self, target: Any) -> None:
        await self.router.put_rule("orders", event_pattern={"source": ["shop.orders"]})
        await self.router.put_targets("orders", {"t": target})

    async def allow(self, function: str, **members: Any) -> None:
        await self.router.functions.add_permission(
            function,
            statement_id="s",
            action="lambda:InvokeFunction",
            principal="events.amazonaws.com",
            **members,
        )


def play(scene: Callable[[Play], Awaitable[None]]) -> None:
    async def whole() -> None:
        world = Play()
        async with world.router:
            await scene(world)

    asyncio.run(whole())


@pytest.mark.parametrize("payload", [{"n": 1}, '{"n":1}', b'{"n":1}'])
def test_a_function_is_invoked_and_answers(payload: Any) -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", world.work)
        answer = await world.router.invoke("f", payload)
        assert json.loads(answer.payload) == {"got": {"n": 1}}
        assert (answer.status, answer.error, answer.version) == (200, None, "$LATEST")

    play(scene)


def test_a_plain_function_runs_in_a_thread_and_gets_an_object_without_a_payload() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", lambda event, context: [event, context.function_name])
        answer = await world.router.invoke("f")
        assert json.loads(answer.payload) == [{}, "f"]

    play(scene)


def test_a_function_that_is_put_again_runs_its_new_code() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", world.work, timeout=7)
        await world.router.invoke("f", 1)

        async def other(_event: Any, context: Any) -> Any:
            return context.function_name

        again = await world.router.put_function("f", other, memory_size=256)
        assert (await world.router.invoke("f", 2)).payload == b'"f"'
        assert world.got == [1]
        assert (again.configuration.timeout, again.configuration.memory_size) == (7, 256)

    play(scene)


def test_a_function_is_published_each_time_it_is_put_so() -> None:
    async def scene(world: Play) -> None:
        first = await world.router.put_function("f", world.work, publish=True)
        again = await world.router.put_function("f", world.work, publish=True, timeout=9)
        assert (first.number, again.number) == ("1", "2")

    play(scene)


def test_a_function_that_is_refused_leaves_the_one_before() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", world.work)
        with pytest.raises(LambdaError) as refused:
            await world.router.put_function("f", "no function")  # type: ignore[arg-type]
        assert refused.value.code is LambdaCode.INVALID_PARAMETER_VALUE
        with pytest.raises(LambdaError):
            await world.router.put_function("f", lambda *_: "new", timeout=0)
        assert json.loads((await world.router.invoke("f", 1)).payload) == {"got": 1}
        with pytest.raises(LambdaError):
            await world.router.put_function("no name", world.work)

    play(scene)


def test_operations_are_called_by_their_names() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", world.work)
        call = world.router.call_lambda
        answer = await call("Invoke", {"FunctionName": "f", "Payload": "1", "LogType": "Tail"})
        assert (answer["StatusCode"], answer["Payload"]) == (200, b'{"got": 1}')
        assert answer["ExecutedVersion"] == "$LATEST"
        assert "FunctionError" not in answer
        listed = await call("ListFunctions", {})
        assert [each["FunctionName"] for each in listed["Functions"]] == ["f"]
        queued = await call("Invoke", {"FunctionName": "f", "InvocationType": "Event"})
        assert queued == {"StatusCode": 202, "Payload": b""}
        with pytest.raises(LambdaError) as refused:
            await call("InvokeAlready", {})
        assert refused.value.code is LambdaCode.UNKNOWN_OPERATION

    play(scene)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"payload": {1, 2}}, LambdaCode.INVALID_REQUEST_CONTENT),
        ({"payload": float("nan")}, LambdaCode.INVALID_REQUEST_CONTENT),
        ({"payload": "\ud800"}, LambdaCode.INVALID_REQUEST_CONTENT),
        ({"invocation_type": "Sometimes"}, LambdaCode.VALIDATION),
        ({"invocation_type": 5}, LambdaCode.SERIALIZATION),
    ],
)
def test_junk_is_refused(arguments: dict[str, Any], code: LambdaCode) -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", world.work)
        with pytest.raises(LambdaError) as refused:
            await world.router.invoke("f", **arguments)
        assert refused.value.code is code
        assert world.got == []

    play(scene)


def test_a_client_context_reaches_the_function() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", world.work)
        await world.router.invoke("f", client_context={"custom": {"k": "v"}})
        assert world.contexts[0].client_context.custom == {"k": "v"}

    play(scene)


def test_a_rule_invokes_a_function_that_lets_it() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", world.work)
        await world.allow("f", source_arn=RULE)
        await world.rule_with(FUNCTION + "f")
        await world.router.put_events([ENTRY, ENTRY])
        await world.rest()
        assert [event["detail"] for event in world.got] == [{"total": 12.5}] * 2

    play(scene)


def test_what_a_function_raises_is_no_matter_of_the_rule() -> None:
    async def scene(world: Play) -> None:
        world.failures = 2
        await world.router.put_function("f", world.work)
        await world.allow("f")
        await world.rule_with({"Arn": FUNCTION + "f", "RetryPolicy": {"MaximumRetryAttempts": 0}})
        await world.router.put_events([ENTRY])
        await world.rest()
        assert world.router.dispatcher.delivered["default/orders/t"] == 1
        assert len(world.got) == 1
        await world.wait(180)
        assert len(world.got) == 3
        assert len({context.aws_request_id for context in world.contexts}) == 1
        assert await world.bodies("dead-letters") == []

    play(scene)


@pytest.mark.parametrize(
    ("function", "code", "text"),
    [
        (
            "f",
            "NO_PERMISSIONS",
            "User: events.amazonaws.com is not authorized to perform: lambda:InvokeFunction on "
            f"resource: {FUNCTION}f because no resource-based policy allows the "
            "lambda:InvokeFunction action (Service: AWSLambda; Status Code: 403; "
            "Error Code: AccessDeniedException; Request ID: null; Proxy: null)",
        ),
        (
            "g",
            "NO_RESOURCE",
            f"Function not found: {FUNCTION}g:$LATEST (Service: AWSLambda; Status Code: 404; "
            "Error Code: ResourceNotFoundException; Request ID: null; Proxy: null)",
        ),
    ],
)
def test_a_function_that_a_rule_cannot_invoke_is_the_matter_of_the_rule(
    function: str, code: str, text: str
) -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", world.work)
        await world.rule_with({"Arn": FUNCTION + function})
        await world.router.put_events([ENTRY])
        await world.rest()
        (letter,) = await world.router.queues.peek("dead-letters")
        attributes = letter.stored.message.attributes
        assert (attributes["ERROR_CODE"], attributes["ERROR_MESSAGE"]) == (code, text)
        assert world.got == []

    play(scene)


def test_the_policy_of_the_rule_that_is_named_holds_for_no_other() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", world.work)
        await world.allow("f", source_arn=RULE + "-other")
        await world.rule_with(FUNCTION + "f")
        await world.router.put_events([ENTRY])
        await world.rest()
        assert world.got == []

    play(scene)


def test_the_retries_of_a_function_are_counted_as_the_functions_own() -> None:
    async def scene(world: Play) -> None:
        world.failures = 1
        await world.router.put_function("f", world.work)
        await world.router.invoke("f", invocation_type="Event")
        await world.wait(60)
        assert world.tally.counts["f", LambdaMetric.ERRORS] == 1
        assert world.tally.counts["f", LambdaMetric.INVOCATIONS] == 2
        assert world.events.counts == {}

    play(scene)


@pytest.mark.parametrize("name", ["records", "missing"])
def test_the_record_of_a_success_goes_to_a_queue(name: str) -> None:
    async def scene(world: Play) -> None:
        await world.queue("records")
        await world.router.put_function("f", world.work)
        await world.router.functions.put_function_event_invoke_config(
            "f", destination_config={"OnSuccess": {"Destination": QUEUE + "records"}}
        )
        if name == "missing":
            await world.router.queues.delete_queue("records")
        await world.router.invoke("f", {"n": 1}, invocation_type="Event")
        await world.rest()
        failures = world.tally.counts.get(("f", LambdaMetric.DESTINATION_DELIVERY_FAILURES), 0)
        if name == "missing":
            assert failures == 1
        else:
            (record,) = map(json.loads, await world.bodies("records"))
            assert record["requestPayload"] == {"n": 1}
            assert record["responsePayload"] == {"got": {"n": 1}}
            assert failures == 0
        assert world.events.counts == {}

    play(scene)


@pytest.mark.parametrize("place", ["queue", "topic"])
def test_a_record_that_is_too_large_for_its_destination_is_dropped_and_counted(place: str) -> None:
    async def scene(world: Play) -> None:
        async def large(size: int, _context: Any) -> str:
            return "x" * size

        await world.queue("records")
        await world.router.topics.create_topic("records")
        await world.router.topics.subscribe("records", "records")
        service = {"queue": "sqs", "topic": "sns"}[place]
        await world.router.put_function("f", large)
        await world.router.functions.put_function_event_invoke_config(
            "f",
            destination_config={
                "OnSuccess": {"Destination": f"arn:aws:{service}:us-east-1:123456789012:records"}
            },
        )
        for size in (1 << 20, 1000):
            await world.router.invoke("f", size, invocation_type="Event")
            await world.rest()
        assert len(await world.bodies("records")) == 1
        assert world.tally.counts["f", LambdaMetric.DESTINATION_DELIVERY_FAILURES] == 1

    play(scene)


def test_an_event_whose_dead_letter_queue_is_gone_is_lost_and_counted() -> None:
    async def scene(world: Play) -> None:
        dead = await world.queue("dead")
        world.failures = 3
        await world.router.put_function("f", world.work, dead_letter_config={"TargetArn": dead})
        await world.router.queues.delete_queue("dead")
        await world.router.invoke("f", 1, invocation_type="Event")
        await world.rest()
        await world.wait(180)
        assert len(world.got) == 3
        assert world.tally.counts["f", LambdaMetric.DEAD_LETTER_ERRORS] == 1
        await world.queue("dead")
        await world.wait(86_400)
        assert await world.bodies("dead") == []

    play(scene)


def test_a_failure_goes_to_the_dead_letters_with_typed_attributes_and_to_a_topic() -> None:
    async def scene(world: Play) -> None:
        await world.router.topics.create_topic("t")
        await world.queue("heard")
        await world.router.topics.subscribe("t", "heard", SubscriptionSettings(raw_delivery=True))
        dead = await world.queue("dead")
        world.failures = 1
        await world.router.put_function("f", world.work, dead_letter_config={"TargetArn": dead})
        await world.router.functions.put_function_event_invoke_config(
            "f",
            maximum_retry_attempts=0,
            destination_config={
                "OnFailure": {"Destination": "arn:aws:sns:us-east-1:123456789012:t"}
            },
        )
        invoked = await world.router.invoke("f", '{"n": 1.50}', invocation_type="Event")
        await world.rest()
        (letter,) = await world.router.queues.peek("dead")
        assert letter.stored.message.body == '{"n": 1.50}'
        assert letter.stored.message.attributes == {
            "RequestID": (invoked.request_id, "String"),
            "ErrorCode": ("200", "Number"),
            "ErrorMessage": ("not yet", "String"),
        }
        (record,) = map(json.loads, await world.bodies("heard"))
        assert record["requestContext"]["condition"] == "RetriesExhausted"

    play(scene)


def test_a_record_goes_to_a_bus_where_its_rules_forward_it() -> None:
    async def scene(world: Play) -> None:
        plane = world.router.plane
        await plane.create_event_bus("results")
        await plane.create_event_bus("next")
        kept = await world.queue("kept")
        for bus, target in (("results", BUS + "next"), ("next", kept)):
            await world.router.put_rule(
                "all", event_pattern={"source": ["lambda"]}, event_bus_name=bus
            )
            await world.router.put_targets("all", {"t": target}, event_bus_name=bus)
        await world.router.put_function("f", world.work)
        await world.router.functions.put_function_event_invoke_config(
            "f", destination_config={"OnSuccess": {"Destination": BUS + "results"}}
        )
        await world.router.invoke("f", 1, invocation_type="Event")
        await world.rest()
        (event,) = map(json.loads, await world.bodies("kept"))
        assert event["detail-type"] == "Lambda Function Invocation Result - Success"
        assert event["resources"] == [BUS + "results", FUNCTION + "f:$LATEST"]
        assert event["detail"]["responsePayload"] == {"got": 1}

    play(scene)


def test_a_bus_that_is_gone_is_a_failure() -> None:
    async def scene(world: Play) -> None:
        await world.router.plane.create_event_bus("results")
        await world.router.put_function("f", world.work)
        await world.router.functions.put_function_event_invoke_config(
            "f", destination_config={"OnSuccess": {"Destination": BUS + "results"}}
        )
        await world.router.plane.delete_event_bus("results")
        await world.router.invoke("f", 1, invocation_type="Event")
        await world.rest()
        assert world.tally.counts["f", LambdaMetric.DESTINATION_DELIVERY_FAILURES] == 1

    play(scene)


def test_a_record_goes_to_another_function_as_its_event() -> None:
    async def scene(world: Play) -> None:
        async def first(event: Any, _context: Any) -> Any:
            return event

        await world.router.put_function("g", world.work)
        await world.router.put_function("f", first)
        await world.router.functions.put_function_event_invoke_config(
            "f", destination_config={"OnSuccess": {"Destination": FUNCTION + "g"}}
        )
        await world.router.invoke("f", 1, invocation_type="Event")
        await world.rest()
        (record,) = world.got
        assert record["responsePayload"] == 1

    play(scene)


def test_a_destination_that_is_not_there_is_refused() -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", world.work)
        for arn in (QUEUE + "no", FUNCTION + "no", BUS + "no"):
            with pytest.raises(LambdaError) as refused:
                await world.router.functions.put_function_event_invoke_config(
                    "f", destination_config={"OnSuccess": {"Destination": arn}}
                )
            assert refused.value.message == f"The destination ARN {arn} is invalid."

    play(scene)


@pytest.mark.parametrize("is_failing", [False, True])
def test_a_sudden_end_loses_no_event(tmp_path: Path, is_failing: bool) -> None:
    store = tmp_path / "events.db"
    clock = VirtualClock()

    async def before() -> str:
        world = Play(store, clock)
        await world.router.start()
        await world.queue("records")

        async def never(_event: Any, _context: Any) -> Any:
            if is_failing:
                raise ValueError("no")
            await asyncio.Event().wait()

        await world.router.put_function("f", never, timeout=900)
        await world.router.functions.put_function_event_invoke_config(
            "f", destination_config={"OnSuccess": {"Destination": QUEUE + "records"}}
        )
        queued = await world.router.invoke("f", {"n": 1}, invocation_type="Event")
        for _ in range(200):
            await asyncio.sleep(0)
        if is_failing:
            await world.rest()
        await drop(world.router)
        return queued.request_id

    async def after(request_id: str) -> None:
        world = Play(store, clock)
        world.router.register_handler("f", world.work)
        async with world.router:
            await world.rest()
            if is_failing:
                assert world.got == []
                await world.wait(60)
            assert world.got == [{"n": 1}]
            assert world.contexts[0].aws_request_id == request_id
            (record,) = map(json.loads, await world.bodies("records"))
            assert record["requestContext"]["requestId"] == request_id
            assert record["requestContext"]["approximateInvokeCount"] == 1 + is_failing

    asyncio.run(after(asyncio.run(before())))


async def drop(router: Router) -> None:
    """Let go of a router as a kill does: nothing is settled, but the file is not held."""
    await router.store.close()


CHILD = """
import asyncio, sys
from eventmatch.router.router import Router

async def never(event, context):
    await asyncio.Event().wait()

async def main():
    async with Router(sys.argv[1]) as router:
        await router.put_function("f", never, timeout=900)
        answer = await router.invoke("f", {"n": 1}, invocation_type="Event")
        print(answer.request_id, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def test_a_process_that_is_killed_loses_no_event(tmp_path: Path) -> None:
    store = str(tmp_path / "events.db")
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, store], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        request_id = child.stdout.readline().strip()
        child.kill()

    async def after() -> None:
        world = Play(store, VirtualClock(time.time()))
        world.router.register_handler("f", world.work)
        async with world.router:
            await world.rest()
            assert world.got == [{"n": 1}]
            assert world.contexts[0].aws_request_id == request_id

    asyncio.run(after())


def test_events_that_were_queued_wait_for_a_router_that_is_stopped(tmp_path: Path) -> None:
    async def scene() -> None:
        world = Play(tmp_path / "events.db")
        world.failures = 1
        async with world.router:
            await world.router.put_function("f", world.work)
            await world.router.invoke("f", 1, invocation_type="Event")
            await world.rest()
        async with world.router:
            await world.wait(60)
            assert world.got == [1, 1]
            assert (await world.router.invoke("f", 2)).error is None

    asyncio.run(scene())


def test_a_stop_ends_what_runs(tmp_path: Path) -> None:
    async def scene() -> None:
        world = Play(tmp_path / "events.db")
        ended: list[str] = []

        async def long(_event: Any, _context: Any) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("long")

        async with world.router:
            await world.router.put_function("f", long)
            await world.router.invoke("f", invocation_type="Event")
            for _ in range(200):
                await asyncio.sleep(0)
        assert ended == ["long"]

    asyncio.run(scene())


def test_a_stop_ends_what_somebody_waits_for() -> None:
    async def scene() -> None:
        world = Play()
        ended: list[str] = []

        async def long(_event: Any, _context: Any) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("long")

        async with world.router:
            await world.router.put_function("f", long)
            waiting = asyncio.create_task(world.router.invoke("f"))
            await settle()
        (answer,) = await asyncio.gather(waiting, return_exceptions=True)
        assert ended == ["long"]
        assert isinstance(answer, LambdaError)
        assert answer.code is LambdaCode.SERVICE

    asyncio.run(scene())


def test_what_is_provisioned_is_so_again_behind_a_start(tmp_path: Path) -> None:
    async def scene() -> None:
        world = Play(tmp_path / "events.db")
        async with world.router:
            await world.router.put_function("f", world.work, publish=True)
            await world.router.functions.put_provisioned_concurrency_config(
                "f", qualifier="1", provisioned_concurrent_executions=2
            )
        async with world.router:
            await settle()
            version = world.router.functions.resolve("f", "1").version
            provisioned = world.router.lambda_service.fleet.provisioned(version)
            assert provisioned is not None
            assert provisioned.available == 2

    asyncio.run(scene())


def test_code_in_a_folder_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "index.py").write_text(
        "import os\n"
        "def handler(event, context):\n"
        "    return [event, os.getpid(), context.function_version]\n"
    )

    async def scene() -> None:
        async with Router(tmp_path / "events.db") as router:
            version = await router.functions.create_function(
                "f",
                role="arn:aws:iam::123456789012:role/r",
                handler="index.handler",
                runtime="python3.12",
                code={"Folder": str(code)},
                timeout=30,
            )
            assert version.number == "$LATEST"
            first, again = [json.loads((await router.invoke("f", n)).payload) for n in (1, 2)]
            assert (first[0], first[2]) == (1, "$LATEST")
            assert first[1] == again[1] != os.getpid()

    asyncio.run(scene())


def test_scripts_invoke_without_a_loop() -> None:
    with SyncRouter() as router:
        router.put_function("f", lambda event, _context: event["n"] + 1)
        assert router.invoke("f", {"n": 1}).payload == b"2"
        assert router.call_lambda("GetFunction", {"FunctionName": "f"})["Configuration"]
        with pytest.raises(ServiceError):
            router.call("Invoke", {})


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Payload": "\ud800"}, LambdaCode.INVALID_REQUEST_CONTENT),
        ({"Payload": object()}, LambdaCode.INVALID_REQUEST_CONTENT),
        ({"Payload": "1 2"}, LambdaCode.INVALID_REQUEST_CONTENT),
        ({"ClientContext": 5}, LambdaCode.SERIALIZATION),
        ({"ClientContext": "?"}, LambdaCode.INVALID_REQUEST_CONTENT),
        ({"TraceHeader": 5}, LambdaCode.SERIALIZATION),
    ],
    ids=range(6),
)
def test_members_of_invoke_that_cannot_be_are_refused(
    parameters: dict[str, Any], code: LambdaCode
) -> None:
    async def scene(world: Play) -> None:
        await world.router.put_function("f", world.work)
        with pytest.raises(LambdaError) as refused:
            await world.router.call_lambda("Invoke", {"FunctionName": "f", **parameters})
        assert refused.value.code is code
        assert world.got == []

    play(scene)


def test_an_event_that_is_on_its_way_into_the_store_is_kept_when_the_router_stops(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        got: list[Any] = []
        router = Router(tmp_path / "events.db")
        await router.start()
        await router.put_function("f", lambda event, _: got.append(event))
        invoke = router.invoke("f", 1, invocation_type=InvocationType.EVENT)
        task = asyncio.create_task(invoke)
        while not router.lambda_service._enqueuer._keeping:
            await asyncio.sleep(0)
        await router.stop()
        assert (await task).status == 202
        async with router:
            await router.idle()
        assert got == [1]

    asyncio.run(scene())
