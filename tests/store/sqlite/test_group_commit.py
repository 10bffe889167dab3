"""Writes that are pending together share a commit, and reads do not wait for them."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from eventmatch.bus.ports import Change
from eventmatch.store.sqlite import SqliteStore
from tests.loops import in_loop
from tests.store.running import accept, deliveries_of, new_event


@asynccontextmanager
async def held(store: SqliteStore) -> AsyncIterator[None]:
    """Keep the thread that writes busy, so that what is asked for meanwhile is pending."""
    gate = threading.Event()
    task = asyncio.create_task(store.database.write(lambda _: gate.wait(30)))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        await asyncio.sleep(0)
        gate.set()
        await task


async def traced(store: SqliteStore) -> list[str]:
    """Return a list that grows by each statement of the thread that writes."""
    statements: list[str] = []
    await store.database.write(lambda connection: connection.set_trace_callback(statements.append))
    statements.clear()
    return statements


@in_loop
async def test_a_hundred_callers_share_one_commit(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    lane = await store.deliveries.lane(b"one")
    statements = await traced(store)
    async with held(store):
        calls = [asyncio.create_task(accept(store, [lane])) for _ in range(100)]
    await asyncio.gather(*calls)
    assert statements.count("COMMIT") <= 2  # the first belongs to what held the thread
    assert len([text for text in statements if "INSERT INTO deliveries" in text]) == 1
    assert await store.deliveries.backlog() == {lane: 100}
    await store.close()


@in_loop
async def test_a_settlement_shares_the_commit_of_what_comes_next(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    lane = await store.deliveries.lane(b"one")
    (first,) = await accept(store, [lane])
    statements = await traced(store)
    settling = asyncio.create_task(store.deliveries.settle([first.id], []))
    await asyncio.sleep(0)
    await accept(store, [lane])
    await settling
    assert statements.count("COMMIT") == 1
    assert await store.deliveries.backlog() == {lane: 1}
    await store.close()


@in_loop
async def test_a_settlement_on_its_own_is_made_soon(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    lane = await store.deliveries.lane(b"one")
    for _ in range(20):
        (delivery,) = await accept(store, [lane])
        async with held(store):  # a hint that a settlement waits may be left behind
            calls = [asyncio.create_task(accept(store, [lane]))]
            calls += [asyncio.create_task(store.deliveries.settle([delivery.id], []))]
        (other,), _ = await asyncio.gather(*calls)
        await store.deliveries.settle([other.id], [])
    assert await store.deliveries.backlog() == {}
    await store.close()


@in_loop
async def test_what_waits_for_company_is_written_at_the_end(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    lane = await store.deliveries.lane(b"one")
    (delivery,) = await accept(store, [lane])
    settling = asyncio.create_task(store.deliveries.settle([delivery.id], []))
    await asyncio.sleep(0)
    await store.close()
    await settling
    await store.open()
    assert await store.deliveries.backlog() == {}
    await store.close()


@in_loop
async def test_each_of_those_that_share_a_commit_gets_its_own_result(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    async with held(store):
        calls = [asyncio.create_task(store.deliveries.lane(b"%d" % n)) for n in (3, 1, 2, 1)]
    assert await asyncio.gather(*calls) == [1, 2, 3, 2]
    await store.close()


@in_loop
async def test_an_error_in_a_shared_commit_is_of_the_guilty_one_alone(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    lane = await store.deliveries.lane(b"one")
    (taken,) = await accept(store, [lane])
    async with held(store):
        good = [asyncio.create_task(accept(store, [lane])) for _ in range(5)]
        bad = asyncio.create_task(store.deliveries.append([taken.event], [taken]))
        record = asyncio.create_task(store.records.write([Change("rule", "a", b"{}")]))
    await asyncio.gather(*good, record)
    with pytest.raises(ValueError, match="UNIQUE"):
        await bad
    assert await store.deliveries.backlog() == {lane: 6}
    assert await store.records.load("rule") == {"a": b"{}"}
    await store.close()


@in_loop
async def test_a_settlement_that_overtakes_its_event_is_not_lost(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    lane = await store.deliveries.lane(b"one")
    event = new_event(store)
    deliveries = deliveries_of(event, [lane])
    async with held(store):
        settled = asyncio.create_task(store.deliveries.settle([deliveries[0].id], []))
        appended = asyncio.create_task(store.deliveries.append([event], deliveries))
    await asyncio.gather(settled, appended)
    assert await store.deliveries.backlog() == {}
    await store.close()


@in_loop
async def test_reads_do_not_wait_for_writes(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    lane = await store.deliveries.lane(b"one")
    deliveries = await accept(store, [lane], due=1.0)
    async with held(store):
        settled = asyncio.create_task(store.deliveries.settle([deliveries[0].id], []))
        await asyncio.sleep(0)
        assert list(await store.deliveries.waiting(lane, 1.0, 1)) == deliveries
        assert not settled.done()
    await settled
    assert list(await store.deliveries.waiting(lane, 1.0, 1)) == []
    await store.close()


@in_loop
async def test_what_a_caller_gave_up_is_still_written(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    lane = await store.deliveries.lane(b"one")
    async with held(store):
        given_up = asyncio.create_task(accept(store, [lane]))
        other = asyncio.create_task(accept(store, [lane]))
        await asyncio.sleep(0)
        given_up.cancel()
    await asyncio.wait([given_up, other])
    assert given_up.cancelled()
    assert await store.deliveries.backlog() == {lane: 2}
    await store.close()


def test_a_loop_that_ended_meanwhile_disturbs_nobody(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    gate = threading.Event()

    async def leave() -> None:
        await store.open()
        task = asyncio.create_task(store.database.write(lambda _: gate.wait(30)))
        await asyncio.sleep(0)
        task.cancel()

    async def come() -> None:
        gate.set()
        await store.records.write([Change("rule", "a", b"{}")])
        assert await store.records.load("rule") == {"a": b"{}"}
        await store.close()

    asyncio.run(leave())
    asyncio.run(come())
