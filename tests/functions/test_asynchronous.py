"""Events that wait for their function: service reference §6.2, moment by moment."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from eventmatch.errors import StoreCode, StoreError
from eventmatch.functions.model import EventInvokeConfig, InvocationType
from eventmatch.functions.ports import LambdaMetric
from tests.functions.worlds import (
    NO_ENVIRONMENT,
    QUEUE,
    THROTTLE,
    World,
    fails,
    play,
    succeeds,
)


def config(**members: Any) -> EventInvokeConfig:
    return EventInvokeConfig(last_modified=0.0, **members)


BOTH = config(on_success=QUEUE + "good", on_failure=QUEUE + "bad")


def told(world: World) -> list[tuple[str, str, int]]:
    """Return for each record where it went, the condition, and how often the function ran."""
    contexts = [record["requestContext"] for record in world.records()]
    return [
        (parcel.arn.removeprefix(QUEUE), context["condition"], context["approximateInvokeCount"])
        for parcel, context in zip(world.outbox.parcels, contexts, strict=True)
    ]


def test_a_function_that_succeeds_runs_once() -> None:
    async def scene(world: World) -> None:
        world.directory.config = BOTH
        await world.event()
        await world.wait(1000)
        assert world.runs() == [0]
        assert told(world) == [("good", "Success", 1)]
        assert await world.left() == 0

    play(scene)


def test_a_function_that_fails_is_tried_again_behind_one_minute_and_two() -> None:
    async def scene(world: World) -> None:
        world.directory.config = BOTH
        world.runner.answers = [fails()]
        answer = await world.event()
        await world.wait(179)
        assert world.runs() == [0, 60]
        assert told(world) == []
        await world.wait(1)
        assert world.runs() == [0, 60, 180]
        assert {call.request_id for _, _, call in world.runner.calls} == {answer.request_id}
        assert told(world) == [("bad", "RetriesExhausted", 3)]
        await world.wait(100_000)
        assert len(world.runs()) == 3
        assert await world.left() == 0

    play(scene)


@pytest.mark.parametrize(("retries", "runs"), [(0, [0]), (1, [0, 60]), (2, [0, 60, 180])])
def test_a_configuration_says_how_often_it_is_tried_again(retries: int, runs: list[float]) -> None:
    async def scene(world: World) -> None:
        world.directory.config = replace(BOTH, maximum_retry_attempts=retries)
        world.runner.answers = [fails()]
        await world.event()
        await world.wait(1000)
        assert world.runs() == runs
        assert told(world) == [("bad", "RetriesExhausted", len(runs))]

    play(scene)


def test_a_retry_that_succeeds_ends_the_event() -> None:
    async def scene(world: World) -> None:
        world.directory.config = BOTH
        world.runner.answers = [fails(), succeeds()]
        await world.event()
        await world.wait(1000)
        assert world.runs() == [0, 60]
        assert told(world) == [("good", "Success", 2)]

    play(scene)


@pytest.mark.parametrize(
    ("age", "runs"),
    [(60, [0]), (61, [0, 60]), (180, [0, 60]), (181, [0, 60, 180])],
)
def test_an_event_that_would_be_too_old_by_its_retry_ends_at_once(
    age: int, runs: list[float]
) -> None:
    async def scene(world: World) -> None:
        world.directory.config = replace(BOTH, maximum_event_age=age)
        world.runner.answers = [fails()]
        await world.event()
        await world.wait(runs[-1])
        condition = "RetriesExhausted" if len(runs) == 3 else "EventAgeExceeded"
        assert told(world) == [("bad", condition, len(runs))]
        await world.wait(1000)
        assert world.runs() == runs
        assert len(world.outbox.parcels) == 1

    play(scene)


def test_a_throttle_backs_off_from_one_second_to_five_minutes_and_uses_no_retry() -> None:
    async def scene(world: World) -> None:
        world.directory.config = BOTH
        world.runner.answers = [THROTTLE] * 11 + [fails()]
        await world.event()
        await world.wait(1200)
        assert world.attempts() == [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111, 1171]
        await world.wait(1000)
        assert world.runs() == [1111, 1171, 1291]
        assert told(world) == [("bad", "RetriesExhausted", 3)]
        assert world.tally.counts[LambdaMetric.THROTTLES] == 11

    play(scene)


@pytest.mark.parametrize(("failures", "retry"), [(1, 60), (2, 180)])
def test_a_throttle_behind_a_failure_backs_off_from_one_second_again(
    failures: int, retry: int
) -> None:
    async def scene(world: World) -> None:
        world.directory.config = BOTH
        world.runner.answers = [*[fails()] * failures, *[THROTTLE] * 3, succeeds()]
        await world.event()
        await world.wait(400)
        throttled = world.attempts()[failures:]
        assert throttled[0] == retry
        # Lanes add up to four seconds of their own.
        assert retry + 1 <= throttled[1] <= retry + 4
        assert throttled[3] <= retry + 20
        assert told(world) == [("good", "Success", failures + 1)]

    play(scene)


@pytest.mark.parametrize("refusal", [THROTTLE, NO_ENVIRONMENT, RuntimeError("what?")])
def test_what_keeps_a_function_from_running_does_so_until_the_event_is_too_old(
    refusal: Exception,
) -> None:
    async def scene(world: World) -> None:
        world.directory.config = BOTH
        world.runner.answers = [refusal]
        await world.event()
        await world.wait(21_000)
        assert told(world) == []
        await world.wait(600)
        assert told(world) == [("bad", "EventAgeExceeded", 0)]
        (record,) = world.records()
        assert record.keys() == {"version", "timestamp", "requestContext", "requestPayload"}
        assert await world.left() == 0

    play(scene)


def test_why_a_function_cannot_be_run_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(world: World) -> None:
        world.runner.answers = [THROTTLE, NO_ENVIRONMENT, NO_ENVIRONMENT, succeeds()]
        await world.event()
        await world.wait(100)
        assert await world.left() == 0

    play(scene)
    logged = [each.getMessage() for each in caplog.records if each.name == "eventmatch.functions"]
    assert [line.partition(": ")[2] for line in logged] == [
        "could not be run: there is no environment"
    ]


def test_a_function_whose_reserved_concurrency_is_zero_is_not_tried() -> None:
    async def scene(world: World) -> None:
        world.directory.config = BOTH
        world.directory.reserve = 0
        await world.event()
        assert world.attempts() == []
        assert told(world) == [("bad", "ZeroReservedConcurrency", 0)]
        assert world.records()[0].keys().isdisjoint({"responseContext", "responsePayload"})

    play(scene)


def test_a_function_that_is_switched_off_behind_a_failure_ends_at_its_retry() -> None:
    async def scene(world: World) -> None:
        world.directory.config = BOTH
        world.runner.answers = [fails()]
        await world.event()
        world.directory.reserve = 0
        await world.wait(60)
        assert world.runs() == [0]
        assert told(world) == [("bad", "ZeroReservedConcurrency", 1)]

    play(scene)


def test_an_event_runs_what_the_function_is_when_its_turn_comes() -> None:
    async def scene(world: World) -> None:
        world.runner.answers = [fails(), succeeds()]
        await world.event()
        world.directory.number = "8"
        await world.wait(60)
        assert [version.number for _, version, _ in world.runner.calls] == ["$LATEST", "8"]

    play(scene)


def test_a_configuration_that_changes_holds_for_events_that_wait() -> None:
    async def scene(world: World) -> None:
        world.runner.answers = [fails()]
        await world.event()
        world.directory.config = replace(BOTH, maximum_retry_attempts=1)
        await world.wait(60)
        assert told(world) == [("bad", "RetriesExhausted", 2)]

    play(scene)


def test_the_events_of_a_function_that_is_deleted_are_dropped() -> None:
    async def scene(world: World) -> None:
        world.directory.config = BOTH
        world.runner.answers = [fails()]
        await world.event()
        world.directory.configuration = None
        await world.wait(60)
        assert world.runs() == [0]
        assert await world.left() == 0
        assert world.outbox.parcels == []
        assert world.tally.counts[LambdaMetric.ASYNC_EVENTS_DROPPED] == 1

    play(scene)


def test_a_failure_that_nobody_is_told_of_is_dropped_and_counted() -> None:
    async def scene(world: World) -> None:
        world.runner.answers = [fails()]
        world.directory.config = config(maximum_retry_attempts=0)
        await world.event()
        counts = world.tally.counts
        assert counts[LambdaMetric.ASYNC_EVENTS_DROPPED] == 1
        assert counts[LambdaMetric.ASYNC_EVENTS_RECEIVED] == 1
        world.runner.answers = [succeeds()]
        await world.event()
        assert counts[LambdaMetric.ASYNC_EVENTS_DROPPED] == 1

    play(scene)


def test_a_role_that_may_not_send_costs_what_it_would_have_sent() -> None:
    async def scene(world: World) -> None:
        world.directory.config = replace(BOTH, maximum_retry_attempts=0)
        assert world.directory.configuration is not None
        world.directory.configuration = replace(
            world.directory.configuration, dead_letters="arn:aws:sns:us-east-1:123456789012:dead"
        )
        world.directory.denied = {"sqs:SendMessage"}
        world.runner.answers = [fails()]
        await world.event()
        assert [parcel.arn.rpartition(":")[2] for parcel in world.outbox.parcels] == ["dead"]
        counts = world.tally.counts
        assert counts[LambdaMetric.DESTINATION_DELIVERY_FAILURES] == 1
        assert counts[LambdaMetric.DEAD_LETTER_ERRORS] == 0
        world.directory.denied = {"sns:Publish"}
        await world.event()
        assert counts[LambdaMetric.DEAD_LETTER_ERRORS] == 1
        assert counts[LambdaMetric.DESTINATION_DELIVERY_FAILURES] == 1

    play(scene)


def test_an_end_that_cannot_be_kept_is_told_later() -> None:
    async def scene(world: World) -> None:
        world.directory.config = BOTH
        world.outbox.fault = StoreError(StoreCode.FULL, "the disk is full")
        await world.event()
        await world.wait(5)
        assert len(world.runs()) > 1
        world.outbox.fault = None
        await world.wait(5)
        assert told(world) == [("good", "Success", 1)]
        assert await world.left() == 0

    play(scene)


def test_so_many_events_of_a_function_run_at_once() -> None:
    async def scene(world: World) -> None:
        world.runner.gate = asyncio.Event()
        for _ in range(5):
            await world.invoke("f", invocation_type=InvocationType.EVENT)
        while len(world.runner.calls) < 2:
            await asyncio.sleep(0)
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(world.runner.calls) == 2
        world.runner.gate.set()
        await world.rest()
        assert len(world.runner.calls) == 5

    play(scene, concurrency=2)


def test_an_event_that_waited_too_long_for_its_turn_is_not_tried() -> None:
    async def scene(world: World) -> None:
        world.directory.config = replace(BOTH, maximum_event_age=60)
        await world.dispatcher.stop()
        await world.invoke("f", invocation_type=InvocationType.EVENT)
        await world.clock.advance(60)
        await world.dispatcher.start()
        await world.rest()
        assert world.attempts() == []
        assert told(world) == [("bad", "EventAgeExceeded", 0)]

    play(scene)


def test_the_age_of_an_event_is_measured_at_each_attempt() -> None:
    async def scene(world: World) -> None:
        world.runner.answers = [fails(), succeeds()]
        await world.event()
        await world.wait(60)
        ages = [value for metric, value in world.tally.measured if metric.endswith("Age")]
        assert ages == [0, 60]

    play(scene)


def test_where_the_clock_is_set_back_refusals_are_tried_again_as_ever() -> None:
    async def scene(world: World) -> None:
        async def run(*_: object) -> Any:
            world.clock._now -= 1000 if not world.runner.tried else 0
            world.runner.tried.append(world.clock.now())
            raise THROTTLE if len(world.runner.tried) < 9 else LookupError

        world.runner.run = run  # type: ignore[method-assign]
        await world.event()
        assert world.attempts() == [-1000]
        await world.wait(1)
        assert world.attempts() == [-1000, -999]

    play(scene)
