"""Archives fill themselves, and replays put their events on their bus once more."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

from eventmatch.bus import replays
from eventmatch.bus.archive_model import DAY, Archive, ArchiveState, ReplayState
from eventmatch.bus.archive_rule import archive_rule
from eventmatch.bus.arn import Place
from eventmatch.bus.ports import ArchivedEvent
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.targets import describe
from eventmatch.errors import ServiceCode, ServiceError, StoreCode, StoreError
from eventmatch.router.archiving import archive_makers
from eventmatch.router.destinations import RuleTargets
from eventmatch.store.memory import MemoryStore
from eventmatch.store.port import Store
from eventmatch.store.sqlite import SqliteStore
from eventmatch.targets import Adapters, Resources
from eventmatch.targets.archive import ArchiveTarget
from eventmatch.testing.clock import settle
from tests.router.worlds import START, DyingStore, HeldStore, World

FOREVER: Final = 1e11
FULL: Final = StoreError(StoreCode.FULL, "no space is left")
MakeStore = Callable[[], Store]


@pytest.fixture(params=["memory", "sqlite"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    """Makes stores with the same content, for use one after the other."""
    if request.param == "memory":
        store = MemoryStore()
        return lambda: store
    return lambda: SqliteStore(tmp_path / "events.db")


def play(world: World, scene: Callable[[World], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with world.router:
            await scene(world)

    asyncio.run(whole())


def test_a_replay_is_what_the_reference_tells(make_store: MakeStore) -> None:
    async def scene(world: World) -> None:
        await world.router.archives.create_archive("a")
        await world.put_rule("on")
        await world.put_rule("off")
        await world.put(0, 1, 2, 3)
        await world.rest()
        live = {event["detail"]["n"]: event for event in world.events("on")}
        await world.router.plane.disable_rule("off")
        world.got["on"].clear()
        world.got["off"].clear()
        await world.router.replays.start_replay(
            "again", archive="a", start=START + 60, end=START + 180
        )
        await world.rest()
        assert world.numbers("on") == [1, 2]
        assert world.numbers("off") == []
        for payload in world.got["on"]:
            again = json.loads(payload)
            first = live[again["detail"]["n"]]
            assert again["id"] != first["id"]
            assert again == {**first, "id": again["id"], "replay-name": "again"}
            assert list(again)[6:9] == ["region", "replay-name", "resources"]
        assert (await world.router.archives.describe_archive("a")).event_count == 4

    play(World(make_store()), scene)


def test_an_archive_has_what_was_put_before(make_store: MakeStore) -> None:
    async def scene(world: World) -> None:
        await world.router.archives.create_archive("a", event_pattern='{"source":["shop"]}')
        await world.put(*range(250))
        await world.put(0, Source="till")
        status = await world.router.archives.describe_archive("a")
        assert status.event_count == 250
        assert status.size_bytes > 250 * 200
        assert status.state is ArchiveState.ENABLED
        await world.put_rule("r")
        await world.router.replays.start_replay("again", archive="a", start=0, end=FOREVER)
        await world.put(250)
        await world.rest()
        assert set(range(250)) <= set(world.numbers("r"))

    play(World(make_store()), scene)


def test_archives_and_replays_outlive_the_process(make_store: MakeStore) -> None:
    async def before(world: World) -> None:
        await world.router.archives.create_archive("a", retention_days=3, description="d")
        await world.put(1, 2)
        await world.router.replays.start_replay("first", archive="a", start=0, end=START + 90)
        await world.rest()
        kept.append(await world.router.archives.describe_archive("a"))
        kept.append(await world.router.replays.describe_replay("first"))

    async def behind(world: World) -> None:
        assert await world.router.archives.describe_archive("a") == kept[0]
        assert await world.router.replays.describe_replay("first") == kept[1]
        await world.put(3)
        assert (await world.router.archives.describe_archive("a")).event_count == 3

    kept: list[object] = []
    play(World(make_store()), before)
    play(World(make_store()), behind)


def test_a_replay_goes_on_behind_a_sudden_end(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "PAGE", 3)

    async def before(world: World) -> None:
        await world.put_rule("r", '{"replay-name":["again"]}')
        await world.router.archives.create_archive("a")
        await world.put(*range(10))
        await world.router.replays.start_replay("again", archive="a", start=0, end=FOREVER)
        await world.rest()
        assert world.numbers("r") == [0, 1, 2, 3, 4, 5]

    async def behind(world: World) -> None:
        await world.rest()
        replay = await world.router.replays.describe_replay("again")
        assert replay.state is ReplayState.COMPLETED
        assert replay.last_replayed == (START + 9 * 60) // 60 * 60

    # The start is written and the first page; the second page is put and not noted.
    first, second = World(DyingStore(make_store(), 2)), World(make_store())
    play(first, before)
    second.listen("r")
    play(second, behind)
    events = [*first.events("r"), *second.events("r")]
    assert Counter(event["detail"]["n"] for event in events) == {
        n: 2 if n in (3, 4, 5) else 1 for n in range(10)
    }
    assert len({event["id"] for event in events}) == 10


def test_a_replay_that_is_being_called_off_stays_so_behind_a_restart() -> None:
    store = HeldStore()

    async def before(world: World) -> None:
        await world.router.archives.create_archive("a")
        await world.put(1)
        await world.router.replays.start_replay("again", archive="a", start=0, end=FOREVER)
        await world.router.replays.cancel_replay("again")

    async def behind(world: World) -> None:
        store.archives.let()
        await world.rest()
        replay = await world.router.replays.describe_replay("again")
        assert replay.state is ReplayState.CANCELLED
        assert (replay.cursor, replay.ended) == (None, world.clock.now())

    play(World(store), before)
    store.archives.hold()
    play(World(store), behind)


def test_a_replay_ends_where_it_is_called_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "PAGE", 1)
    store = HeldStore()

    async def scene(world: World) -> None:
        replays_of = world.router.replays
        await world.put_rule("r", '{"replay-name":["again"]}')
        await world.router.archives.create_archive("a")
        await world.put(1, 2, 3)
        await replays_of.start_replay("again", archive="a", start=0, end=FOREVER)
        store.archives.let(1)
        await settle()
        assert (await replays_of.describe_replay("again")).state is ReplayState.RUNNING
        assert (await replays_of.cancel_replay("again")).state is ReplayState.CANCELLING
        with pytest.raises(ServiceError) as refused:
            await replays_of.cancel_replay("again")
        assert refused.value.code is ServiceCode.ILLEGAL_STATUS
        store.archives.let()
        await world.rest()
        assert (await replays_of.describe_replay("again")).state is ReplayState.CANCELLED
        assert world.numbers("r") == [1]

    play(World(store), scene)


def test_another_archive_of_the_name_is_not_that_of_the_replay() -> None:
    store = HeldStore()

    async def scene(world: World) -> None:
        await world.put_rule("r", '{"replay-name":["again"]}')
        await world.router.archives.create_archive("a")
        await world.put(1)
        await world.router.replays.start_replay("again", archive="a", start=0, end=FOREVER)
        await world.router.archives.delete_archive("a")
        await world.router.archives.create_archive("a")
        await world.put(2)
        store.archives.let()
        await world.rest()
        replay = await world.router.replays.describe_replay("again")
        assert replay.state is ReplayState.FAILED
        assert replay.state_reason == "Archive resource not found."
        assert world.numbers("r") == []

    play(World(store), scene)


def test_an_archive_that_cannot_write_holds_up_nobody_and_catches_up() -> None:
    store = HeldStore()

    async def scene(world: World) -> None:
        await world.router.archives.create_archive("a")
        await world.put_rule("r")
        store.archives.fault = FULL
        await world.put(1, 2)
        await world.rest()
        assert world.numbers("r") == [1, 2]
        assert (await world.router.archives.describe_archive("a")).event_count == 0
        store.archives.fault = None
        await world.clock.advance(3600)
        await world.rest()
        assert (await world.router.archives.describe_archive("a")).event_count == 2

    play(World(store), scene)


def test_an_archive_that_is_deleted_takes_its_events_and_its_rule_along() -> None:
    store = HeldStore()

    async def scene(world: World) -> None:
        router = world.router
        await router.plane.create_event_bus("shop")
        archive = await router.archives.create_archive("a", event_bus_name="shop")
        store.archives.fault = FULL
        await world.put(1, EventBusName="shop")  # waits for another attempt
        await world.rest()
        store.archives.fault = None
        await router.archives.delete_archive("a")
        again = await router.archives.create_archive("a", event_bus_name="shop")
        await world.clock.advance(DAY)
        await world.rest()
        assert await store.archives.archive_size(archive.key) == (0, 0)
        assert await store.archives.archive_size(again.key) == (0, 0)
        assert await router.queues.peek("dead-letters") == []
        await router.archives.delete_archive("a")
        names = await router.plane.list_rule_names_by_target(
            "arn:aws:events:us-east-1:::", event_bus_name="shop"
        )
        assert list(names.items) == []
        await router.plane.delete_event_bus("shop")

    play(World(store), scene)


def test_what_could_not_be_deleted_is_behind_the_next_start() -> None:
    store = HeldStore()
    keys: list[str] = []

    async def before(world: World) -> None:
        archive = await world.router.archives.create_archive("a")
        keys.append(archive.key)
        await world.put(1)
        await world.rest()
        store.archives.fault = FULL
        await world.router.archives.delete_archive("a")
        store.archives.fault = None
        assert (await store.archives.archive_size(archive.key))[0] == 1

    async def behind(_: World) -> None:
        assert await store.archives.archive_size(keys[0]) == (0, 0)
        assert await store.records.load("archive-leftover") == {}

    play(World(store), before)
    play(World(store), behind)


def test_an_archive_without_its_rule_can_be_deleted() -> None:
    async def scene(world: World) -> None:
        plane, archives = world.router.plane, world.router.archives
        await archives.create_archive("a")
        rule = "Events-Archive-a"
        await plane.remove_targets(rule, [rule], force=True)
        assert (await archives.describe_archive("a")).state is ArchiveState.DISABLED
        await plane.delete_rule(rule, force=True)
        await plane.put_rule(rule, event_pattern='{"source":["own"]}')
        with pytest.raises(ServiceError, match="Rule Events-Archive-a already exists"):
            await archives.update_archive("a", description="repair")
        await archives.delete_archive("a")
        assert (await plane.describe_rule(rule)).managed_by is None

    play(World(), scene)


def test_events_go_when_their_days_are_over() -> None:
    async def scene(world: World) -> None:
        archives = world.router.archives
        await archives.create_archive("a", retention_days=2)
        await archives.create_archive("all")
        await world.put(1)
        await world.clock.advance(DAY)
        await world.put(2)
        await world.rest()
        await world.clock.advance(DAY + 3600)
        assert (await archives.describe_archive("a")).event_count == 1
        await archives.update_archive("a", retention_days=0)
        await world.clock.advance(100 * DAY)
        assert (await archives.describe_archive("a")).event_count == 1
        await archives.update_archive("a", retention_days=1)
        await world.clock.advance(3600)
        assert (await archives.describe_archive("a")).event_count == 0
        assert (await archives.describe_archive("all")).event_count == 2

    play(World(), scene)


def test_days_go_on_while_nothing_runs(make_store: MakeStore) -> None:
    async def before(world: World) -> None:
        await world.router.archives.create_archive("a", retention_days=2)
        await world.put(1)
        await world.rest()

    async def behind(world: World) -> None:
        await world.put_rule("r", '{"replay-name":["again"]}')
        await world.router.replays.start_replay("again", archive="a", start=0, end=FOREVER)
        await world.rest()
        assert world.numbers("r") == []

    play(World(make_store()), before)
    play(World(make_store(), now=START + 2 * DAY + 1), behind)


def test_what_is_over_goes_behind_a_restart() -> None:
    store = MemoryStore()

    async def before(world: World) -> None:
        await world.router.archives.create_archive("a", retention_days=2)
        await world.put(1)
        await world.rest()

    async def behind(world: World) -> None:
        await settle()
        assert (await world.router.archives.describe_archive("a")).event_count == 0

    play(World(store), before)
    play(World(store, now=START + 2 * DAY + 1), behind)


def test_an_archive_gets_events_without_any_rendering() -> None:
    async def keep(_archive: str, _events: Sequence[ArchivedEvent]) -> None:
        raise AssertionError

    place = Place(partition="aws", region="us-east-1", account="123456789012")
    archive = Archive(
        name="a", id="1", arn=place.archive("a"), bus="b", source=place.bus("b"), created=1.0
    )
    rule = archive_rule(archive, place)
    resources = Resources(account=place.account, region=place.region)
    targets = RuleTargets(Adapters(resources, archive_makers(keep)), None)
    (target,) = rule.targets
    destination = targets.destination(describe(rule, target))
    assert isinstance(destination.adapter, ArchiveTarget)
    assert destination.render is None


def test_a_name_is_free_90_days_behind_its_replay() -> None:
    store = HeldStore()

    async def scene(world: World) -> None:
        start = world.router.replays.start_replay
        store.archives.let()
        await world.router.archives.create_archive("a")
        await start("again", archive="a", start=0, end=1)
        await start("other", archive="a", start=0, end=1)
        await world.rest()
        await world.clock.advance(90 * DAY)
        with pytest.raises(ServiceError, match="Replay again already exists"):
            await start("again", archive="a", start=0, end=1)
        await world.clock.advance(1)
        await start("again", archive="a", start=2, end=3)
        assert list((await world.router.replays.list_replays()).items) == [
            await world.router.replays.describe_replay("again")
        ]
        assert list(await store.records.load("replay")) == ["again"]

    play(World(store), scene)


@pytest.mark.parametrize(
    ("quotas", "pattern"),
    [
        (Quotas(rules_per_bus=1), None),
        (Quotas(pattern_characters=10), '{"source":["shop"]}'),
        (Quotas(wildcard_rules_per_bus=0), '{"source":[{"wildcard":"a*b"}]}'),
    ],
)
def test_an_archive_has_its_place_in_the_quotas_of_rules(
    quotas: Quotas, pattern: str | None
) -> None:
    async def scene(world: World) -> None:
        await world.router.plane.put_rule("r", event_pattern='{"a":[1]}')
        with pytest.raises(ServiceError) as refused:
            await world.router.archives.create_archive("a", event_pattern=pattern)
        assert refused.value.code is ServiceCode.LIMIT_EXCEEDED
        assert list((await world.router.archives.list_archives()).items) == []

    play(World(quotas=quotas), scene)


def test_a_rule_of_somebody_else_is_not_replaced() -> None:
    async def scene(world: World) -> None:
        await world.put_rule("Events-Archive-a")
        with pytest.raises(ServiceError) as refused:
            await world.router.archives.create_archive("a")
        assert refused.value.code is ServiceCode.RESOURCE_ALREADY_EXISTS
        await world.put(1)
        await world.rest()
        assert world.numbers("Events-Archive-a") == [1]

    play(World(), scene)
