"""What was accepted stays until it is settled, in every store."""

import asyncio

import pytest

from eventmatch.delivery.model import Delivery, Event, Retry, delivery_id
from tests.loops import in_loop
from tests.store.conftest import OpenStore
from tests.store.running import accept, deliveries_of, new_event

LATER = 2000.125


@in_loop
async def test_a_lane_has_one_number_for_good(open_store: OpenStore) -> None:
    async with open_store() as store:
        first = await store.deliveries.lane(b"one")
        assert await store.deliveries.lane(b"two") != first
        assert await store.deliveries.lane(b"one") == first
    async with open_store() as store:
        assert await store.deliveries.lane(b"one") == first


@in_loop
async def test_callers_that_ask_at_once_get_the_same_lane(open_store: OpenStore) -> None:
    async with open_store() as store:
        lanes = await asyncio.gather(*(store.deliveries.lane(b"one") for _ in range(10)))
        assert len(set(lanes)) == 1


@in_loop
async def test_reserved_ids_stand_one_behind_the_other(open_store: OpenStore) -> None:
    async with open_store() as store:
        first = store.deliveries.reserve(10)
        assert first >= 1
        assert store.deliveries.reserve(1) == first + 10


@in_loop
async def test_no_id_comes_back_behind_its_event(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        deliveries = await accept(store, [lane])
        await store.deliveries.settle([deliveries[0].id], [])
    async with open_store() as store:
        assert store.deliveries.reserve(1) > deliveries[0].event.id


@in_loop
async def test_what_waits_comes_as_it_was_given(open_store: OpenStore) -> None:
    facts = {"trace": "Root=1-2", "hops": "3", "name": "ü\ud800"}
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        event = Event(store.deliveries.reserve(1), b'{"a":"\xff\x00"}', 1767323045.1234567, facts)
        delivery = Delivery(delivery_id(event.id, 7), lane, event, 3, 1767323046.7654321)
        await store.deliveries.append([event], [delivery])
    async with open_store() as store:
        assert await store.deliveries.waiting(lane, 1767323046.7654321, 10) == [delivery]


@in_loop
async def test_what_is_on_its_way_does_not_wait(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        await accept(store, [lane])
        assert list(await store.deliveries.waiting(lane, LATER, 10)) == []
        assert await store.deliveries.next_due(lane, 0.0) is None
        assert await store.deliveries.backlog() == {lane: 1}


@in_loop
async def test_the_longest_due_come_first_and_only_those_of_the_lane(open_store: OpenStore) -> None:
    async with open_store() as store:
        one, two = [await store.deliveries.lane(name) for name in (b"one", b"two")]
        late, early, early_too = [
            (await accept(store, [one, two], due))[0] for due in (30.0, 10.0, 10.0)
        ]
        await accept(store, [one], due=30.5)
        assert list(await store.deliveries.waiting(one, 30.0, 10)) == [early, early_too, late]
        assert list(await store.deliveries.waiting(one, 30.0, 2)) == [early, early_too]
        assert list(await store.deliveries.waiting(one, 9.9, 10)) == []
        assert await store.deliveries.next_due(one, 0.0) == 10.0
        assert await store.deliveries.next_due(one, 10.0) == 30.0
        assert await store.deliveries.next_due(one, 30.5) is None
        assert await store.deliveries.next_due(two, 0.0) == 10.0


@in_loop
async def test_what_waits_is_given_until_it_is_settled(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        deliveries = await accept(store, [lane], due=10.0)
        for _ in range(2):
            assert list(await store.deliveries.waiting(lane, 10.0, 1)) == deliveries
        await store.deliveries.settle([deliveries[0].id], [])
        assert list(await store.deliveries.waiting(lane, 10.0, 1)) == []
        assert await store.deliveries.next_due(lane, 0.0) is None
        assert await store.deliveries.backlog() == {}


@in_loop
async def test_a_retry_waits_with_its_attempts(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        fresh, waited = (await accept(store, [lane]))[0], (await accept(store, [lane], 5.0))[0]
        again = [Retry(fresh.id, 1, LATER), Retry(waited.id, 2, LATER + 1)]
        await store.deliveries.settle([], again)
        expected = [
            fresh._replace(attempts=1, due=LATER),
            waited._replace(attempts=2, due=LATER + 1),
        ]
        assert await store.deliveries.next_due(lane, 0.0) == LATER
        assert list(await store.deliveries.waiting(lane, LATER + 1, 10)) == expected


@in_loop
async def test_many_retries_at_once_all_wait(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        event = new_event(store)
        deliveries = deliveries_of(event, [lane] * 600)
        await store.deliveries.append([event], deliveries)
        again = [Retry(one.id, index, LATER - index) for index, one in enumerate(deliveries)]
        await store.deliveries.settle([], again)
        waiting = await store.deliveries.waiting(lane, LATER, 1000)
        assert [(one.id, one.attempts, one.due) for one in waiting] == again[::-1]


@in_loop
async def test_ids_that_are_not_there_are_passed_over(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        deliveries = await accept(store, [lane, lane], due=10.0)
        missing = delivery_id(deliveries[0].event.id + 1, 0)
        await store.deliveries.settle([missing, deliveries[0].id], [Retry(missing + 1, 1, 1.0)])
        assert list(await store.deliveries.waiting(lane, LATER, 10)) == deliveries[1:]


@in_loop
async def test_an_event_stays_for_the_last_of_its_deliveries(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        event = new_event(store, b'{"number":1}')
        deliveries = deliveries_of(event, [lane, lane], due=10.0)
        await store.deliveries.append([event], deliveries)
        await store.deliveries.settle([deliveries[0].id], [])
        (left,) = await store.deliveries.waiting(lane, LATER, 10)
        assert left == deliveries[1]
        await store.deliveries.settle([left.id], [])
        await store.deliveries.append([event], deliveries)  # its id is free again


@in_loop
async def test_recovery_lets_all_wait_that_was_on_its_way(open_store: OpenStore) -> None:
    async with open_store() as store:
        one, two, three = [await store.deliveries.lane(name) for name in (b"1", b"2", b"3")]
        fresh = await accept(store, [one])
        waiting = await accept(store, [two], due=LATER)
        settled = await accept(store, [three])
        await store.deliveries.settle([settled[0].id], [])
    async with open_store() as store:
        assert await store.deliveries.recover() == {one: b"1", two: b"2"}
        assert list(await store.deliveries.waiting(one, 0.0, 10)) == [fresh[0]._replace(due=0.0)]
        assert await store.deliveries.next_due(two, 0.0) == LATER
        assert list(await store.deliveries.waiting(two, LATER, 10)) == waiting


@in_loop
async def test_the_backlog_counts_what_waits_and_what_is_on_its_way(open_store: OpenStore) -> None:
    async with open_store() as store:
        one, two = [await store.deliveries.lane(name) for name in (b"one", b"two")]
        await accept(store, [one, two, one])
        await accept(store, [one], due=10.0)
        assert await store.deliveries.backlog() == {one: 3, two: 1}


@in_loop
async def test_an_event_without_deliveries_is_not_kept(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        event = new_event(store)
        await store.deliveries.append([event], [])
        await store.deliveries.append([event], deliveries_of(event, [lane]))
        assert await store.deliveries.backlog() == {lane: 1}


@in_loop
async def test_what_cannot_be_kept_changes_nothing(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        first = (await accept(store, [lane]))[0]
        second = new_event(store)
        fine = deliveries_of(second, [lane])
        for events in ([second, first.event], [second]):
            with pytest.raises(ValueError):  # noqa: PT011
                await store.deliveries.append(events, [*fine, first])
        assert await store.deliveries.backlog() == {lane: 1}
        await store.deliveries.append([second], fine)


@in_loop
async def test_only_the_guilty_caller_gets_the_error(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        taken = (await accept(store, [lane]))[0]
        events = [new_event(store) for _ in range(9)]
        calls = [store.deliveries.append([one], deliveries_of(one, [lane])) for one in events]
        calls.insert(4, store.deliveries.append([taken.event], [taken]))
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes].index(ValueError) == 4
        assert outcomes.count(None) == 9
        assert await store.deliveries.backlog() == {lane: 10}


@in_loop
async def test_callers_that_append_and_settle_at_once_lose_nothing(open_store: OpenStore) -> None:
    async with open_store() as store:
        lanes = [await store.deliveries.lane(b"%d" % number) for number in range(3)]

        async def call() -> None:
            for _ in range(5):
                one, two, three = await accept(store, lanes)
                await store.deliveries.settle([one.id], [Retry(two.id, 1, LATER)])
                await store.deliveries.settle([three.id], [])

        await asyncio.gather(*(call() for _ in range(20)))
        assert await store.deliveries.backlog() == {lanes[1]: 100}
        assert len(await store.deliveries.waiting(lanes[1], LATER, 1000)) == 100


@in_loop
async def test_a_caller_that_gives_up_disturbs_nobody(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        tasks = [asyncio.create_task(accept(store, [lane])) for _ in range(10)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        kept = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
        assert len(kept) >= 5
        await accept(store, [lane])
        assert 6 <= sum((await store.deliveries.backlog()).values()) <= 11
