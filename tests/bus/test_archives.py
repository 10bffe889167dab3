"""What may be archived, and that an archive and its rule are written together or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

import pytest

from eventmatch.bus.archive_model import ArchiveState
from eventmatch.bus.archives import Archives
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.ports import ArchivedEvent
from eventmatch.errors import ServiceCode, ServiceError, StoreCode, StoreError
from eventmatch.store.memory import MemoryStore
from eventmatch.testing.clock import VirtualClock
from tests.bus.fakes import MemoryRecords, new_plane, run

EVENT: Final = ArchivedEvent(b"{}", 1.0, 1.0)


class World:
    """Archives over records that can fail and a store in memory."""

    plane: ControlPlane
    archives: Archives

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.records = MemoryRecords()
        self.store = MemoryStore()
        self.settled: list[list[int]] = []
        self.ids = iter(map(str, range(1000)))

    async def open(self) -> None:
        await self.store.open()
        self.plane = await new_plane(self.records, clock=self.clock)
        self.archives = self.new_archives()
        await self.archives.start()

    def new_archives(self) -> Archives:
        return Archives(
            self.plane,
            self.records,
            self.store.archives,
            new_id=lambda: next(self.ids),
            settled=self._settle,
        )

    async def _settle(self, lanes: Iterable[int]) -> None:
        self.settled.append(list(lanes))


def play(scene: Callable[[World], Awaitable[None]]) -> None:
    async def whole() -> None:
        world = World()
        await world.open()
        try:
            await scene(world)
        finally:
            await world.archives.stop()

    run(whole())


async def refused(work: Awaitable[Any]) -> ServiceError:
    with pytest.raises(ServiceError) as error:
        await work
    return error.value


def test_a_write_that_fails_leaves_neither_archive_nor_rule() -> None:
    async def scene(world: World) -> None:
        world.records.fails = True
        with pytest.raises(StoreError):
            await world.archives.create_archive("a")
        assert not world.archives.exists("a")
        assert list((await world.plane.list_rules()).items) == []

    play(scene)


def test_a_deletion_that_fails_leaves_both() -> None:
    async def scene(world: World) -> None:
        await world.archives.create_archive("a")
        world.records.fails = True
        with pytest.raises(StoreError):
            await world.archives.delete_archive("a")
        assert (await world.archives.describe_archive("a")).state is ArchiveState.ENABLED
        world.records.fails = False
        await world.archives.delete_archive("a")
        assert world.records.kinds["archive"] == world.records.kinds["archive-leftover"] == {}
        assert world.records.kinds["rule"] == {}

    play(scene)


def test_an_archive_and_its_rule_are_one_write() -> None:
    async def scene(world: World) -> None:
        before = len(world.records.writes)
        await world.archives.create_archive("a")
        (changes,) = world.records.writes[before:]
        assert {change.kind for change in changes} == {"archive", "rule"}

    play(scene)


def test_a_creation_that_nobody_waits_for_is_whole() -> None:
    async def scene(world: World) -> None:
        creation = asyncio.ensure_future(world.archives.create_archive("a"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        creation.cancel()
        with pytest.raises(asyncio.CancelledError):
            await creation
        written = "a" in world.records.kinds.get("archive", {})
        assert world.archives.exists("a") is written is True

    play(scene)


@pytest.mark.parametrize(
    "members",
    [
        {"name": "x" * 49},
        {"name": "a b"},
        {"name": "a", "retention_days": -1},
        {"name": "a", "description": "x" * 513},
        {"name": "a", "event_pattern": "x" * 4097},
        {"name": "a", "event_bus_name": "arn:aws:events:us-east-1:123456789012:rule/r"},
    ],
)
def test_what_no_archive_is_is_refused(members: dict[str, Any]) -> None:
    async def scene(world: World) -> None:
        error = await refused(world.archives.create_archive(**members))
        assert error.code is ServiceCode.VALIDATION
        assert world.records.kinds.get("archive", {}) == {}

    play(scene)


def test_only_an_archive_that_is_there_keeps_events() -> None:
    async def scene(world: World) -> None:
        archive = await world.archives.create_archive("a")
        await world.archives.keep(archive.key, [EVENT])
        await world.archives.keep("a:another", [EVENT])
        await world.archives.keep("b:1", [EVENT])
        assert await world.store.archives.archive_size(archive.key) == (1, 2)
        assert await world.store.archives.archive_size("a:another") == (0, 0)
        assert await world.store.archives.archive_size("b:1") == (0, 0)

    play(scene)


def test_an_archive_that_is_deleted_while_it_keeps_something_keeps_nothing() -> None:
    async def scene(world: World) -> None:
        archive = await world.archives.create_archive("a")
        store, going_on = world.store.archives, asyncio.Event()
        archive_now = store.archive

        async def slow(name: str, events: Any) -> None:
            await going_on.wait()
            await archive_now(name, events)

        setattr(store, "archive", slow)  # noqa: B010
        keeping = asyncio.ensure_future(world.archives.keep(archive.key, [EVENT]))
        await asyncio.sleep(0)
        await world.archives.delete_archive("a")
        going_on.set()
        await keeping
        assert await store.archive_size(archive.key) == (0, 0)

    play(scene)


def test_pages_leave_out_what_is_over() -> None:
    async def scene(world: World) -> None:
        archive = await world.archives.create_archive("a", retention_days=1)
        now = world.clock.now()
        old, new = (ArchivedEvent(b"{}", 5.0, now - age) for age in (86_401, 86_400))
        await world.store.archives.archive(archive.key, [new, old])
        first = await world.archives.read(archive, 0.0, 9.0, None, 1)
        second = await world.archives.read(archive, 0.0, 9.0, first.last, 1)
        third = await world.archives.read(archive, 0.0, 9.0, second.last, 1)
        assert (list(first.events), list(second.events)) == ([new], [])
        assert second.last is not None
        assert third.last is None

    play(scene)


def test_whoever_asks_waits_for_what_is_on_its_way() -> None:
    async def scene(world: World) -> None:
        archive = await world.archives.create_archive("a")
        await world.archives.describe_archive("a")
        await world.archives.read(archive, 0.0, 9.0, None, 1)
        routes = world.plane.routes()
        assert routes is not None
        route = routes.route("Events-Archive-a")
        assert route is not None
        assert world.settled == [list(route.lanes)] * 2 != [[]] * 2

    play(scene)


def test_a_store_that_fails_is_asked_again_for_what_is_over() -> None:
    async def scene(world: World) -> None:
        archive = await world.archives.create_archive("a", retention_days=1)
        store = world.store.archives
        await store.archive(archive.key, [EVENT._replace(ingested=world.clock.now())])
        expire = store.expire

        async def fail(name: str, before: float) -> None:
            raise StoreError(StoreCode.LOCKED, f"{name} {before}")

        setattr(store, "expire", fail)  # noqa: B010
        await world.clock.advance(86_400 + 3600)
        assert await store.archive_size(archive.key) == (1, 2)
        setattr(store, "expire", expire)  # noqa: B010
        await world.clock.advance(3600)
        assert await store.archive_size(archive.key) == (0, 0)

    play(scene)


def test_records_that_say_nothing_are_told_of() -> None:
    async def scene(world: World) -> None:
        world.records.kinds["archive"] = {"a": b"[]"}
        with pytest.raises(StoreError) as error:
            await world.new_archives().start()
        assert error.value.code is StoreCode.CORRUPT

    play(scene)
