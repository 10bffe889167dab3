"""A full disk loses nothing that was accepted, and the store goes on when there is room again."""

import asyncio
from pathlib import Path

import pytest

from eventmatch.bus.ports import ArchivedEvent
from eventmatch.errors import StoreCode, StoreError
from eventmatch.store.sqlite import SqliteStore
from tests.loops import in_loop
from tests.store.running import accept, deliveries_of, new_event

LARGE = b"x" * 100_000


async def limit(store: SqliteStore, pages: int) -> None:
    """Let the file grow to so many pages."""
    pragma = f"PRAGMA max_page_count = {pages}"
    await store.database.write(lambda connection: connection.execute(pragma).fetchone())


@in_loop
async def test_a_full_disk_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    lane = await store.deliveries.lane(b"one")
    (kept,) = await accept(store, [lane], due=1.0)
    await limit(store, 15)
    event = new_event(store, LARGE)
    deliveries = deliveries_of(event, [lane], due=2.0)
    with pytest.raises(StoreError, match=r"events\.db.* full") as caught:
        await store.deliveries.append([event], deliveries)
    assert caught.value.code is StoreCode.FULL
    assert list(await store.deliveries.waiting(lane, 9.0, 9)) == [kept]
    await store.deliveries.settle([kept.id], [])

    await limit(store, 1000)
    await store.deliveries.append([event], deliveries)
    assert list(await store.deliveries.waiting(lane, 9.0, 9)) == list(deliveries)
    await store.close()


@in_loop
async def test_only_those_that_find_no_room_are_refused(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    lane = await store.deliveries.lane(b"one")
    await limit(store, 15)
    large, *small = [new_event(store, body) for body in (LARGE, b"1", b"2", b"3")]
    outcomes = await asyncio.gather(
        *(
            store.deliveries.append([event], deliveries_of(event, [lane]))
            for event in (small[0], large, *small[1:])
        ),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes].count(StoreError) == 1
    assert isinstance(outcomes[1], StoreError)
    assert await store.deliveries.backlog() == {lane: 3}
    await store.close()


@in_loop
async def test_an_archive_without_room_keeps_its_size(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db")
    await store.open()
    await store.archives.archive("one", [ArchivedEvent(b"{}", 1.0, 1.0)])
    await limit(store, 15)
    with pytest.raises(StoreError):
        await store.archives.archive("one", [ArchivedEvent(LARGE, 1.0, 1.0)])
    assert await store.archives.archive_size("one") == (1, 2)
    await store.close()
