"""What Lambda refuses, runs at once, or queues."""

import asyncio

import pytest

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.invoking import InvocationLimits, Source
from eventmatch.functions.model import (
    InvocationType,
    Invoked,
    Provisioned,
    ProvisionedStatus,
)
from eventmatch.functions.ports import LambdaMetric
from tests.functions.worlds import ARN, THROTTLE, World, fails, play, succeeds


def test_a_function_that_is_waited_for_answers_with_its_result_and_version() -> None:
    async def scene(world: World) -> None:
        world.runner.answers = [succeeds({"total": 3})]
        world.directory.number = "7"
        answer = await world.invoke("f", b'{"a":1}', qualifier="live", client_context='{"k":1}')
        (_, version, call) = world.runner.calls[0]
        assert (answer.status, answer.payload, answer.error) == (200, b'{"total":3}', None)
        assert answer.version == version.number == "7"
        assert answer.request_id == call.request_id
        assert call.payload == b'{"a":1}'
        assert call.invoked_arn == f"{ARN}:live"
        assert call.client_context == '{"k":1}'
        assert world.tally.counts == {LambdaMetric.INVOCATIONS: 1}
        assert world.tally.measured == [(LambdaMetric.DURATION, 0.25)]

    play(scene)


def test_that_a_function_fails_is_an_answer_and_counted() -> None:
    async def scene(world: World) -> None:
        world.runner.answers = [fails("no")]
        answer = await world.invoke("f")
        assert (answer.status, answer.error) == (200, "Unhandled")
        assert b'"errorMessage":"no"' in answer.payload
        assert world.tally.counts == {LambdaMetric.INVOCATIONS: 1, LambdaMetric.ERRORS: 1}

    play(scene)


def test_an_empty_payload_is_an_empty_object() -> None:
    async def scene(world: World) -> None:
        await world.invoke("f", b"")
        await world.event(b"")
        assert [call.payload for _, _, call in world.runner.calls] == [b"{}", b"{}"]

    play(scene)


def test_a_dry_run_asks_whether_there_is_such_a_function_and_runs_nothing() -> None:
    async def scene(world: World) -> None:
        answer = await world.invoke("f", invocation_type=InvocationType.DRY_RUN)
        assert answer == Invoked(204, answer.request_id)
        assert world.runner.tried == []
        with pytest.raises(LambdaError) as refused:
            await world.invoke("g", invocation_type=InvocationType.DRY_RUN)
        assert refused.value.code is LambdaCode.RESOURCE_NOT_FOUND

    play(scene)


@pytest.mark.parametrize("invocation_type", InvocationType)
@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "Unexpected end-of-input: expected close marker for Object (start marker at "),
        (b"{'a':1}", "Unexpected character (''' (code 39)): "),
        (b"\xff", "Invalid UTF-8 byte 0xff"),
        (b"1 2", ""),
        (b" ", "No content"),
        (b"NaN", ""),
    ],
)
def test_what_is_no_json_is_refused(
    payload: bytes, reason: str, invocation_type: InvocationType
) -> None:
    async def scene(world: World) -> None:
        with pytest.raises(LambdaError) as refused:
            await world.invoke("f", payload, invocation_type=invocation_type)
        assert refused.value.code is LambdaCode.INVALID_REQUEST_CONTENT
        assert refused.value.message.startswith(
            "Could not parse request body into json: Could not parse payload into json: " + reason
        )
        assert world.runner.tried == []

    play(scene)


def test_what_is_no_json_is_told_with_its_place() -> None:
    async def scene(world: World) -> None:
        with pytest.raises(LambdaError) as refused:
            await world.invoke("f", b'{"a":')
        assert refused.value.message == (
            "Could not parse request body into json: Could not parse payload into json: "
            "Unexpected end-of-input within/between Object entries\n"
            " at [Source: (byte[]); line: 1, column: 6]"
        )

    play(scene)


