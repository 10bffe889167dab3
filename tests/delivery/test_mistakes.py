"""What adapters, observers and stores do wrong costs no delivery, and holds nothing up."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from eventmatch.delivery.model import DELIVERED, Attempt, ErrorCode, Outcome
from tests.delivery.worlds import FakeTarget, World, play


class Mistaken(FakeTarget):
    """A target that answers wrongly at first, and then as it should."""

    def __init__(self, mistake: Callable[[Sequence[Attempt]], Any]) -> None:
        super().__init__(batch_size=1, concurrency=1)
        self._mistake = mistake

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        if not self.attempts:
            self.attempts += batch
            result: Sequence[Outcome] = self._mistake(batch)
            return result
        return await super().deliver(batch)


class Odd(BaseException):
    """No `Exception`."""


REFUSED = Outcome(ErrorCode.CONNECTION_FAILURE, "refused")


def failing_once(method: Callable[..., Any]) -> Callable[..., Any]:
    failures = [RuntimeError("out of memory")]

    async def other(*arguments: Any) -> Any:
        if failures:
            raise failures.pop()
        return await method(*arguments)

    return other


def raising(error: BaseException) -> Callable[[Sequence[Attempt]], Any]:
    def mistake(_: Sequence[Attempt]) -> Any:
        raise error

    return mistake


@pytest.mark.parametrize(
    "mistake",
    [
        lambda _: None,
        lambda _: [],
        lambda _: [1],
        lambda _: [None],
        lambda _: (DELIVERED for _ in "1"),
        lambda _: [Outcome("THROTTLING")],  # type: ignore[arg-type]
        raising(Odd()),
    ],
    ids=["nothing", "too few", "numbers", "none", "generator", "text", "exception"],
)
def test_an_answer_that_is_none_makes_a_dead_letter(
    mistake: Callable[[Sequence[Attempt]], Any],
) -> None:
    async def scene() -> None:
        world = World(a=Mistaken(mistake))
        await world.put(b"1", b"2")
        assert await world.left() == 0
        (letter,) = world.letters["dlq"]
        assert letter.payload == b"1"
        assert letter.attributes["ERROR_CODE"] == ErrorCode.UNKNOWN

    play(scene)


def test_an_adapter_whose_own_work_was_called_off_is_tried_again() -> None:
    async def scene() -> None:
        target = Mistaken(raising(asyncio.CancelledError()))
        world = World(a=target)
        await world.put(b"1", b"2")
        await world.clock.advance(2)
        assert await world.left() == 0
        assert target.bodies == {b"1": 2, b"2": 1}
        assert not world.letters

    play(scene)


def test_a_store_that_fails_in_a_way_of_its_own_is_asked_again() -> None:
    async def scene() -> None:
        world = World(a=FakeTarget(lambda each: DELIVERED if each.number > 1 else REFUSED))
        deliveries = world.store.deliveries
        for method in ("waiting", "next_due", "settle"):
            setattr(deliveries, method, failing_once(getattr(deliveries, method)))
        await world.put(b"1")
        await world.clock.advance(10)
        await asyncio.wait_for(world.dispatcher.idle(), 5)
        assert await world.left() == 0
        assert not world.letters

    play(scene)


@pytest.mark.parametrize(
    "outcome",
    [Outcome(ErrorCode.TIMEOUT, "late", "5"), Outcome(ErrorCode.NO_RESOURCE, "gone")],  # type: ignore[arg-type]
    ids=["no seconds", "no answer to a letter"],
)
def test_a_mistake_behind_an_attempt_lets_the_delivery_wait(
    outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        target = FakeTarget(lambda _: outcome if len(target.attempts) < 2 else DELIVERED)
        world = World(a=target)
        await world.put(b"1")
        assert await world.left() == 1
        await world.clock.advance(61)
        assert target.bodies == {b"1": 2}
        assert await world.left() == 0

    async def no_answer(*_: object) -> Sequence[Outcome]:
        return []

    monkeypatch.setattr(World, "send", no_answer)
    play(scene)
