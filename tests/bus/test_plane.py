"""The control plane lasts, keeps writers apart, and changes all of something or nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from eventmatch.bus.model import Rule, RuleState
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.policies import Caller
from eventmatch.bus.ports import AnyChange
from eventmatch.bus.quotas import Quotas
from eventmatch.errors import ServiceCode, ServiceError, StoreCode, StoreError
from eventmatch.testing.clock import VirtualClock
from tests.bus.fakes import MemoryRecords, new_plane, run

PATTERN = '{"source":["shop"]}'
EVENT = b'{"source":"shop"}'
QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
TARGET = {"Id": "t", "Arn": QUEUE, "RetryPolicy": {"MaximumRetryAttempts": 3}}
BUS_ARN = "arn:aws:events:us-east-1:123456789012:event-bus/shop"
RULE_ARN = "arn:aws:events:us-east-1:123456789012:rule/shop/r"

Step = Callable[[ControlPlane], Awaitable[Any]]

FILL: list[Step] = [
    lambda plane: plane.create_event_bus(
        "shop", description="Orders", settings={"KmsKeyIdentifier": "k"}, tags={"b": "1", "a": "2"}
    ),
    lambda plane: plane.put_permission(
        "shop", action="events:PutEvents", principal="*", statement_id="s"
    ),
    lambda plane: plane.put_rule("r", event_bus_name="shop", event_pattern=PATTERN, tags={"x": ""}),
    lambda plane: plane.put_rule("off", event_pattern=PATTERN, state=RuleState.DISABLED),
    lambda plane: plane.put_rule("tick", schedule_expression="rate(1 minute)", description=""),
    lambda plane: plane.put_rule("mine", event_pattern=PATTERN, managed_by="archives"),
    lambda plane: plane.put_targets(
        "r", [TARGET, {"Id": "a", "Arn": QUEUE}], event_bus_name="shop"
    ),
    lambda plane: plane.put_targets("tick", [{"Id": "t", "Arn": QUEUE, "Input": "{}"}]),
]

CHANGES: dict[str, Step] = {
    "create_event_bus": lambda plane: plane.create_event_bus("new"),
    "update_event_bus": lambda plane: plane.update_event_bus("shop", description="New"),
    "delete_event_bus": lambda plane: plane.delete_event_bus("empty"),
    "put_permission": lambda plane: plane.put_permission(
        "shop", action="events:PutEvents", principal="*", statement_id="new"
    ),
    "remove_permission": lambda plane: plane.remove_permission("shop", remove_all=True),
    "put_rule": lambda plane: plane.put_rule("new", event_pattern=PATTERN),
    "put_rule again": lambda plane: plane.put_rule(
        "r", event_bus_name="shop", event_pattern='{"source":["other"]}'
    ),
    "enable_rule": lambda plane: plane.enable_rule("off"),
    "disable_rule": lambda plane: plane.disable_rule("r", event_bus_name="shop"),
    "delete_rule": lambda plane: plane.delete_rule("off"),
    "put_targets": lambda plane: plane.put_targets("off", [TARGET]),
    "remove_targets": lambda plane: plane.remove_targets("r", ["t"], event_bus_name="shop"),
    "tag_resource": lambda plane: plane.tag_resource(BUS_ARN, {"new": ""}),
    "untag_resource": lambda plane: plane.untag_resource(RULE_ARN, ["x"]),
}


async def filled(records: MemoryRecords) -> ControlPlane:
    plane = await new_plane(records)
    await plane.create_event_bus("empty")
    for step in FILL:
        await step(plane)
    return plane


async def everything(plane: ControlPlane) -> list[Any]:
    """All that a plane can be asked for."""
    found: list[Any] = []
    for bus in (await plane.list_event_buses()).items:
        rules = await plane.list_rules(event_bus_name=bus.name)
        names = await plane.list_rule_names_by_target(QUEUE, event_bus_name=bus.name)
        routes = plane.routes(bus.name)
        assert routes is not None
        matching = {route.rule.name: route.lanes for route in routes.matching(EVENT)}
        found += [bus, rules, names, matching, [routes.route(rule.name) for rule in rules.items]]
    return found


def test_everything_outlives_the_plane() -> None:
    async def scenario() -> None:
        records = MemoryRecords()
        before = await everything(await filled(records))
        after = await new_plane(records, clock=VirtualClock(2_000_000_000.0))
        assert await everything(after) == before
        assert (await after.describe_event_bus()).created == VirtualClock().now()

    run(scenario())


def test_what_was_deleted_stays_deleted() -> None:
    async def scenario() -> None:
        records = MemoryRecords()
        plane = await filled(records)
        await plane.remove_targets("r", ["t", "a"], event_bus_name="shop")
        await plane.delete_rule("r", event_bus_name="shop")
        await plane.delete_event_bus("shop")
        again = await new_plane(records)
        assert again.routes("shop") is None
        assert await everything(again) == await everything(plane)

    run(scenario())


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_one_write_and_can_be_seen(name: str) -> None:
    async def scenario() -> None:
        records = MemoryRecords()
        plane = await filled(records)
        before, writes = await everything(plane), len(records.writes)
        await CHANGES[name](plane)
        assert len(records.writes) == writes + 1
        assert await everything(plane) != before

    run(scenario())


@pytest.mark.parametrize("name", CHANGES)
def test_a_failed_write_changes_nothing(name: str) -> None:
    async def scenario() -> None:
        records = MemoryRecords()
        plane = await filled(records)
        before = await everything(plane)
        records.fails = True
        with pytest.raises(StoreError):
            await CHANGES[name](plane)
        records.fails = False
        assert await everything(plane) == before
        assert await everything(await new_plane(records)) == before
        await CHANGES[name](plane)

    run(scenario())


class SlowRecords(MemoryRecords):
    """Records that write when they are told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.go.set()

    async def write(self, changes: Sequence[AnyChange]) -> None:
        await self.go.wait()
        await super().write(changes)


