"""What every adapter promises to whoever delivers through it."""

from collections.abc import Iterator

import pytest

from eventmatch.delivery.model import DELIVERED, ErrorCode, Outcome
from tests.targets.attempts import attempt, codes, deliver, run
from tests.targets.cloud import Cloud
from tests.targets.worlds import NEVER_MISSING, WORLDS, World


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, cloud: Cloud) -> Iterator[World]:
    with WORLDS[request.param](cloud) as world:
        yield world


def arrived(world: World) -> list[object]:
    """What has arrived; services and threads keep no order."""
    return sorted(map(world.shown, world.received()), key=repr)


def test_payloads_arrive_unchanged(world: World) -> None:
    attempts = [attempt(detail={"number": number, "text": 'Zoë \\ "x" €'}) for number in range(3)]
    assert deliver(world.adapter, *attempts) == [DELIVERED] * 3
    assert arrived(world) == [world.shown(each.payload) for each in attempts]


def test_one_bad_attempt_does_not_spoil_the_others(world: World) -> None:
    good = [attempt(detail={"number": number}) for number in range(2)]
    first, second, third = deliver(world.adapter, good[0], world.bad, good[1])
    assert (first, third) == (DELIVERED, DELIVERED)
    assert not second.is_delivered
    assert second.message
    assert arrived(world) == [world.shown(each.payload) for each in good]


def test_a_target_that_does_not_answer_is_tried_again(world: World) -> None:
    outcomes = deliver(world.broken, attempt(), attempt())
    assert [outcome.is_retryable for outcome in outcomes] == [True, True]
    assert all(outcome.message for outcome in outcomes)


@pytest.mark.parametrize("world", sorted(WORLDS.keys() - NEVER_MISSING), indirect=True)
def test_a_missing_resource_is_said_to_be_missing(world: World) -> None:
    assert world.missing is not None
    outcomes = deliver(world.missing, attempt(), attempt())
    assert codes(outcomes) == [ErrorCode.NO_RESOURCE] * 2
    assert all(outcome.message for outcome in outcomes)


def test_no_attempts_have_no_outcomes(world: World) -> None:
    assert list(deliver(world.adapter)) == []


def test_closing_twice_is_fine(world: World) -> None:
    async def work() -> Outcome:
        outcome = (await world.adapter.deliver([attempt()]))[0]
        await world.adapter.close()
        await world.adapter.close()
        return outcome

    assert run(work()) == DELIVERED


def test_limits_make_sense(world: World) -> None:
    assert world.adapter.batch_size >= 1
    assert world.adapter.concurrency >= 1
    assert world.adapter.timeout > 0
