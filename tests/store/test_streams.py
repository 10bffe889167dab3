"""Streams keep records by shard, in order, in every store."""

import asyncio

import pytest

from eventmatch.errors import StoreError
from eventmatch.store.port import Store
from eventmatch.streams.model import Record, StoredRecord
from tests.loops import in_loop
from tests.store.conftest import OpenStore

NOW = 1000.5


def record(text: str, key: str = "k") -> Record:
    return Record(text.encode(), key)


async def put(
    store: Store, *texts: str, shard: int = 0, stream: str = "s", now: float = NOW
) -> int:
    """Put records, and return the last sequence number."""
    records = [(shard, record(text)) for text in texts]
    return (await store.streams.put(stream, records, now))[-1]


async def texts(store: Store, shard: int = 0, after: int = 0, stream: str = "s") -> list[str]:
    records = await store.streams.read(stream, shard, after, 100)
    return [one.record.data.decode() for one in records]


@in_loop
async def test_records_come_back_as_they_were_put(open_store: OpenStore) -> None:
    given = [Record(b"", "Zo\u00eb"), Record(b"\x00\xff", "b"), Record(b"c", "c")]
    async with open_store() as store:
        sequences = await store.streams.put("s", [(0, each) for each in given], NOW)
    async with open_store() as store:
        found = await store.streams.read("s", 0, 0, 9)
        assert list(found) == [
            StoredRecord(*pair, NOW) for pair in zip(sequences, given, strict=True)
        ]


@in_loop
async def test_each_shard_has_its_own_records_in_order(open_store: OpenStore) -> None:
    async with open_store() as store:
        mixed = [(1, record("a")), (0, record("b")), (1, record("c"))]
        first, second, third = await store.streams.put("s", mixed, NOW)
        assert 0 < first < second < third
        assert await texts(store, shard=1) == ["a", "c"]
        assert await texts(store, shard=0) == ["b"]
        assert await texts(store, shard=2) == []
        assert await texts(store, stream="other", shard=1) == []


@in_loop
async def test_a_read_goes_on_behind_a_number_up_to_its_limit(open_store: OpenStore) -> None:
    async with open_store() as store:
        middle = await put(store, "a", "b")
        await put(store, "c", "d")
        assert await texts(store, after=middle) == ["c", "d"]
        limited = await store.streams.read("s", 0, 0, 3)
        assert [one.record.data for one in limited] == [b"a", b"b", b"c"]
        assert await texts(store, after=limited[-1].sequence) == ["d"]


@in_loop
async def test_many_who_put_at_once_get_the_numbers_of_their_own(open_store: OpenStore) -> None:
    async with open_store() as store:
        given = [
            [(number % 3, record(f"{number}-{each}")) for each in range(number % 5)]
            for number in range(100)
        ]
        found = await asyncio.gather(*(store.streams.put("s", each, NOW) for each in given))
        kept = {}
        for shard in range(3):
            for one in await store.streams.read("s", shard, 0, 1000):
                kept[one.sequence] = (shard, one.record)
        for sequences, records in zip(found, given, strict=True):
            assert [kept[sequence] for sequence in sequences] == records
            assert sorted(sequences) == list(sequences)
        assert len(kept) == sum(map(len, given))


@in_loop
async def test_the_last_number_is_known_also_of_what_has_expired(open_store: OpenStore) -> None:
    async with open_store() as store:
        assert await store.streams.last("s", 0) == 0
        last = await put(store, "a", "b")
        await put(store, "c", shard=1)
        await store.streams.expire("s", NOW + 1)
        assert await texts(store) == []
    async with open_store() as store:
        assert await store.streams.last("s", 0) == last
        assert await put(store, "d") > last


@in_loop
async def test_a_moment_leads_to_what_came_before_it(open_store: OpenStore) -> None:
    async with open_store() as store:
        early = await put(store, "a", "b", now=10.0)
        late = await put(store, "c", now=20.0)
        await put(store, "d", now=5.0, shard=1)
        for moment, expected in ((10.0, 0), (10.5, early), (20.0, early), (21.0, late)):
            assert await store.streams.since("s", 0, moment) == expected
        assert await store.streams.since("other", 0, 99.0) == 0


@in_loop
async def test_what_is_old_expires_and_the_rest_stays(open_store: OpenStore) -> None:
    async with open_store() as store:
        await put(store, "a", now=10.0)
        await put(store, "b", now=20.0)
        await put(store, "c", now=10.0, shard=1)
        await put(store, "d", now=10.0, stream="other")
        await store.streams.expire("s", 20.0)
        assert await texts(store) == ["b"]
        assert await texts(store, shard=1) == []
        assert await texts(store, stream="other") == ["d"]


@in_loop
async def test_a_great_many_expire_and_drop(open_store: OpenStore) -> None:
    async with open_store() as store:
        for _ in range(3):
            await put(store, *["x"] * 4000)
        kept = await put(store, "y", now=NOW + 1)
        await store.streams.expire("s", NOW + 1)
        assert await texts(store) == ["y"]
        await put(store, *["x"] * 6000, now=NOW + 1)
        await store.streams.drop("s")
        assert await texts(store) == []
        assert await store.streams.last("s", 0) == 0
        assert await put(store, "z") > kept + 6000


@in_loop
async def test_a_closed_store_refuses(open_store: OpenStore) -> None:
    async with open_store() as store:
        await put(store, "a")
    for asking in (
        store.streams.put("s", [(0, record("b"))], NOW),
        store.streams.read("s", 0, 0, 1),
        store.streams.last("s", 0),
        store.streams.since("s", 0, NOW),
        store.streams.expire("s", NOW),
        store.streams.drop("s"),
    ):
        with pytest.raises(StoreError):
            await asking


@in_loop
async def test_nothing_put_is_nothing_kept(open_store: OpenStore) -> None:
    async with open_store() as store:
        assert list(await store.streams.put("s", [], NOW)) == []
        assert await texts(store) == []