def test_a_caller_who_gives_up_does_not_part_record_and_memory() -> None:
    async def scenario() -> None:
        records = SlowRecords()
        plane = await new_plane(records)
        records.go.clear()
        writing = asyncio.create_task(plane.put_rule("r", event_pattern=PATTERN))
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.sleep(0)
        records.go.set()
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert (await plane.describe_rule("r")).event_pattern == PATTERN
        assert await everything(await new_plane(records)) == await everything(plane)

    run(scenario())


def test_a_rule_is_not_seen_before_it_is_durable() -> None:
    async def scenario() -> None:
        records = SlowRecords()
        plane = await new_plane(records)
        records.go.clear()
        writing = asyncio.create_task(plane.put_rule("r", event_pattern=PATTERN))
        await asyncio.sleep(0)
        routes = plane.routes()
        assert routes is not None
        assert routes.matching(EVENT) == []
        records.go.set()
        await writing
        assert [route.rule.name for route in routes.matching(EVENT)] == ["r"]

    run(scenario())


def test_writers_at_once_are_kept_apart() -> None:
    async def scenario() -> None:
        plane = await new_plane(quotas=Quotas(targets_per_rule=20))
        await plane.put_rule("r", event_pattern=PATTERN)
        await asyncio.gather(
            *(plane.put_targets("r", [{"Id": str(each), "Arn": QUEUE}]) for each in range(20))
        )
        assert len((await plane.describe_rule("r")).targets) == 20

    run(scenario())


@pytest.mark.parametrize(
    ("kind", "key", "record"),
    [
        ("event-bus", "shop", b"{"),
        ("event-bus", "shop", b'{"name":"shop"}'),
        ("event-bus", "shop", b"[]"),
        ("rule", "default/r", b'{"name":"r","targets":[]}'),
        ("rule", "default/r", b"[]"),
    ],
)
def test_a_record_that_says_nothing_is_told(kind: str, key: str, record: bytes) -> None:
    async def scenario() -> None:
        records = MemoryRecords()
        records.kinds[kind] = {key: record}
        with pytest.raises(StoreError) as refused:
            await new_plane(records)
        assert refused.value.code is StoreCode.CORRUPT
        assert key in refused.value.message

    run(scenario())


def rule_record(**changes: Any) -> bytes:
    members = {"name": "r", "bus": "default", "arn": RULE_ARN, "created_by": "1"}
    return Rule(**{**members, "event_pattern": PATTERN, **changes}).to_record()


def test_a_rule_without_its_bus_and_one_without_a_pattern_are_told() -> None:
    async def scenario(record: bytes) -> None:
        records = MemoryRecords()
        await new_plane(records)
        records.kinds["rule"] = {"r": record}
        with pytest.raises(StoreError) as refused:
            await new_plane(records)
        assert refused.value.code is StoreCode.CORRUPT

    run(scenario(rule_record(bus="gone")))
    run(scenario(rule_record(event_pattern="{}")))


@pytest.mark.parametrize(
    "change",
    [
        lambda plane, **force: plane.put_rule("mine", event_pattern=PATTERN, **force),
        lambda plane, **force: plane.disable_rule("mine", **force),
        lambda plane, **force: plane.enable_rule("mine", **force),
        lambda plane, **force: plane.put_targets("mine", [TARGET], **force),
        lambda plane, **force: plane.remove_targets("mine", ["t"], **force),
        lambda plane, **force: plane.delete_rule("mine", **force),
    ],
    ids=["put_rule", "disable_rule", "enable_rule", "put_targets", "remove_targets", "delete_rule"],
)
def test_a_managed_rule_changes_by_force_alone(change: Callable[..., Awaitable[Any]]) -> None:
    async def scenario() -> None:
        plane = await filled(MemoryRecords())
        with pytest.raises(ServiceError) as refused:
            await change(plane)
        assert refused.value.code is ServiceCode.MANAGED_RULE
        await change(plane, force=True)

    run(scenario())


