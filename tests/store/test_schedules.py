"""Schedules fire in order, once each, and together with their events, in every store."""

import asyncio

import pytest

from eventmatch.bus.ports import AnyChange, Change
from eventmatch.schedule.ports import Fire, ScheduleChange, Scheduled
from eventmatch.store.port import Store
from tests.loops import in_loop
from tests.store.conftest import OpenStore
from tests.store.running import deliveries_of, new_event


def schedule(key: str, moment: float, kind: str = "rule") -> Scheduled:
    return Scheduled(kind, key, moment, 1.25, "rate(1 minute)")


async def begin(store: Store, *schedules: Scheduled) -> None:
    changes: list[AnyChange] = [ScheduleChange(each.kind, each.key, each) for each in schedules]
    await store.records.write(changes)


async def due(store: Store, until: float = 1e12) -> list[Scheduled]:
    return list(await store.schedules.due(until, 100))


@in_loop
async def test_what_is_due_comes_in_order_and_as_it_was_given(open_store: OpenStore) -> None:
    late, early, other = schedule("a", 3.5), schedule("b", 1.1), schedule("a", 2.0, "other")
    async with open_store() as store:
        await begin(store, late, early, other)
    async with open_store() as store:
        assert await due(store) == [early, other, late]
        assert await due(store, 2.0) == [early, other]
        assert await due(store, 1.0) == []
        assert await store.schedules.due(9.0, 1) == [early]
        assert await store.schedules.next_due() == 1.1
        assert set(await store.schedules.keys("rule")) == {"a", "b"}
        assert await store.schedules.find("rule", "a") == late
        assert await store.schedules.find("rule", "c") is None


@in_loop
async def test_a_schedule_changes_together_with_records(open_store: OpenStore) -> None:
    async with open_store() as store:
        await begin(store, schedule("a", 5.0), schedule("b", 6.0))
        gone, anew = ScheduleChange("rule", "a", None), schedule("b", 7.0)
        record = Change("rule", "b", b"{}")
        await store.records.write([gone, ScheduleChange("rule", "b", anew), record])
        assert await due(store) == [anew]
        assert await store.records.load("rule") == {"b": b"{}"}
        await store.records.write([gone, ScheduleChange("rule", "b", None)])
        assert await store.schedules.next_due() is None


@in_loop
async def test_a_fire_moves_the_schedule_and_keeps_its_events(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        await begin(store, schedule("a", 5.0), schedule("b", 5.0))
        event = new_event(store)
        deliveries = deliveries_of(event, [lane], due=5.0)
        fires = [
            Fire(schedule("a", 5.0), 65.0, [event], deliveries),
            Fire(schedule("b", 5.0), None),
        ]
        assert await store.schedules.fire(fires) == [True, True]
    async with open_store() as store:
        assert await due(store) == [schedule("a", 65.0)]
        assert await store.deliveries.waiting(lane, 9.0, 9) == deliveries


@pytest.mark.parametrize(
    "now", [schedule("a", 6.0), schedule("a", 5.0)._replace(anchor=2.0), None], ids=repr
)
@in_loop
async def test_what_has_changed_meanwhile_does_not_fire(
    open_store: OpenStore, now: Scheduled | None
) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        await store.records.write([ScheduleChange("rule", "a", now)])
        event = new_event(store)
        fire = Fire(schedule("a", 5.0), 65.0, [event], deliveries_of(event, [lane], due=5.0))
        assert await store.schedules.fire([fire]) == [False]
        assert await due(store) == ([now] if now else [])
        assert await store.deliveries.waiting(lane, 9.0, 9) == []


@in_loop
async def test_of_many_who_fire_one_schedule_one_does(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        await begin(store, schedule("a", 5.0))
        events = [new_event(store) for _ in range(10)]
        fires = [
            Fire(schedule("a", 5.0), 65.0, [event], deliveries_of(event, [lane], due=5.0))
            for event in events
        ]
        found = await asyncio.gather(*(store.schedules.fire([fire]) for fire in fires))
        assert sum(moved for (moved,) in found) == 1
        assert len(await store.deliveries.waiting(lane, 9.0, 20)) == 1


@in_loop
async def test_fires_that_cannot_be_kept_move_nothing(open_store: OpenStore) -> None:
    async with open_store() as store:
        await begin(store, schedule("a", 5.0), schedule("b", 5.0))
        event = new_event(store)
        orphans = deliveries_of(event, [1], due=5.0)
        fires = [Fire(schedule("a", 5.0), 65.0), Fire(schedule("b", 5.0), 65.0, [], orphans)]
        with pytest.raises(ValueError, match="without its event"):
            await store.schedules.fire(fires)
        assert await due(store) == [schedule("a", 5.0), schedule("b", 5.0)]
