"""A router that the scenarios of `patterns/functions/` are played on.

The format is told in `patterns/functions/README.md`.
"""

import asyncio
import builtins
import io
import json
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random
from typing import Any, Final

from eventmatch.errors import QueueError, ServiceError
from eventmatch.functions.errors import LambdaError
from eventmatch.queues.model import Attribute, Message, QueueSettings, Received, RedrivePolicy
from eventmatch.queues.subscription import SubscriptionSettings
from eventmatch.router.router import Router
from eventmatch.streams.model import Record, StreamSettings
from eventmatch.streams.sharding import sequence_text, shard_id
from eventmatch.testing.clock import VirtualClock, settle
from tests.service_vectors import Scenario, check, fits, moment, value_of

START: Final = moment("2026-01-02T03:04:05Z")
Operation = Callable[["Stage", Mapping[str, Any]], Awaitable[dict[str, Any]]]


class Stage:
    """A router on a clock that stands still, whose functions do what a scenario says."""

    def __init__(self, scenario: Scenario) -> None:
        self.clock = VirtualClock(START)
        self.router = Router(clock=self.clock, random=Random(5))
        self.invocations: list[dict[str, Any]] = []
        self._scenario = scenario
        self._runs: Counter[str] = Counter()
        self._names: dict[str, Any] = {}

    async def play(self) -> None:
        """Make the calls, and assert their outcomes."""
        for name, steps in self._scenario.data.get("handlers", {}).items():
            self.router.register_handler(name, self._handler(name, steps))
        async with self.router:
            for role, actions in self._scenario.data.get("roles", {}).items():
                await self.router.functions.put_role(role, actions=actions)
            for step in self._scenario.calls:
                await self._perform(step)

    async def _perform(self, step: Mapping[str, Any]) -> None:
        names = self._names
        if "at" in step:
            await self.clock.advance(moment(step["at"]) - self.clock.now())
        if "after" in step:
            await self.clock.advance(step["after"])
        if step["op"] != "wait":
            for number in range(1, step.get("repeat", 1) + 1):
                found = await self._outcome(step["op"], value_of(step["params"], names, number))
                check(step, found, names, number)
                await settle()
        if (expected := step.get("invocations")) is not None:
            await settle()
            started, self.invocations = self.invocations, []
            assert fits(_with_others(expected), started, names), (step, started)

    async def _outcome(self, name: str, parameters: Any) -> Mapping[str, Any]:
        operation = OPERATIONS.get(name)
        if operation is None:
            service, _, plain = name.rpartition(":")
            assert service in ("", "events"), name
            call = self.router.call if service else self.router.call_lambda
            making = call(plain, parameters)
        else:
            making = operation(self, parameters)
        try:
            return {"result": await making}
        except (ServiceError, LambdaError, QueueError) as error:
            return {"error": {"code": str(error.code), "message": error.message}}

    def _handler(self, name: str, steps: Sequence[Any]) -> Callable[[Any, Any], Awaitable[Any]]:
        async def handler(event: Any, context: Any) -> Any:
            step = steps[min(self._runs[name], len(steps) - 1)]
            self._runs[name] += 1
            self.invocations.append(
                {
                    "handler": name,
                    "version": context.function_version,
                    "event": event,
                    "request_id": context.aws_request_id,
                    "arn": context.invoked_function_arn,
                    "at": self.clock.now(),
                }
            )
            await self.clock.sleep_until(self.clock.now() + step.get("takes", 0))
            return _done(step, event, context, self._names)

        return handler


def _done(step: Mapping[str, Any], event: Any, context: Any, names: Mapping[str, Any]) -> Any:
    match step:
        case {"returns": value}:
            return value_of(value, names)
        case {"echo": True}:
            return event
        case {"context": attributes}:
            return {name: getattr(context, name) for name in attributes}
        case {"exits": status}:
            raise SystemExit(status)
        case {"raises": {"type": kind, "message": message}}:
            error = getattr(builtins, kind, None) or type(kind, (Exception,), {})
            raise error(value_of(message, names))
    raise AssertionError(step)


def _with_others(expected: Any) -> Any:
    if isinstance(expected, dict):
        return {"$unordered": _with_others(expected["$unordered"])}
    return [{**each, "$others": True} for each in expected]