def test_a_managed_rule_keeps_its_tags_and_may_have_a_long_pattern() -> None:
    async def scenario() -> None:
        plane = await filled(MemoryRecords())
        arn = (await plane.describe_rule("mine")).arn
        with pytest.raises(ServiceError) as refused:
            await plane.tag_resource(arn, {"a": "b"})
        assert refused.value.code is ServiceCode.MANAGED_RULE
        long = f'{{"a":["{"x" * 3000}"]}}'
        await plane.put_rule("mine", event_pattern=long, managed_by="archives", force=True)

    run(scenario())


def test_names_are_checked_without_the_face_of_operations_too() -> None:
    async def scenario() -> None:
        plane = await new_plane()
        for step in (
            plane.create_event_bus("a b"),
            plane.put_rule("a/b", event_pattern=PATTERN),
            plane.put_targets("r", [{"Id": "a b", "Arn": QUEUE}]),
            plane.put_targets("r", [{"Arn": QUEUE}]),
        ):
            with pytest.raises(ServiceError, match="failed to satisfy constraint"):
                await step

    run(scenario())


def test_the_wildcards_of_a_bus_are_counted_as_rules_come_and_go() -> None:
    async def scenario() -> None:
        wild = '{"source":[{"wildcard":"a*b"}]}'
        hidden = '{"source":[{"anything-but":{"\\u0077ildcard":"a*b"}}]}'
        records = MemoryRecords()
        plane = await new_plane(records, quotas=Quotas(wildcard_rules_per_bus=1))
        await plane.put_rule("one", event_pattern=hidden)
        await plane.put_rule("one", event_pattern=wild)
        again = await new_plane(records, quotas=Quotas(wildcard_rules_per_bus=1))
        for each in (plane, again):
            with pytest.raises(ServiceError):
                await each.put_rule("two", event_pattern=wild)
        await plane.put_rule("named", event_pattern='{"wildcard":["a"]}')
        await plane.put_rule("one", event_pattern=PATTERN)
        await plane.put_rule("two", event_pattern=wild)
        await plane.delete_rule("two")
        await plane.put_rule("three", event_pattern=wild)

    run(scenario())


def test_what_is_over_a_quota_that_was_lowered_can_still_be_changed() -> None:
    async def scenario() -> None:
        records = MemoryRecords()
        await filled(records)
        low = Quotas(rules_per_bus=1, targets_per_rule=1, tags_per_resource=1, event_buses=1)
        plane = await new_plane(records, quotas=low)
        await plane.put_rule("off", event_pattern=PATTERN)
        await plane.put_targets("r", [TARGET], event_bus_name="shop")
        await plane.tag_resource(BUS_ARN, {"b": "new"})
        for step in (
            plane.put_rule("new", event_pattern=PATTERN),
            plane.put_targets("r", [{**TARGET, "Id": "new"}], event_bus_name="shop"),
            plane.tag_resource(BUS_ARN, {"new": ""}),
            plane.create_event_bus("new"),
        ):
            with pytest.raises(ServiceError):
                await step

    run(scenario())


def test_who_may_put_events_on_which_bus() -> None:
    async def scenario() -> None:
        plane = await filled(MemoryRecords())
        assert plane.may_put_events("shop", Caller("210987654321"))
        assert plane.may_put_events(BUS_ARN, Caller("210987654321"))
        assert not plane.may_put_events("default", Caller("210987654321"))
        assert plane.may_put_events("nowhere", Caller("210987654321"))

    run(scenario())


def test_a_bus_of_another_account_is_not_here() -> None:
    async def scenario() -> None:
        plane = await filled(MemoryRecords())
        other = BUS_ARN.replace("123456789012", "210987654321")
        assert plane.routes(other) is None
        await plane.delete_event_bus(other)
        with pytest.raises(ServiceError, match="Event bus shop does not exist"):
            await plane.describe_event_bus(other)
        for arn in ("r", QUEUE, BUS_ARN.replace("event-bus", "archive")):
            with pytest.raises(ServiceError, match="Provided Arn is not in correct format"):
                await plane.list_tags_for_resource(arn)

    run(scenario())


def test_a_rule_among_a_hundred_thousand_costs_no_more() -> None:
    async def scenario() -> None:
        records = MemoryRecords()
        await new_plane(records)
        records.kinds["rule"] = {
            f"default/{each}": rule_record(
                name=str(each), event_pattern=f'{{"source":["s{each}"]}}'
            )
            for each in range(100_000)
        }
        plane = await new_plane(records, quotas=Quotas(rules_per_bus=200_000))
        times = []
        for each in range(20):
            began = time.thread_time()
            await plane.put_rule(f"{each * 4999}-new", event_pattern=PATTERN)
            await plane.put_rule(str(each * 4999), event_pattern=PATTERN)
            times.append(time.thread_time() - began)
        assert sorted(times)[10] < 2 * 0.005

    run(scenario())