@pytest.mark.parametrize(
    ("invocation_type", "most", "text"),
    [
        (
            InvocationType.REQUEST_RESPONSE,
            20,
            "Request must be smaller than 20 bytes for the InvokeFunction operation",
        ),
        (
            InvocationType.EVENT,
            10,
            "11 byte payload is too large for the Event invocation type (limit 10 bytes)",
        ),
    ],
)
def test_a_payload_may_have_so_many_bytes(
    invocation_type: InvocationType, most: int, text: str
) -> None:
    async def scene(world: World) -> None:
        fitting = b'"' + b"x" * (most - 2) + b'"'
        await world.invoke("f", fitting, invocation_type=invocation_type)
        with pytest.raises(LambdaError) as refused:
            await world.invoke("f", fitting + b" ", invocation_type=invocation_type)
        assert (refused.value.code, refused.value.message) == (LambdaCode.REQUEST_TOO_LARGE, text)

    play(scene, limits=InvocationLimits(synchronous_payload=20, asynchronous_payload=10))


def test_a_throttle_is_raised_and_counted_to_who_waits() -> None:
    async def scene(world: World) -> None:
        world.runner.answers = [THROTTLE]
        with pytest.raises(LambdaError) as refused:
            await world.invoke("f")
        assert refused.value is THROTTLE
        assert world.tally.counts == {LambdaMetric.THROTTLES: 1}

    play(scene)


def test_what_runs_beside_its_provisioned_environments_is_counted() -> None:
    async def scene(world: World) -> None:
        world.runner.provision_of = Provisioned(1, 1, 1, ProvisionedStatus.READY)
        world.runner.answers = [succeeds()._replace(is_provisioned=True), succeeds()]
        spillover = LambdaMetric.PROVISIONED_CONCURRENCY_SPILLOVER_INVOCATIONS
        await world.invoke("f")
        assert world.tally.counts[spillover] == 0
        await world.invoke("f")
        assert world.tally.counts[spillover] == 1

    play(scene)


def test_an_event_is_answered_while_it_runs_or_waits() -> None:
    async def scene(world: World) -> None:
        world.runner.gate = asyncio.Event()
        answer = await world.invoke("f", invocation_type=InvocationType.EVENT)
        assert answer == Invoked(202, answer.request_id)
        assert await world.left() == 1
        world.runner.gate.set()
        await world.rest()
        (_, _, call) = world.runner.calls[0]
        assert call.request_id == answer.request_id
        assert await world.left() == 0

    play(scene)


def test_events_of_a_source_are_queued_in_one_go_but_those_that_are_refused() -> None:
    async def scene(world: World) -> None:
        source = Source("events.amazonaws.com", "arn:rule", "123456789012")
        first, bad, last = await world.invoke.enqueue(
            ARN, [(b"1", None), (b"{", None), (b"2", "Root=1-2")], source
        )
        await world.rest()
        calls = [call for _, _, call in world.runner.calls]
        assert [(call.payload, call.request_id) for call in calls] == [(b"1", first), (b"2", last)]
        assert [call.trace for call in calls] == [None, "Root=1-2"]
        assert isinstance(bad, LambdaError)
        assert world.directory.sources == [("events.amazonaws.com", "arn:rule", "123456789012")]

    play(scene)


def test_a_source_that_the_policy_does_not_name_queues_nothing() -> None:
    async def scene(world: World) -> None:
        world.directory.is_open = False
        source = Source("events.amazonaws.com", "arn:rule", "123456789012")
        with pytest.raises(LambdaError) as refused:
            await world.invoke.enqueue(ARN, [(b"1", None)], source)
        assert refused.value.code is LambdaCode.ACCESS_DENIED
        assert refused.value.message == (
            "User: events.amazonaws.com is not authorized to perform: lambda:InvokeFunction on "
            f"resource: {ARN} because no resource-based policy allows the lambda:InvokeFunction "
            "action"
        )
        assert await world.left() == 0
        await world.invoke.enqueue(ARN, [(b"1", None)])
        await world.rest()
        assert len(world.runner.calls) == 1

    play(scene)
