"""Rules with a schedule, through a whole router. Meaning: reference §4.1."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from eventmatch.bus.model import Rule, RuleState
from eventmatch.bus.ports import AnyChange, Change
from eventmatch.errors import StoreCode, StoreError
from eventmatch.router.router import Router
from eventmatch.schedule.missing import MissedFires
from eventmatch.schedule.ports import ScheduleChange
from eventmatch.store.memory import MemoryStore
from eventmatch.store.sqlite import SqliteStore
from tests.loops import in_loop
from tests.router.worlds import START, World

ARN = "arn:aws:events:us-east-1:123456789012:rule/"
EVERY_EVENT = '{"source":["aws.events"]}'


class Stage(World):
    """A router whose rules have schedules, and functions that note when they were called."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.times: list[tuple[str, float]] = []

    async def schedule(self, name: str, expression: str, **members: Any) -> None:
        await self.router.put_rule(name, schedule_expression=expression, **members)

    async def target(self, name: str, **members: Any) -> None:
        async def note(_: object) -> None:
            self.times.append((name, self.clock.now() - START))

        await self.router.put_targets(name, {"t": {"Arn": note, **members}})

    def minutes(self) -> list[int]:
        """When the functions were called, rounded to minutes behind START."""
        return [round(moment / 60) for _, moment in self.times]

    async def advance(self, seconds: float) -> None:
        await self.clock.advance(seconds, self.rest)


@in_loop
async def test_a_rate_fires_at_once_and_then_every_period() -> None:
    stage = Stage()
    async with stage.router:
        arn = stage.listen("beat")
        await stage.schedule("beat", "rate(5 minutes)")
        await stage.router.put_targets("beat", {"t": arn})
        await stage.advance(10 * 60)
    assert [event["time"] for event in stage.events("beat")] == [
        "2026-01-02T03:04:06Z",
        "2026-01-02T03:09:05Z",
        "2026-01-02T03:14:05Z",
    ]
    event = stage.events("beat")[0]
    assert len(event.pop("id")) == 36
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-01-02T03:04:06Z",
        "region": "us-east-1",
        "resources": [ARN + "beat"],
        "detail": {},
    }


@in_loop
async def test_a_cron_fires_at_the_whole_minute() -> None:
    stage = Stage()
    async with stage.router:
        arn = stage.listen("nightly")
        await stage.schedule("nightly", "cron(15 10 ? * MON *)")
        await stage.router.put_targets("nightly", {"t": arn})
        await stage.advance(8 * 86_400)
    (event,) = stage.events("nightly")
    assert event["time"] == "2026-01-05T10:15:00Z"


@in_loop
async def test_the_event_travels_the_bus_and_selects_its_own_rule_once() -> None:
    stage = Stage()
    async with stage.router:
        await stage.put_rule("all", EVERY_EVENT)
        for name, pattern in (("both", EVERY_EVENT), ("deaf", '{"source":["x"]}'), ("bare", None)):
            arn = stage.listen(name)
            await stage.schedule(name, "rate(1 hour)", event_pattern=pattern)
            if pattern:
                await stage.router.put_targets(name, {"t": arn})
        await stage.advance(1)

    def resources(rule: str) -> list[str]:
        return sorted(event["resources"][0].removeprefix(ARN) for event in stage.events(rule))

    assert resources("all") == ["bare", "both", "deaf"]
    assert resources("both") == ["bare", "both", "deaf"]
    assert resources("deaf") == ["deaf"]


@in_loop
async def test_only_its_schedule_fires_a_rule_without_a_pattern() -> None:
    stage = Stage()
    async with stage.router:
        await stage.schedule("yearly", "cron(0 0 1 1 ? *)")
        await stage.target("yearly")
        await stage.put(1)
        await stage.rest()
    assert stage.times == []


@in_loop
async def test_inputs_apply_as_to_any_event() -> None:
    stage = Stage()
    async with stage.router:
        arn = stage.listen("beat")
        await stage.schedule("beat", "rate(1 day)")
        transformer = {"InputPathsMap": {"when": "$.time"}, "InputTemplate": '{"at": <when>}'}
        await stage.router.put_targets(
            "beat",
            {
                "constant": {"Arn": arn, "Input": '{"a":1}'},
                "part": {"Arn": arn, "InputPath": "$.resources"},
                "text": {"Arn": arn, "InputTransformer": transformer},
            },
        )
        await stage.advance(86_400)
    assert sorted(map(json.dumps, stage.events("beat")[-3:])) == [
        json.dumps([ARN + "beat"]),
        '{"a": 1}',
        '{"at": "2026-01-03T03:04:05Z"}',
    ]


@in_loop
async def test_to_put_it_again_keeps_the_cadence_unless_the_expression_is_another() -> None:
    stage = Stage()
    async with stage.router:
        await stage.schedule("beat", "rate(10 minutes)")
        await stage.target("beat")
        await stage.advance(7 * 60)
        await stage.schedule("beat", "rate(10 minutes)", description="the same")
        await stage.advance(8 * 60)
        await stage.schedule("beat", "rate(20 minutes)")
        await stage.advance(20 * 60)
    assert stage.minutes() == [0, 10, 15, 35]


