"""What becomes of deliveries."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

import pytest

from eventmatch.delivery import dispatcher
from eventmatch.delivery.lane import MOST_BYTES, ROOM
from eventmatch.delivery.model import (
    DELIVERED,
    Attempt,
    Delivery,
    ErrorCode,
    Event,
    Outcome,
    RetryPolicy,
    delivery_id,
)
from eventmatch.delivery.ports import Destination, InvalidPayload, Metric
from eventmatch.testing.clock import settle
from tests.delivery.worlds import FakeTarget, World, play

REFUSED = Outcome(ErrorCode.CONNECTION_FAILURE, "refused")
DENIED = Outcome(ErrorCode.NO_PERMISSIONS, "denied")
ARNS = {"RULE_ARN": "arn:rule", "TARGET_ARN": "arn:target"}


def failing(times: int) -> Callable[[Attempt], Outcome]:
    return lambda attempt: REFUSED if attempt.number <= times else DELIVERED


def always(outcome: Outcome) -> Callable[[Attempt], Outcome]:
    return lambda _: outcome


async def never(_: Attempt) -> Outcome:
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


def test_every_target_gets_every_event_once() -> None:
    async def scene() -> None:
        a, b = FakeTarget(), FakeTarget()
        world = World(a=a, b=b)
        await world.put(b"1", b"2")
        assert a.bodies == b.bodies == {b"1": 1, b"2": 1}
        assert await world.left() == 0

    play(scene)


@pytest.mark.parametrize("failures", [1, 2, 7])
def test_a_target_that_comes_back_gets_the_event(failures: int) -> None:
    async def scene() -> None:
        target = FakeTarget(failing(failures))
        world = World(a=target)
        await world.put(b"1")
        await world.clock.advance(86_400)
        assert [attempt.number for attempt in target.attempts] == list(range(1, failures + 2))
        assert await world.left() == 0
        assert not world.letters

    play(scene)


@pytest.mark.parametrize("retries", [0, 1, 185])
def test_retries_run_out(retries: int) -> None:
    async def scene() -> None:
        target = FakeTarget(always(REFUSED))
        policy = RetryPolicy(retries, 86_400)
        world = World(a=Destination("a", target, policy, None, "dlq", ARNS))
        await world.put(b"1")
        await world.clock.advance(90_000)
        (letter,) = world.letters["dlq"]
        assert letter.payload == b"1"
        assert letter.attributes == ARNS | {
            "ERROR_CODE": "CONNECTION_FAILURE",
            "ERROR_MESSAGE": "refused",
            "EXHAUSTED_RETRY_CONDITION": letter.attributes["EXHAUSTED_RETRY_CONDITION"],
            "RETRY_ATTEMPTS": str(len(target.attempts) - 1),
        }
        if retries < 185:
            assert letter.attributes["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
            assert len(target.attempts) == retries + 1
        assert await world.left() == 0

    play(scene)


def test_the_age_runs_out() -> None:
    async def scene() -> None:
        target = FakeTarget(always(REFUSED))
        world = World(a=Destination("a", target, RetryPolicy(185, 60), None, "dlq", ARNS))
        await world.put(b"1")
        await world.clock.advance(59.9)
        assert not world.letters
        await world.clock.advance(0.2)
        (letter,) = world.letters["dlq"]
        assert letter.attributes["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"
        assert len(target.attempts) > 3

    play(scene)


def test_what_no_retry_would_help_is_a_dead_letter_with_four_attributes() -> None:
    async def scene() -> None:
        target = FakeTarget(always(DENIED))
        world = World(a=Destination("a", target, RetryPolicy(), None, "dlq", ARNS))
        await world.put(b"1")
        (letter,) = world.letters["dlq"]
        assert letter.attributes == ARNS | {
            "ERROR_CODE": "NO_PERMISSIONS",
            "ERROR_MESSAGE": "denied",
        }
        assert len(target.attempts) == 1
        assert await world.left() == 0

    play(scene)


def test_a_payload_that_is_no_json_is_not_handed_over() -> None:
    def broken(_: Event) -> bytes:
        raise InvalidPayload(b"[hello]")

    async def scene() -> None:
        target = FakeTarget()
        world = World(a=Destination("a", target, RetryPolicy(), broken, "dlq"))
        await world.put(b"1")
        (letter,) = world.letters["dlq"]
        assert letter.payload == b"[hello]"
        assert letter.attributes["ERROR_CODE"] == "INVALID_JSON"
        assert letter.attributes["ERROR_MESSAGE"] == "Invalid input for target."
        assert not target.attempts

    play(scene)


def test_nothing_to_deliver_is_delivered_at_once() -> None:
    async def scene() -> None:
        target = FakeTarget()
        world = World(a=Destination("a", target, render=lambda _: None))
        await world.put(b"1")
        assert not target.attempts
        assert await world.left() == 0

    play(scene)


def test_a_refused_dead_letter_is_not_lost() -> None:
    async def scene() -> None:
        world = World(a=FakeTarget(always(DENIED)))
        world.letter_outcome = Outcome(ErrorCode.NO_RESOURCE, "no queue")
        await world.put(b"1")
        await world.clock.advance(200)
        assert await world.left() == 1
        world.letter_outcome = DELIVERED
        await world.clock.advance(100)
        assert len(world.letters["dlq"]) == 1
        assert await world.left() == 0

    play(scene)


def test_targets_that_hang_or_fail_hold_no_other_up() -> None:
    async def scene() -> None:
        good, hanging, dead = FakeTarget(), FakeTarget(never), FakeTarget(always(REFUSED))
        half = FakeTarget(failing(1))
        world = World(hanging=hanging, dead=dead, half=half, good=good)
        bodies = [b"%d" % n for n in range(500)]
        await world.put(*bodies)
        assert good.bodies == Counter(bodies)
        await world.clock.advance(1.0)
        assert half.bodies == Counter(2 * bodies)
        assert hanging.most_at_once == 2
        assert len(hanging.attempts) == 20

    play(scene)


def test_a_target_that_does_not_answer_in_time_is_tried_again() -> None:
    async def scene() -> None:
        target = FakeTarget(lambda attempt: never(attempt) if attempt.number == 1 else DELIVERED)
        world = World(a=target)
        await world.put(b"1")
        await world.clock.advance(4.9)
        assert len(target.attempts) == 1
        await world.clock.advance(1.2)
        assert len(target.attempts) == 2
        assert await world.left() == 0

    play(scene)


def test_an_adapter_that_raises_makes_dead_letters() -> None:
    def wrong(_: Attempt) -> Outcome:
        raise ValueError("a mistake")

    async def scene() -> None:
        world = World(a=FakeTarget(wrong))
        await world.put(b"1", b"2")
        assert [letter.payload for letter in world.letters["dlq"]] == [b"1", b"2"]
        (letter, _) = world.letters["dlq"]
        assert letter.attributes["ERROR_CODE"] == "UNKNOWN"
        assert "a mistake" in letter.attributes["ERROR_MESSAGE"]

    play(scene)


def test_batches_and_calls_at_once_are_bounded() -> None:
    async def scene() -> None:
        target = FakeTarget(batch_size=7, concurrency=3)
        world = World(a=target)
        await world.put(*[b"%d" % n for n in range(100)])
        assert max(target.batches) == 7
        assert target.most_at_once <= 3
        assert sum(target.bodies.values()) == 100

    play(scene)


def test_what_finds_no_room_waits_in_the_store() -> None:
    async def scene() -> None:
        gate = asyncio.Event()

        async def wait(_: Attempt) -> Outcome:
            await gate.wait()
            return DELIVERED

        target = FakeTarget(wait, timeout=1e6)
        world = World(a=target)
        bodies = [b"%d" % n for n in range(5 * ROOM)]
        for start in range(0, len(bodies), 100):
            await world.put(*bodies[start : start + 100])
        assert not world.dispatcher.has_room(await world.dispatcher.lane(b"a"))
        assert await world.left() == len(bodies)
        gate.set()
        while await world.left():
            await settle()
        assert target.bodies == Counter(bodies)
        assert world.dispatcher.has_room(await world.dispatcher.lane(b"a"))

    play(scene)


def test_large_events_wait_in_the_store_before_memory_runs_out() -> None:
    async def scene() -> None:
        world = World(a=FakeTarget(never), b=FakeTarget())
        body = bytes(1 << 20)
        for _ in range(MOST_BYTES // len(body)):
            await world.put(body, to=["a"])
        assert not world.dispatcher.has_room(await world.dispatcher.lane(b"a"))
        assert world.dispatcher.has_room(await world.dispatcher.lane(b"b"))
        await world.put(body, body, to=["b"])
        assert world.targets["b"].bodies == {body: 2}

    play(scene)


def test_what_is_offered_behind_the_end_is_tried_behind_the_next_start() -> None:
    async def scene() -> None:
        world = World(a=FakeTarget())
        await world.store.open()
        lane, now = await world.dispatcher.lane(b"a"), world.clock.now()
        event = Event(world.store.deliveries.reserve(1), b"1", now)
        deliveries = [
            Delivery(delivery_id(event.id, number), lane, event, due=due)
            for number, due in enumerate((None, now))
        ]
        await world.store.deliveries.append([event], deliveries)
        await world.dispatcher.stop()
        world.dispatcher.offer(deliveries)
        await settle()
        assert not world.targets["a"].attempts
        await world.dispatcher.start()
        await settle()
        assert world.targets["a"].bodies == {b"1": 2}

    play(scene)


def test_what_was_not_settled_is_tried_again_behind_the_next_start() -> None:
    async def scene() -> None:
        first = World(a=FakeTarget(never), b=FakeTarget(always(REFUSED)), c=FakeTarget())
        await first.put(*[b"%d" % n for n in range(50)])
        await first.dispatcher.stop()
        targets = {name: FakeTarget() for name in "abc"}
        second = World(first.store, **targets)
        await second.dispatcher.start()
        await second.clock.advance(5)
        assert sum(targets["a"].bodies.values()) == 50
        assert sum(targets["b"].bodies.values()) == 50
        assert {attempt.number for attempt in targets["b"].attempts} == {2}
        assert not targets["c"].attempts
        assert await second.left() == 0

    play(scene)


def test_what_happens_is_counted() -> None:
    async def scene() -> None:
        world = World(a=FakeTarget(failing(1)), b=FakeTarget(always(DENIED)), c=FakeTarget())
        await world.put(b"1")
        await world.clock.advance(2)
        assert world.metrics == {
            Metric.INVOCATION_ATTEMPTS: 4,
            Metric.RETRY_INVOCATION_ATTEMPTS: 1,
            Metric.SUCCESSFUL_INVOCATION_ATTEMPTS: 2,
            Metric.INVOCATIONS: 3,
            Metric.FAILED_INVOCATIONS: 1,
            Metric.INVOCATIONS_SENT_TO_DLQ: 1,
        }

    play(scene)


def test_lanes_that_have_nothing_to_do_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "MOST_LANES", 5)

    async def scene() -> None:
        targets = {f"t{n}": FakeTarget() for n in range(50)}
        hanging, late = FakeTarget(never), FakeTarget(failing(1))
        world = World(hanging=hanging, late=late, **targets)
        await world.put(b"0", to=["hanging", "late"])
        for name in [*targets, *targets]:
            await world.put(b"1", to=[name])
        assert all(target.bodies == {b"1": 2} for target in targets.values())
        assert sum(target.closed for target in targets.values()) >= 90
        assert not hanging.closed
        await world.clock.advance(1.5)
        assert late.bodies == {b"0": 2}
        await world.dispatcher.stop()

    play(scene)


def test_what_an_adapter_says_of_an_event_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    def quoting(attempt: Attempt) -> Outcome:
        raise ValueError(f"cannot take {attempt.payload!r}")

    def broken(event: Event) -> bytes:
        raise ValueError(f"cannot show {event.body!r}")

    async def scene() -> None:
        world = World(a=FakeTarget(quoting), b=Destination("b", FakeTarget(), render=broken))
        await world.put(b"hush")

    with caplog.at_level(logging.INFO):
        play(scene)
    assert caplog.text.count("ValueError") >= 2
    assert "hush" not in caplog.text
