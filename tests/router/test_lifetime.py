"""Routers that start, stop, fail at it, and start anew."""

import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from eventmatch.errors import StoreCode, StoreError
from eventmatch.router.publishing import Accepted
from eventmatch.router.router import Router
from eventmatch.store.memory import MemoryStore
from eventmatch.testing.clock import settle

ENTRY = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
PATTERN = {"source": ["shop"]}


async def full(*_: object) -> Mapping[int, bytes]:
    raise StoreError(StoreCode.FULL, "the disk is full")


async def only(threads: int) -> None:
    """Return when no more threads are left; the last may still be about to end."""
    while threading.active_count() > threads:
        await asyncio.sleep(0)


@pytest.mark.parametrize("part", ["dispatcher", "replays"])
def test_a_start_that_fails_half_way_lets_go_of_the_file(part: str, tmp_path: Path) -> None:
    async def scene() -> None:
        router = Router(tmp_path / "events.db")
        getattr(router, part).start = full
        with pytest.raises(StoreError):
            await router.start()
        async with Router(tmp_path / "events.db"):
            pass

    asyncio.run(scene())


def test_a_part_that_cannot_stop_keeps_no_file(tmp_path: Path) -> None:
    async def scene() -> None:
        router = Router(tmp_path / "events.db")
        await router.start()
        router.archives.stop = full  # type: ignore[assignment, method-assign]
        with pytest.raises(StoreError):
            await router.stop()
        async with Router(tmp_path / "events.db"):
            pass

    asyncio.run(scene())


def test_functions_are_called_behind_the_next_start() -> None:
    async def scene() -> None:
        got: list[Any] = []
        router = Router(MemoryStore())
        for count in (1, 2):
            async with router:
                await router.put_rule("orders", event_pattern=PATTERN)
                if count == 1:
                    await router.put_targets("orders", {"keep": got.append})
                await router.put_events([ENTRY])
                await router.idle()
                assert len(got) == count

    asyncio.run(scene())


def test_a_function_that_is_replaced_leaves_no_threads() -> None:
    async def scene() -> None:
        got: list[Any] = []
        async with Router() as router:
            await router.put_rule("orders", event_pattern=PATTERN)
            before = threading.active_count()
            for _ in range(50):
                await router.put_targets("orders", {"keep": got.append})
                await router.put_events([ENTRY])
                await router.idle()
            assert len(got) == 50
            await asyncio.wait_for(only(before + 1), 20)

    asyncio.run(scene())


def test_what_is_accepted_while_the_router_stops_is_delivered_behind_the_next_start() -> None:
    async def scene() -> None:
        got: list[Any] = []

        async def keep(event: object) -> None:
            got.append(event)

        store = MemoryStore()
        router = Router(store)
        await router.start()
        await router.put_rule("orders", event_pattern=PATTERN)
        await router.put_targets("orders", {"keep": keep})
        close = store.close

        async def late() -> None:
            (result,) = await router.put_events([ENTRY])
            assert isinstance(result, Accepted)
            await settle()
            await close()

        store.close = late  # type: ignore[method-assign]
        await router.stop()
        assert not got
        store.close = close  # type: ignore[method-assign]
        async with router:
            await router.idle()
            assert len(got) == 1
            assert await store.deliveries.backlog() == {}

    asyncio.run(scene())


def test_a_router_that_is_only_open_delivers_nothing() -> None:
    async def scene() -> None:
        got: list[Any] = []

        async def keep(event: object) -> None:
            got.append(event)

        router = Router()
        await router.open()
        await router.put_rule("orders", event_pattern=PATTERN)
        await router.put_targets("orders", {"keep": keep})
        await router.put_events([ENTRY])
        await router.idle()
        await settle()
        assert not got
        async with router:
            await router.idle()
        assert len(got) == 1

    asyncio.run(scene())


def test_a_router_that_was_started_twice_is_stopped_once() -> None:
    async def scene() -> None:
        router = Router()
        await router.start()
        await router.start()
        await router.stop()
        await settle()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scene())


def test_a_store_serves_one_router_at_a_time() -> None:
    async def scene() -> None:
        store = MemoryStore()
        async with Router(store) as first:
            second = Router(store)
            with pytest.raises(StoreError, match="another router") as refused:
                await second.start()
            assert refused.value.code is StoreCode.LOCKED
            await second.stop()
            await first.put_rule("rule", event_pattern=PATTERN)
        async with second:
            assert (await second.plane.describe_rule("rule")).name == "rule"

    asyncio.run(scene())