@in_loop
async def test_a_rule_that_is_disabled_or_deleted_fires_no_more() -> None:
    stage = Stage()
    async with stage.router:
        await stage.schedule("beat", "rate(10 minutes)")
        await stage.target("beat")
        await stage.advance(5 * 60)
        await stage.router.plane.disable_rule("beat")
        await stage.advance(60 * 60)
        await stage.router.plane.enable_rule("beat")
        await stage.advance(12 * 60)
        await stage.router.plane.remove_targets("beat", ["t"])
        await stage.router.plane.delete_rule("beat")
        assert await stage.router.store.schedules.next_due() is None
        await stage.schedule("late", "rate(10 minutes)", state=RuleState.DISABLED)
        await stage.target("late")
        await stage.advance(60 * 60)
    assert stage.minutes() == [0, 65, 75]


@in_loop
async def test_a_rule_that_cannot_be_written_changes_no_schedule() -> None:
    stage = Stage()
    async with stage.router:
        await stage.schedule("beat", "rate(10 minutes)")
        await stage.target("beat")
        await stage.advance(1)

        async def full(_: object) -> None:
            raise StoreError(StoreCode.FULL, "the disk is full")

        records = stage.router.store.records
        write, records.write = records.write, full  # type: ignore[method-assign]
        with pytest.raises(StoreError):
            await stage.router.plane.disable_rule("beat")
        with pytest.raises(StoreError):
            await stage.schedule("beat", "rate(1 day)")
        records.write = write  # type: ignore[method-assign]
        await stage.advance(10 * 60)
    assert stage.minutes() == [0, 10]


def test_a_restart_keeps_the_cadence_and_skips_what_was_missed(tmp_path: Path) -> None:
    async def scene() -> list[float]:
        times: list[float] = []
        for pause in (0, 25, 60):
            now = START + (times[-1] if times else 0) + pause * 60
            stage = Stage(SqliteStore(tmp_path / "events.db"), now=now)
            async with stage.router:
                if not pause:
                    await stage.schedule("beat", "rate(10 minutes)")
                await stage.target("beat")
                await stage.router.idle()
                await stage.advance(10 * 60)
            times += [moment for _, moment in stage.times]
        return times

    # Down from 10 to 35 and from 40 to 100, where it comes back on the very minute.
    assert [round(moment / 60) for moment in asyncio.run(scene())] == [0, 10, 40, 100, 110]


@in_loop
async def test_missed_fires_are_made_up_for_to_a_bound() -> None:
    store = MemoryStore()
    first = Stage(store)
    async with first.router:
        await first.schedule("beat", "rate(10 minutes)")
        await first.router.put_targets("beat", {"t": first.listen("beat")})
        await first.advance(1)
    stage = Stage(store, now=START + 65 * 60, missed_fires=MissedFires(most=3))
    stage.listen("beat")
    async with stage.router:
        await stage.rest()
    times = [event["time"][11:16] for event in stage.events("beat")]
    assert times == ["03:44", "03:54", "04:04"]


@in_loop
async def test_a_router_that_is_open_but_not_started_fires_nothing() -> None:
    stage = Stage()
    await stage.router.open()
    await stage.schedule("beat", "rate(10 minutes)")
    await stage.target("beat")
    await stage.advance(60)
    assert stage.times == []
    await stage.router.stop()


@in_loop
async def test_rules_of_a_store_that_knew_no_schedules_begin() -> None:
    stage = Stage()
    async with stage.router:
        await stage.schedule("beat", "rate(10 minutes)")
        await stage.target("beat")
        await stage.schedule("over", "cron(0 0 1 1 ? 2020)")
        await stage.advance(1)
        gone = ScheduleChange("rule", "default/beat", None)
        await stage.router.store.records.write([gone])
    await stage.clock.advance(65 * 60)
    async with stage.router:
        await stage.advance(10 * 60)
    assert stage.minutes() == [0, 65, 75]


def rule(number: int) -> Rule:
    return Rule(
        name=f"r{number}",
        bus="default",
        arn=f"{ARN}r{number}",
        created_by="123456789012",
        schedule_expression="cron(0 12 * * ? *)",
    )


@in_loop
async def test_a_hundred_thousand_schedules_start_in_seconds() -> None:
    store = MemoryStore()
    async with Router(store):
        pass  # the default bus is there
    await store.open()
    rules = [rule(number) for number in range(100_000)]
    changes: list[AnyChange] = [Change("rule", each.key, each.to_record()) for each in rules]
    await store.records.write(changes)
    for _ in ("they all begin", "they all go on"):
        router = Router(store)
        await router.open()
        began = time.perf_counter()
        await router.start()
        took = time.perf_counter() - began
        await router.stop()
        await store.open()
    assert len(await store.schedules.keys("rule")) == 100_000
    assert took < 5
