"""Dead letters on their way again: to today's target, as they are, and none lost."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from eventmatch.delivery.model import Delivery, Event
from eventmatch.errors import QueueNotFound, StoreCode, StoreError
from eventmatch.queues.model import Message, QueueSettings, RedrivePolicy
from eventmatch.router.redriving import Letter, Stays, event_members
from eventmatch.router.router import Router
from eventmatch.testing.clock import VirtualClock

ENTRY: Final = {"Source": "shop", "DetailType": "order", "Detail": {"total": 12}}
ARN: Final = "arn:aws:{}:us-east-1:123456789012:{}".format
TRACE: Final = "Root=1-5759e988-bd862e3fe1be46a994272793"
ONCE: Final = {"RetryPolicy": {"MaximumRetryAttempts": 0}}


class World:
    """A router on a clock that stands still, and a target that fails until it is mended."""

    def __init__(self, store: Any = None) -> None:
        self.clock = VirtualClock()
        self.router = Router(store, clock=self.clock, random=Random(1))
        self.box = self.router.letters
        self.got: list[Any] = []
        self.is_mended = False
        self.arn = self.router.register("charge", self.charge)

    async def charge(self, event: Any) -> None:
        if not self.is_mended:
            raise ConnectionError("down")
        self.got.append(event)

    async def rule(self, *, bus: str = "default", pattern: Any = None, **target: Any) -> None:
        pattern = pattern or {"source": ["shop"]}
        members = {"Arn": self.arn, **ONCE, **target}
        await self.router.put_rule("orders", event_pattern=pattern, event_bus_name=bus)
        await self.router.put_targets("orders", {"charge": members}, event_bus_name=bus)

    async def die(self, count: int = 1, **members: Any) -> None:
        """Let entries become dead letters."""
        await self.router.put_events([{**ENTRY, **members}] * count)
        await self.router.idle()
        self.is_mended = True

    async def letters(self, queue: str = "dead-letters") -> list[Letter]:
        return [letter async for letter in self.box.letters(queue)]

    async def redrive(self) -> Sequence[str | None]:
        reasons = await self.box.redrive(await self.letters())
        await self.router.idle()
        return reasons


def play(scene: Callable[[World], Awaitable[None]], store: Any = None) -> None:
    async def whole() -> None:
        world = World(store)
        async with world.router:
            await scene(world)

    asyncio.run(whole())


def test_a_letter_goes_to_its_target_and_leaves_the_queue() -> None:
    async def scene(world: World) -> None:
        await world.rule()
        await world.die(3)
        assert await world.redrive() == [None, None, None]
        assert [event["detail"] for event in world.got] == [{"total": 12}] * 3
        assert await world.letters() == []

    play(scene)


def test_the_payload_is_as_it_was_also_for_a_target_that_transforms() -> None:
    async def scene(world: World) -> None:
        await world.rule(InputPath="$.detail")
        await world.die()
        await world.rule(Input='{"other": 1}')
        assert await world.redrive() == [None]
        assert world.got == [{"total": 12}]

    play(scene)


def test_tries_begin_anew() -> None:
    async def scene(world: World) -> None:
        await world.rule(RetryPolicy={"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60})
        await world.die()
        world.is_mended = False
        await world.clock.advance(100.0)
        assert len(await world.letters()) == 1
        assert await world.redrive() == [None]
        assert await world.letters() == []
        assert await world.router.dispatcher.backlog() == {"default/orders/charge": 1}
        world.is_mended = True
        await world.clock.advance(2.0)
        assert len(world.got) == 1

    play(scene)


def test_a_rule_of_another_bus_is_found() -> None:
    async def scene(world: World) -> None:
        await world.router.plane.create_event_bus("other")
        await world.rule(bus="other")
        await world.die(EventBusName="other")
        assert await world.redrive() == [None]
        assert len(world.got) == 1

    play(scene)


def test_a_rule_that_matches_no_more_gets_its_letters_all_the_same() -> None:
    async def scene(world: World) -> None:
        await world.rule()
        await world.die()
        await world.rule(pattern={"source": ["elsewhere"]})
        assert await world.redrive() == [None]

    play(scene)


def test_the_trace_header_comes_along() -> None:
    async def scene(world: World) -> None:
        await world.router.queues.create_queue("late")
        await world.rule(Arn=ARN("sqs", "later"))
        await world.die(TraceHeader=TRACE)
        await world.router.queues.create_queue("later")
        assert await world.redrive() == [None]
        (received,) = await world.router.queues.peek("later")
        assert received.stored.message.trace == TRACE

    play(scene)


def test_letters_without_a_way_stay_and_the_others_go() -> None:
    async def scene(world: World) -> None:
        await world.rule()
        await world.die()
        attributes = (await world.letters())[0].attributes
        for changed in (
            {},
            {"RULE_ARN": "nonsense"},
            {**attributes, "RULE_ARN": ARN("events", "rule/gone")},
            {**attributes, "RULE_ARN": ARN("events", "rule/gone/orders")},
            {**attributes, "TARGET_ARN": "arn:eventmatch:callable:::gone"},
        ):
            await world.router.queues.send("dead-letters", Message("{}", changed))
        assert await world.redrive() == [
            None,
            "it has no RULE_ARN, so that no rule sent it",
            "the rule nonsense is gone",
            f"the rule {ARN('events', 'rule/gone')} is gone",
            f"the rule {ARN('events', 'rule/gone/orders')} is gone",
            "the rule orders has no target arn:eventmatch:callable:::gone any more",
        ]
        assert len(world.got) == 1
        assert len(await world.letters()) == 5

    play(scene)


def test_a_bus_gets_whole_events_only() -> None:
    async def scene(world: World) -> None:
        arn = ARN("events", "event-bus/other")
        await world.rule(Arn=arn)
        facts = {"RULE_ARN": ARN("events", "rule/orders"), "TARGET_ARN": arn}
        await world.router.queues.send("dead-letters", Message('{"total":12}', facts))
        (letter,) = await world.letters()
        with pytest.raises(Stays, match="no event"):
            world.box.goal(letter)
        assert await world.redrive() == ["its payload is no event, which alone a bus takes"]

    play(scene)


@pytest.mark.parametrize(
    "text",
    ["", "x", "1", "[]", "{}", '{"source":"a","detail-type":"b","detail":1}', '{"source":1}'],
)
def test_what_is_no_event(text: str) -> None:
    assert event_members(text) is None


def test_a_letter_that_somebody_else_has_stays_his() -> None:
    async def scene(world: World) -> None:
        await world.rule()
        await world.die()
        letters = await world.letters()
        (received,) = await world.router.queues.receive("dead-letters")
        assert await world.box.redrive(letters) == ["it is in flight"]
        assert await world.redrive() == ["it is in flight for another 30 s"]
        assert await world.router.queues.delete("dead-letters", [received.receipt]) == [True]
        assert world.got == []

    play(scene)


def test_the_queues_of_dead_letters() -> None:
    async def scene(world: World) -> None:
        queues = world.router.queues
        for name in ("a", "b", "c"):
            await queues.create_queue(name)
        await queues.create_queue("source", QueueSettings(redrive=RedrivePolicy("b", 3)))
        await world.rule(DeadLetterConfig={"Arn": ARN("sqs", "a")})
        assert await world.box.queues() == ["a", "b", "dead-letters"]
        with pytest.raises(QueueNotFound):
            await world.letters("none")

    play(scene)


def test_many_letters_of_several_queues_go_at_once() -> None:
    async def scene(world: World) -> None:
        await world.router.queues.create_queue("own")
        await world.rule()
        await world.die(150)
        world.is_mended = False
        await world.rule(DeadLetterConfig={"Arn": ARN("sqs", "own")})
        await world.die(150)
        letters = [*await world.letters(), *await world.letters("own")]
        assert await world.box.redrive(letters) == [None] * 300
        await world.router.idle()
        assert len(world.got) == 300
        assert await world.letters() == await world.letters("own") == []

    play(scene)


# Sudden ends


def test_letters_stay_where_deliveries_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_events: Sequence[Event], _deliveries: Sequence[Delivery]) -> None:
        raise StoreError(StoreCode.FULL, "the disk is full")

    async def scene(world: World) -> None:
        await world.rule()
        await world.die()
        with monkeypatch.context() as patch:
            patch.setattr(world.router.store.deliveries, "append", fail)
            with pytest.raises(StoreError):
                await world.redrive()
        assert len(await world.letters()) == 1
        await world.clock.advance(61.0)
        assert await world.redrive() == [None]
        assert len(world.got) == 1

    play(scene)


def test_an_end_between_delivery_and_deletion_leaves_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def end(_queue: str, _receipts: Sequence[str]) -> None:
        raise StoreError(StoreCode.CLOSED, "the process has ended")

    async def scene(world: World) -> None:
        await world.rule(InputPath="$.detail")
        await world.die()
        world.is_mended = False
        await world.rule(InputPath="$.detail", RetryPolicy={"MaximumRetryAttempts": 5})
        monkeypatch.setattr(world.router.queues, "delete", end)
        with pytest.raises(StoreError):
            await world.redrive()

    async def after(world: World) -> None:
        world.is_mended = True
        await world.clock.advance(100.0)
        await world.router.idle()
        assert world.got == [{"total": 12}]
        assert await world.redrive() == [None]
        assert world.got == [{"total": 12}] * 2
        assert await world.letters() == []

    play(scene, tmp_path / "a.db")
    play(after, tmp_path / "a.db")
