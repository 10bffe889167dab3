"""How a replay reads its archive, waits, fails and ends."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import Any, Final

import pytest

from eventmatch.bus import replays as module
from eventmatch.bus.archive_model import Replay, ReplayState
from eventmatch.bus.archives import Archives
from eventmatch.bus.ports import ArchivedEvent
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.replays import Replays, again
from eventmatch.errors import ServiceCode, ServiceError, StoreCode, StoreError
from eventmatch.store.memory import MemoryStore
from eventmatch.testing.clock import VirtualClock, settle
from tests.bus.fakes import MemoryRecords, new_plane, run

DEFAULT: Final = "arn:aws:events:us-east-1:123456789012:event-bus/default"
ENVELOPE: Final = (
    b'{"version":"0","id":"%d","detail-type":"d","source":"s","account":"1",'
    b'"time":"1970-01-01T00:00:%02dZ","region":"r","resources":[],"detail":{}}'
)


async def _settled(_: Iterable[int]) -> None:
    pass


class World:
    """Replays of an archive with some events, and what they put on the bus."""

    replays: Replays

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.records = MemoryRecords()
        self.store = MemoryStore()
        self.emitted: list[bytes] = []
        self.rules: list[Collection[str] | None] = []
        self.faults: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def open(self, events: int) -> None:
        await self.store.open()
        plane = await new_plane(self.records, clock=self.clock)
        ids = iter(map(str, range(1000)))
        archives = Archives(
            plane,
            self.records,
            self.store.archives,
            new_id=lambda: next(ids),
            settled=_settled,
        )
        archive = await archives.create_archive("a")
        await self.store.archives.archive(
            archive.key, [ArchivedEvent(ENVELOPE % (n, n), float(n), 0.0) for n in range(events)]
        )
        self.replays = Replays(
            self.records,
            archives,
            self.emit,
            place=plane.place,
            quotas=Quotas(),
            clock=self.clock,
            new_id=lambda: next(ids),
        )

    async def emit(self, bus: str, bodies: Sequence[bytes], rules: Collection[str] | None) -> None:
        assert bus == "default"
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        self.emitted += bodies
        self.rules.append(rules)

    async def begin(self, name: str = "again", **members: Any) -> Replay:
        given = {"archive": "a", "start": 0.0, "end": 60.0, **members}
        return await self.replays.start_replay(name, **given)

    async def state(self, name: str = "again") -> ReplayState:
        return (await self.replays.describe_replay(name)).state


def play(scene: Callable[[World], Awaitable[None]], events: int = 5) -> None:
    async def whole() -> None:
        world = World()
        await world.open(events)
        try:
            await scene(world)
        finally:
            await world.replays.stop()

    run(whole())


def test_no_page_is_read_before_the_one_before_is_on_its_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)

    async def scene(world: World) -> None:
        pages: list[Any] = []
        archived = world.store.archives.archived

        async def counted(*given: Any) -> Any:
            pages.append(given)
            return await archived(*given)

        setattr(world.store.archives, "archived", counted)  # noqa: B010
        world.gate.clear()
        await world.begin()
        await settle()
        assert (len(pages), await world.state()) == (1, ReplayState.STARTING)
        world.gate.set()
        await world.replays.idle()
        assert len(pages) == 4
        assert len(world.emitted) == 5
        assert await world.state() is ReplayState.COMPLETED

    play(scene)


def test_a_replay_that_is_called_off_ends_behind_the_page_that_is_on_its_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)

    async def scene(world: World) -> None:
        world.gate.clear()
        await world.begin()
        await settle()
        await world.replays.cancel_replay("again")
        world.gate.set()
        await world.replays.idle()
        found = await world.replays.describe_replay("again")
        assert (found.state, len(world.emitted)) == (ReplayState.CANCELLED, 2)
        assert found.cursor is not None
        assert found.cursor[0] == 1.0

    play(scene)


def test_a_store_that_fails_is_asked_again() -> None:
    async def scene(world: World) -> None:
        world.faults = [StoreError(StoreCode.FULL, "full")] * 2
        await world.begin()
        await world.clock.advance(module.STORE_RETRY)
        assert (world.emitted, await world.state()) == ([], ReplayState.STARTING)
        await world.clock.advance(module.STORE_RETRY)
        assert len(world.emitted) == 5
        assert await world.state() is ReplayState.COMPLETED

    play(scene)


def test_a_replay_that_cannot_go_on_fails() -> None:
    async def scene(world: World) -> None:
        world.faults = [RuntimeError("what nobody thought of")]
        await world.begin()
        await world.replays.idle()
        replay = await world.replays.describe_replay("again")
        assert (replay.state, replay.state_reason) == (ReplayState.FAILED, "Internal error.")
        assert replay.ended == world.clock.now()
        assert await world.begin("next")

    play(scene)


def test_only_rules_that_are_named_see_the_events() -> None:
    async def scene(world: World) -> None:
        await world.begin("one")
        await world.replays.idle()
        await world.begin("two", filter_arns=["arn:1", "arn:2"])
        await world.replays.idle()
        assert world.rules == [None, {"arn:1", "arn:2"}]

    play(scene)


def test_a_replay_tells_how_far_it_is() -> None:
    async def scene(world: World) -> None:
        await world.begin(end=0.5)
        await world.begin("nothing", start=30.0)
        await world.replays.idle()
        assert len(world.emitted) == 1
        found = await world.replays.describe_replay("again")
        assert (found.last_replayed, found.cursor and found.cursor[0]) == (0.0, 0.0)
        assert (await world.replays.describe_replay("nothing")).last_replayed is None

    play(scene)


def test_an_event_has_one_id_in_a_replay_and_another_in_the_next() -> None:
    async def scene(world: World) -> None:
        first = await world.begin()
        second = await world.begin("other")
        body = ENVELOPE % (1, 1)
        assert again(body, first) == again(body, first)
        ids = {again(body, replay)[21:57] for replay in (first, second)}
        assert len(ids | {again(ENVELOPE % (2, 2), first)[21:57]}) == 3

    play(scene)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"name": "a b"}, ServiceCode.VALIDATION),
        ({"archive": "b"}, ServiceCode.VALIDATION),
        ({"archive": "arn:aws:events:eu-west-1:1:archive/a"}, ServiceCode.VALIDATION),
        ({"destination": f"{DEFAULT}-other"}, ServiceCode.RESOURCE_NOT_FOUND),
        ({"start": 60.0}, ServiceCode.VALIDATION),
        ({"description": "x" * 513}, ServiceCode.VALIDATION),
    ],
)
def test_what_cannot_be_replayed_is_refused(members: dict[str, Any], code: ServiceCode) -> None:
    async def scene(world: World) -> None:
        with pytest.raises(ServiceError) as refused:
            await world.begin(**members)
        assert refused.value.code is code
        assert list((await world.replays.list_replays()).items) == []

    play(scene)


def test_a_start_that_cannot_be_written_starts_nothing() -> None:
    async def scene(world: World) -> None:
        world.records.fails = True
        with pytest.raises(StoreError):
            await world.begin()
        world.records.fails = False
        await settle()
        assert world.emitted == []
        await world.begin(destination=DEFAULT)

    play(scene)


def test_a_replay_comes_back_from_its_record() -> None:
    async def scene(world: World) -> None:
        replay = await world.begin(filter_arns=["arn:1"], description="d")
        await world.replays.idle()
        ended = await world.replays.describe_replay("again")
        for each in (replay, ended):
            assert Replay.from_record(each.to_record()) == each

    play(scene)


def test_records_that_say_nothing_are_told_of() -> None:
    async def scene(world: World) -> None:
        world.records.kinds["replay"] = {"again": b"{}"}
        with pytest.raises(StoreError) as error:
            await world.replays.start()
        assert error.value.code is StoreCode.CORRUPT

    play(scene)
