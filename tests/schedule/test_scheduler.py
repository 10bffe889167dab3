"""The scheduler over stores, on clocks that stand still or jump."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from eventmatch.delivery.model import Delivery, Event
from eventmatch.errors import StoreCode, StoreError
from eventmatch.schedule.missing import MissedFires
from eventmatch.schedule.ports import Fire, ScheduleChange, Scheduled
from eventmatch.schedule.scheduler import Scheduler
from eventmatch.store.memory import MemoryStore
from eventmatch.store.sqlite import SqliteStore
from eventmatch.testing.clock import VirtualClock, settle
from tests.loops import in_loop
from tests.store.running import deliveries_of, new_event

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
START = 1_767_323_040.0


class Fires:
    """A source that fires every so many seconds, and a store that outlives its schedulers."""

    def __init__(self, store: Any = None, period: float = MINUTE) -> None:
        self.store = store or MemoryStore()
        self.clock = VirtualClock(START)
        self.period = period
        self.fired: list[float] = []
        self.over: list[str] = []

    async def current(self) -> None:
        pass

    def next_fire(self, _: Scheduled, after: float) -> float | None:
        return START + ((after - START) // self.period + 1) * self.period

    async def emit(self, _: Scheduled, moment: float) -> tuple[Sequence[Event], Sequence[Delivery]]:
        event = new_event(self.store, b"%d" % moment)
        return [event], deliveries_of(event, [1])

    async def ended(self, scheduled: Scheduled) -> None:
        self.over.append(scheduled.key)

    def offer(self, deliveries: Iterable[Delivery]) -> None:
        self.fired += [float(each.event.body) - START for each in deliveries]

    def scheduler(self, **options: Any) -> Scheduler:
        return Scheduler(
            self.store.schedules, {"rule": self}, self.offer, clock=self.clock, **options
        )

    async def begin(self, key: str = "a", moment: float = MINUTE) -> None:
        one = Scheduled("rule", key, START + moment, START, "x")
        await self.store.records.write([ScheduleChange("rule", key, one)])

    async def open(self) -> None:
        await self.store.open()
        await self.store.deliveries.lane(b"one")
        await self.begin()


async def fires(period: float = MINUTE) -> Fires:
    world = Fires(period=period)
    await world.open()
    return world


@in_loop
async def test_it_fires_when_the_moment_has_come_and_not_before() -> None:
    world = await fires()
    scheduler = world.scheduler()
    await scheduler.start()
    await world.clock.advance(MINUTE - 1)
    assert world.fired == []
    await world.clock.advance(1)
    assert world.fired == [MINUTE]
    await world.clock.advance(3 * MINUTE)
    assert world.fired == [MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE]
    await scheduler.stop()
    await world.clock.advance(3 * MINUTE)
    assert len(world.fired) == 4


@in_loop
async def test_a_new_schedule_wakes_it() -> None:
    world = await fires(period=DAY)
    await world.begin("a", DAY)
    scheduler = world.scheduler()
    await scheduler.start()
    await world.clock.advance(HOUR)
    await world.begin("b", HOUR + 5)
    scheduler.expect(START + HOUR + 5)
    await world.clock.advance(5)
    assert world.fired == [HOUR + 5]
    await world.begin("c", HOUR + 5)
    scheduler.expect(START + HOUR + 5)
    await scheduler.idle()
    assert world.fired == [HOUR + 5] * 2
    await scheduler.stop()


@in_loop
async def test_a_restart_neither_repeats_nor_forgets() -> None:
    world = await fires()
    for _ in range(4):
        scheduler = world.scheduler()
        await scheduler.start()
        await world.clock.advance(30)
        await scheduler.stop()
    scheduler = world.scheduler()
    await scheduler.start()
    await scheduler.idle()
    await scheduler.stop()
    assert world.fired == [MINUTE, 2 * MINUTE]


@in_loop
async def test_what_comes_while_it_is_down_is_skipped_or_made_up_for() -> None:
    world = await fires(period=HOUR)
    world.clock = VirtualClock(START + 3 * HOUR + 600)
    scheduler = world.scheduler()
    await scheduler.start()
    await scheduler.idle()
    assert world.fired == []
    await scheduler.stop()
    world.clock = VirtualClock(START + 7 * HOUR + 600)
    scheduler = world.scheduler(missed=MissedFires(most=2))
    await scheduler.start()
    await scheduler.idle()
    assert world.fired == [6 * HOUR, 7 * HOUR]
    await world.clock.advance(HOUR)
    assert world.fired == [6 * HOUR, 7 * HOUR, 8 * HOUR]
    await scheduler.stop()


class JumpingClock(VirtualClock):
    """A clock that may be set, and a sleep that finds out, as that of `SystemClock` does."""

    def jump(self, seconds: float) -> None:
        self._now += seconds


@in_loop
async def test_a_clock_set_forward_fires_what_is_due_this_minute_only() -> None:
    world = await fires()
    world.clock = clock = JumpingClock(START)
    scheduler = world.scheduler()
    await scheduler.start()
    await clock.advance(MINUTE)
    clock.jump(DAY)  # or the machine slept
    await clock.advance(20)
    assert world.fired == [MINUTE, MINUTE + DAY]
    await clock.advance(MINUTE)
    assert world.fired == [MINUTE, MINUTE + DAY, 2 * MINUTE + DAY]
    await scheduler.stop()


@in_loop
async def test_a_clock_set_back_fires_nothing_twice() -> None:
    world = await fires()
    world.clock = clock = JumpingClock(START)
    scheduler = world.scheduler()
    await scheduler.start()
    await clock.advance(10 * MINUTE)
    assert len(world.fired) == 10
    clock.jump(-5 * MINUTE)
    await clock.advance(5 * MINUTE)
    assert len(world.fired) == 10
    await clock.advance(MINUTE)
    assert world.fired[10:] == [11 * MINUTE]
    await scheduler.stop()


@in_loop
async def test_two_schedulers_on_one_store_fire_each_moment_once() -> None:
    world = await fires()
    for number in range(20):
        await world.begin(str(number))
    schedulers = [world.scheduler(), world.scheduler()]
    for scheduler in schedulers:
        await scheduler.start()
    await world.clock.advance(3 * MINUTE)
    assert len(world.fired) == 21 * 3
    for scheduler in schedulers:
        await scheduler.stop()


@in_loop
async def test_a_store_that_fails_is_asked_again() -> None:
    world = await fires()
    fire = world.store.schedules.fire
    left = 3

    async def failing(given: Sequence[Fire]) -> Sequence[bool]:
        nonlocal left
        left -= 1
        if left >= 0:
            raise StoreError(StoreCode.FULL, "the disk is full")
        moved: Sequence[bool] = await fire(given)
        return moved

    world.store.schedules.fire = failing
    scheduler = world.scheduler()
    await scheduler.start()
    await world.clock.advance(MINUTE)
    assert world.fired == []
    await world.clock.advance(3)
    assert world.fired == [MINUTE]
    await scheduler.stop()


@in_loop
async def test_a_mistake_with_one_schedule_holds_up_no_other() -> None:
    world = await fires()
    await world.begin("bad")
    await world.begin("z")
    emit, left = world.emit, 1

    async def failing(one: Scheduled, moment: float) -> tuple[Sequence[Event], Sequence[Delivery]]:
        nonlocal left
        if one.key == "bad" and left:
            left -= 1
            raise ValueError("a mistake")
        return await emit(one, moment)

    world.emit = failing  # type: ignore[method-assign]
    scheduler = world.scheduler()
    await scheduler.start()
    await world.clock.advance(2 * MINUTE)
    assert world.fired == [MINUTE] * 2 + [2 * MINUTE] * 3
    await scheduler.stop()


@in_loop
async def test_a_schedule_that_makes_no_sense_ends_and_the_others_go_on() -> None:
    world = await fires()
    await world.begin("bad")
    next_fire = world.next_fire

    def failing(one: Scheduled, after: float) -> float | None:
        if one.key == "bad":
            raise ValueError("no sense")
        return next_fire(one, after)

    world.next_fire = failing  # type: ignore[method-assign]
    scheduler = world.scheduler()
    await scheduler.start()
    await world.clock.advance(2 * MINUTE)
    assert world.fired == [MINUTE, 2 * MINUTE]
    assert world.over == ["bad"]
    await scheduler.stop()


@in_loop
async def test_what_has_fired_is_delivered_whatever_becomes_of_its_end() -> None:
    world = await fires()
    await world.begin("z")
    world.next_fire = lambda *_: None  # type: ignore[method-assign]

    async def full(_: Scheduled) -> None:
        raise StoreError(StoreCode.FULL, "the disk is full")

    world.ended = full  # type: ignore[method-assign]
    scheduler = world.scheduler()
    await scheduler.start()
    await world.clock.advance(2 * MINUTE)
    assert world.fired == [MINUTE, MINUTE]
    await scheduler.stop()


@in_loop
async def test_an_end_that_cannot_be_written_is_told_again() -> None:
    world = await fires()
    await world.begin("z")
    world.next_fire = lambda *_: None  # type: ignore[method-assign]
    ended, left = world.ended, 1

    async def failing(one: Scheduled) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise StoreError(StoreCode.FULL, "the disk is full")
        await ended(one)

    world.ended = failing  # type: ignore[method-assign]
    scheduler = world.scheduler()
    await scheduler.start()
    await world.clock.advance(MINUTE)
    assert world.over == []
    await world.clock.advance(1)
    assert world.over == ["a", "z"]
    assert world.fired == [MINUTE, MINUTE]
    await scheduler.stop()


@in_loop
async def test_it_starts_at_once_however_many_schedules_there_are() -> None:
    world = Fires()
    await world.open()
    asked: list[str] = []

    async def note(one: Scheduled, _: float) -> tuple[Sequence[Event], Sequence[Delivery]]:
        asked.append(one.key)
        return (), ()

    world.emit = note  # type: ignore[method-assign]
    for number in range(0, 20_000):
        await world.begin(str(number), DAY + number)
    scheduler = world.scheduler()
    await scheduler.start()
    await world.clock.advance(MINUTE)
    assert asked == ["a"]
    await scheduler.stop()


def test_two_schedulers_share_a_file(tmp_path: Any) -> None:
    async def scene() -> None:
        world = Fires(SqliteStore(tmp_path / "events.db"))
        await world.open()
        for number in range(50):
            await world.begin(str(number))
        world.clock = VirtualClock(START + MINUTE)
        schedulers = [world.scheduler(), world.scheduler()]
        for scheduler in schedulers:
            await scheduler.start()
        for scheduler in schedulers:
            await scheduler.idle()
            await scheduler.stop()
        await settle()
        assert world.fired == [MINUTE] * 51
        await world.store.close()

    asyncio.run(scene())
