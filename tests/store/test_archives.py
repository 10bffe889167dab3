"""Archived events come back in the order of their time, in every store."""

import asyncio

from eventmatch.bus.ports import ArchivedEvent
from eventmatch.store.port import Store
from tests.loops import in_loop
from tests.store.conftest import OpenStore

FOREVER = 1e12


def event(time: float, ingested: float = 0.0, body: bytes = b"{}") -> ArchivedEvent:
    return ArchivedEvent(body, time, ingested)


async def pages(store: Store, name: str, size: int) -> list[list[ArchivedEvent]]:
    """Read an archive as a replay does, page by page."""
    found: list[list[ArchivedEvent]] = []
    after = None
    while page := await store.archives.archived(name, 0.0, FOREVER, after, size):
        after = page[-1][0]
        found.append([archived for _, archived in page])
    return found


@in_loop
async def test_archived_events_come_as_they_were_given(open_store: OpenStore) -> None:
    given = event(1767323045.1234567, 1767323046.7654321, b'{"a":"\xff\x00"}')
    async with open_store() as store:
        await store.archives.archive("one", [given])
    async with open_store() as store:
        assert await pages(store, "one", 10) == [[given]]
        assert await pages(store, "two", 10) == []


@in_loop
async def test_the_start_belongs_to_a_range_and_the_end_does_not(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.archives.archive("one", [event(time) for time in (4.0, 3.0, 2.0, 1.0)])
        found = await store.archives.archived("one", 2.0, 4.0, None, 10)
        assert [archived.time for _, archived in found] == [2.0, 3.0]


@in_loop
async def test_pages_have_each_event_once_also_those_of_one_moment(open_store: OpenStore) -> None:
    events = [event(float(number // 7), body=b"%d" % number) for number in range(50)]
    async with open_store() as store:
        await store.archives.archive("one", events)
        await store.archives.archive("two", events[:5])
        assert await pages(store, "one", 3) == [events[at : at + 3] for at in range(0, 50, 3)]


@in_loop
async def test_a_range_may_begin_behind_the_place(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.archives.archive("one", [event(1.0), event(2.0), event(3.0)])
        ((place, _),) = await store.archives.archived("one", 0.0, 9.0, None, 1)
        found = await store.archives.archived("one", 3.0, 9.0, place, 10)
        assert [archived.time for _, archived in found] == [3.0]


@in_loop
async def test_the_size_counts_events_and_bytes(open_store: OpenStore) -> None:
    async with open_store() as store:
        assert await store.archives.archive_size("one") == (0, 0)
        additions = [[event(1.0, body=b"x" * number)] * 2 for number in range(10)]
        await asyncio.gather(*(store.archives.archive("one", events) for events in additions))
        await store.archives.archive("two", [event(1.0)])
        await store.archives.archive("one", [])
        assert await store.archives.archive_size("one") == (20, 90)


@in_loop
async def test_expiry_goes_by_ingestion(open_store: OpenStore) -> None:
    async with open_store() as store:
        old, young = event(9.0, ingested=1.0, body=b"old"), event(1.0, ingested=2.0, body=b"new!")
        for name in ("one", "two"):
            await store.archives.archive(name, [old, young])
        await store.archives.expire("one", 2.0)
        await store.archives.expire("three", 2.0)
        assert await pages(store, "one", 10) == [[young]]
        assert await store.archives.archive_size("one") == (1, 4)
        assert await store.archives.archive_size("two") == (2, 7)


@in_loop
async def test_a_dropped_archive_is_empty_and_may_begin_anew(open_store: OpenStore) -> None:
    async with open_store() as store:
        for name in ("one", "two"):
            await store.archives.archive(name, [event(1.0), event(2.0)])
        await store.archives.drop_archive("one")
        await store.archives.drop_archive("three")
        assert await store.archives.archive_size("one") == (0, 0)
        await store.archives.archive("one", [event(3.0)])
        assert await pages(store, "one", 10) == [[event(3.0)]]
        assert await store.archives.archive_size("two") == (2, 4)