async def _invoke(stage: Stage, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Invoke a function, and let the clock go on for as long as it takes."""
    task = asyncio.create_task(stage.router.call_lambda("Invoke", parameters))
    await settle()
    while not task.done():
        moment = stage.clock.next_moment()
        assert moment is not None, "the invocation does not end"
        await stage.clock.advance(moment - stage.clock.now())
    answer = await task
    return {**answer, "Payload": answer["Payload"].decode()}


async def _create_function(stage: Stage, parameters: Mapping[str, Any]) -> dict[str, Any]:
    code = parameters.get("Code")
    if isinstance(code, dict) and "Handlers" in code:
        # Code that is no archive may go without these.
        is_whole = {"Handler", "Runtime"} <= parameters.keys()
        plain = {"Callable": code["Handlers"]} if is_whole else {"ZipFile": _archive()}
        parameters = {**parameters, "Code": plain}
    return await stage.router.call_lambda("CreateFunction", parameters)


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return event")
    return buffer.getvalue()


async def _update_code(stage: Stage, parameters: Mapping[str, Any]) -> dict[str, Any]:
    told = {("Callable" if name == "Handlers" else name): v for name, v in parameters.items()}
    return await stage.router.call_lambda("UpdateFunctionCode", told)


async def _create_queue(stage: Stage, parameters: Mapping[str, Any]) -> dict[str, Any]:
    settings = _settings(parameters.get("Attributes", {}))
    await stage.router.queues.create_queue(parameters["QueueName"], settings)
    return {}


def _settings(attributes: Mapping[str, str]) -> QueueSettings:
    redrive = json.loads(attributes.get("RedrivePolicy", "null"))
    return QueueSettings(
        visibility_timeout=int(attributes.get("VisibilityTimeout", 30)),
        delay=int(attributes.get("DelaySeconds", 0)),
        retention=int(attributes.get("MessageRetentionPeriod", 345_600)),
        maximum_message_size=int(attributes.get("MaximumMessageSize", 1_048_576)),
        fifo=attributes.get("FifoQueue") == "true",
        content_based_deduplication=attributes.get("ContentBasedDeduplication") == "true",
        redrive=redrive
        and RedrivePolicy(
            redrive["deadLetterTargetArn"].rpartition(":")[2], int(redrive["maxReceiveCount"])
        ),
    )


async def _send_message(stage: Stage, parameters: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {
        name: Attribute(value.get("StringValue", value.get("BinaryValue")), value["DataType"])
        for name, value in parameters.get("MessageAttributes", {}).items()
    }
    message = Message(
        parameters["MessageBody"],
        attributes,
        parameters.get("MessageGroupId"),
        parameters.get("MessageDeduplicationId"),
        parameters.get("DelaySeconds"),
    )
    sent = await stage.router.queues.send(parameters["QueueName"], message)
    return {"MessageId": sent.id}


async def _receive_message(stage: Stage, parameters: Mapping[str, Any]) -> dict[str, Any]:
    limit = parameters.get("MaxNumberOfMessages", 1)
    received = await stage.router.queues.receive(parameters["QueueName"], limit, wait=0)
    return {"Messages": [_shown(each) for each in received]}


def _shown(received: Received) -> dict[str, Any]:
    message = received.stored.message
    typed = {
        name: Attribute(value) if isinstance(value, str) else value
        for name, value in message.attributes.items()
    }
    shown: dict[str, Any] = {
        "Body": message.body,
        "Attributes": {"ApproximateReceiveCount": str(received.receive_count)},
    }
    if typed:
        shown["MessageAttributes"] = {
            name: {"StringValue": value.value, "DataType": value.type}
            for name, value in typed.items()
        }
    return shown


async def _count(stage: Stage, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return (await stage.router.queues.counts(parameters["QueueName"]))._asdict()


async def _create_topic(stage: Stage, parameters: Mapping[str, Any]) -> dict[str, Any]:
    await stage.router.topics.create_topic(parameters["Name"])
    return {}


async def _subscribe(stage: Stage, parameters: Mapping[str, Any]) -> dict[str, Any]:
    settings = SubscriptionSettings(raw_delivery=parameters.get("Raw", False))
    await stage.router.topics.subscribe(parameters["Topic"], parameters["Queue"], settings)
    return {}


async def _create_stream(stage: Stage, parameters: Mapping[str, Any]) -> dict[str, Any]:
    settings = StreamSettings(parameters["ShardCount"])
    await stage.router.streams.create_stream(parameters["StreamName"], settings)
    return {}


async def _put_record(stage: Stage, parameters: Mapping[str, Any]) -> dict[str, Any]:
    record = Record(parameters["Data"].encode(), parameters["PartitionKey"])
    put = await stage.router.streams.put_record(parameters["StreamName"], record)
    return {"ShardId": shard_id(put.shard), "SequenceNumber": sequence_text(put.sequence)}


OPERATIONS: Final[Mapping[str, Operation]] = {
    "Invoke": _invoke,
    "CreateFunction": _create_function,
    "UpdateFunctionCode": _update_code,
    "sqs:CreateQueue": _create_queue,
    "sqs:SendMessage": _send_message,
    "sqs:ReceiveMessage": _receive_message,
    "sqs:Count": _count,
    "sns:CreateTopic": _create_topic,
    "sns:Subscribe": _subscribe,
    "kinesis:CreateStream": _create_stream,
    "kinesis:PutRecord": _put_record,
}
