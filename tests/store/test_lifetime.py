"""A store works from its opening to its end, and finishes what came in time."""

import asyncio
from collections.abc import Callable

import pytest

from eventmatch.bus.ports import Change
from eventmatch.errors import StoreCode, StoreError
from eventmatch.store.port import Store
from tests.loops import in_loop
from tests.store.conftest import OpenStore
from tests.store.running import accept


async def assert_closed(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        store.deliveries.reserve(1)
    assert caught.value.code is StoreCode.CLOSED
    for call in (
        store.deliveries.lane(b"one"),
        store.deliveries.append([], []),
        store.deliveries.settle([1], []),
        store.deliveries.waiting(1, 0.0, 1),
        store.deliveries.next_due(1, 0.0),
        store.deliveries.recover(),
        store.deliveries.backlog(),
        store.records.load("rule"),
        store.records.read("rule", "a"),
        store.records.write([]),
        store.archives.archive("one", []),
        store.archives.archived("one", 0.0, 1.0, None, 1),
        store.archives.archive_size("one"),
        store.archives.expire("one", 0.0),
        store.archives.drop_archive("one"),
    ):
        with pytest.raises(StoreError) as caught:
            await call
        assert caught.value.code is StoreCode.CLOSED


@in_loop
async def test_a_store_that_is_not_open_refuses(make_store: Callable[[], Store]) -> None:
    await assert_closed(make_store())


@in_loop
async def test_a_store_that_is_closed_refuses(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.deliveries.lane(b"one")
    await assert_closed(store)


@in_loop
async def test_closing_twice_and_closing_what_was_never_open_is_no_error(
    make_store: Callable[[], Store],
) -> None:
    store = make_store()
    await store.close()
    await store.open()
    await store.open()
    await store.close()
    await store.close()


@in_loop
async def test_opening_what_is_open_gives_no_id_twice(open_store: OpenStore) -> None:
    async with open_store() as store:
        first = store.deliveries.reserve(5)
        await store.open()
        assert store.deliveries.reserve(1) == first + 5


@in_loop
async def test_closing_finishes_what_is_pending(open_store: OpenStore) -> None:
    async with open_store() as store:
        lane = await store.deliveries.lane(b"one")
        pending = [asyncio.create_task(accept(store, [lane])) for _ in range(20)]
        await asyncio.sleep(0)
        await store.close()
        await asyncio.gather(*pending)
    async with open_store() as store:
        assert await store.deliveries.backlog() == {lane: 20}


@in_loop
async def test_a_store_may_be_opened_again(make_store: Callable[[], Store]) -> None:
    store = make_store()
    for number in range(3):
        await store.open()
        assert len(await store.records.load("rule")) == number
        await store.records.write([Change("rule", str(number), b"{}")])
        await store.close()
