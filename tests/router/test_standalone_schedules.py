"""Standalone schedules, through a whole router. Meaning: reference §4.4."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from eventmatch.bus.ports import AnyChange
from eventmatch.errors import ServiceCode, ServiceError, StoreCode, StoreError
from eventmatch.scheduler.model import ScheduleState
from eventmatch.store.memory import MemoryStore
from eventmatch.store.sqlite import SqliteStore
from eventmatch.testing.clock import settle
from tests.loops import in_loop
from tests.router.worlds import START, World

ARN = "arn:aws:scheduler:us-east-1:123456789012:schedule/"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
HOUR, DAY = 3600.0, 86_400.0
RATE = {"schedule_expression": "rate(1 hour)"}
ONCE = {"schedule_expression": "at(2026-01-02T04:00:00)"}


class Stage(World):
    """A router and a function `f` that keeps what it gets."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.schedules = self.router.schedules
        self.arn = self.listen("f")

    async def create(self, name: str = "s", target: Mapping[str, Any] = {}, **members: Any) -> None:
        await self.schedules.create_schedule(name, target={"Arn": self.arn, **target}, **members)

    async def advance(self, seconds: float) -> None:
        await self.clock.advance(seconds, self.rest)

    async def letters(self) -> list[Mapping[str, str]]:
        found = await self.router.queues.peek("dead-letters")
        return [each.stored.message.attributes for each in found]


@in_loop
async def test_a_schedule_without_an_input_says_that_it_fired() -> None:
    stage = Stage()
    async with stage.router:
        await stage.create(**RATE)
        await stage.advance(2 * HOUR)
    events = stage.events("f")
    assert [event["time"][11:] for event in events] == ["03:04:05Z", "04:04:05Z", "05:04:05Z"]
    assert len(events[0].pop("id")) == 36
    assert events[0] == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "123456789012",
        "time": "2026-01-02T03:04:05Z",
        "region": "us-east-1",
        "resources": [ARN + "default/s"],
        "detail": "{}",
    }


@in_loop
async def test_an_input_tells_what_it_is_asked() -> None:
    text = (
        '{"arn":"<aws.scheduler.schedule-arn>","time":"<aws.scheduler.scheduled-time>",'
        '"id":"<aws.scheduler.execution-id>","attempt":"<aws.scheduler.attempt-number>"}'
    )
    stage = Stage()
    async with stage.router:
        await stage.create(target={"Input": text}, **ONCE)
        await stage.advance(HOUR)
    (told,) = stage.events("f")
    assert len(told.pop("id")) == 36
    assert told == {"arn": ARN + "default/s", "time": "2026-01-02T04:00:00Z", "attempt": "1"}


@in_loop
async def test_each_attempt_has_its_number_and_one_execution() -> None:
    stage = Stage()
    got: list[Any] = []

    async def fail(told: Any) -> None:
        got.append(told)
        raise ConnectionError("no")

    target = {
        "Arn": stage.router.register("fail", fail),
        "Input": '["<aws.scheduler.attempt-number>", "<aws.scheduler.execution-id>"]',
        "RetryPolicy": {"MaximumRetryAttempts": 2},
    }
    async with stage.router:
        await stage.create(target=target, **ONCE)
        await stage.advance(2 * HOUR)
        (letter,) = await stage.letters()
    assert [number for number, _ in got] == ["1", "2", "3"]
    assert len({execution for _, execution in got}) == 1
    assert {name: value for name, value in letter.items() if name != "ERROR_MESSAGE"} == {
        "SCHEDULE_ARN": ARN + "default/s",
        "TARGET_ARN": target["Arn"],
        "IS_PAYLOAD_TRUNCATED": "false",
        "EXECUTION_ID": got[0][1],
        "SCHEDULED_TIME": "2026-01-02T04:00:00Z",
        "ERROR_CODE": "ERROR_FROM_TARGET",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
        "RETRY_ATTEMPTS": "2",
    }


@in_loop
async def test_a_schedule_puts_events_on_a_bus() -> None:
    stage = Stage()
    async with stage.router:
        await stage.put_rule("shop")
        target = {
            "Arn": "arn:aws:events:us-east-1:123456789012:event-bus/default",
            "Input": '{"at": "<aws.scheduler.scheduled-time>"}',
            "EventBridgeParameters": {"DetailType": "tick", "Source": "shop"},
        }
        await stage.create(target=target, **ONCE)
        await stage.advance(HOUR)
    (event,) = stage.events("shop")
    assert event["detail-type"] == "tick"
    assert event["detail"] == {"at": "2026-01-02T04:00:00Z"}


@in_loop
async def test_a_flexible_window_delays_each_fire_at_random() -> None:
    stage = Stage()
    times: list[float] = []

    async def note(_: object) -> None:
        times.append(stage.clock.now() - START)

    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 30}
    arn = stage.router.register("note", note)
    async with stage.router:
        await stage.create(target={"Arn": arn}, flexible_time_window=window, **RATE)
        await stage.advance(10 * HOUR - 1)
    delays = [moment % HOUR for moment in times]
    assert len(delays) == 10
    assert 0 <= min(delays) < max(delays) <= 1800
    assert len(set(delays)) == 10


@in_loop
async def test_what_has_fired_for_the_last_time_may_go() -> None:
    stage = Stage()
    async with stage.router:
        await stage.create("goes", action_after_completion="DELETE", **ONCE)
        await stage.create("stays", **ONCE)
        end = START + 90 * 60
        await stage.create("ends", action_after_completion="DELETE", end_date=end, **RATE)
        await stage.advance(59 * 60)
        listed = (await stage.schedules.list_schedules()).items
        assert [each.name for each in listed] == ["ends", "stays"]
        await stage.advance(HOUR)
        listed = (await stage.schedules.list_schedules()).items
        assert [each.name for each in listed] == ["stays"]
    names = [event["resources"][0].rpartition("/")[2] for event in stage.events("f")]
    assert sorted(names) == ["ends", "ends", "goes", "stays"]


@in_loop
async def test_what_should_have_gone_goes_with_the_next_start() -> None:
    store = MemoryStore()
    stage = Stage(store)

    async def full(*_: object) -> None:
        raise StoreError(StoreCode.FULL, "the disk is full")

    async with stage.router:
        await stage.create(action_after_completion="DELETE", **ONCE)
        await stage.create(
            "past", schedule_expression="at(2020-01-01T00:00:00)", action_after_completion="DELETE"
        )
        write, store.records.write = store.records.write, full  # type: ignore[method-assign]
        await stage.advance(HOUR)
        store.records.write = write  # type: ignore[method-assign]
    again = Stage(store, now=START + DAY)
    async with again.router:
        assert [each.name for each in (await again.schedules.list_schedules()).items] == ["past"]
    assert len(stage.events("f")) == 1


def test_a_restart_goes_on(tmp_path: Path) -> None:
    async def scene() -> list[Any]:
        events: list[Any] = []
        for start in (0.0, 30 * 60.0, 3 * HOUR):
            stage = Stage(SqliteStore(tmp_path / "events.db"), now=START + start)
            async with stage.router:
                if not start:
                    await stage.create(**RATE)
                await stage.advance(30 * 60)
            events += stage.events("f")
        return events

    times = [event["time"][11:16] for event in asyncio.run(scene())]
    assert times == ["03:04", "04:04", "06:04"]


@in_loop
async def test_an_update_begins_anew_only_where_the_times_are_others() -> None:
    stage = Stage()
    async with stage.router:
        await stage.create(**RATE)
        await stage.advance(30 * 60)
        target = {"Arn": stage.arn, "Input": '"changed"'}
        await stage.schedules.update_schedule("s", target=target, **RATE)
        await stage.advance(40 * 60)
        await stage.schedules.update_schedule("s", target=target, state="DISABLED", **RATE)
        await stage.advance(DAY)
        await stage.schedules.update_schedule("s", target=target, **RATE)
        await stage.advance(0)
        schedule = await stage.schedules.get_schedule("s")
    assert stage.events("f")[1:] == ["changed", "changed"]
    assert (schedule.created, schedule.modified) == (START, START + 70 * 60 + DAY)


@in_loop
async def test_groups_hold_schedules_and_go_with_them() -> None:
    stage = Stage()
    async with stage.router:
        group = await stage.schedules.create_schedule_group("g", tags={"a": "b"})
        assert group.arn == "arn:aws:scheduler:us-east-1:123456789012:schedule-group/g"
        await stage.create(group_name="g", **RATE)
        await stage.create(**ONCE)
        listed = await stage.schedules.list_schedules(group_name="g")
        assert [each.arn for each in listed.items] == [ARN + "g/s"]
        await stage.schedules.delete_schedule_group("g")
        groups = (await stage.schedules.list_schedule_groups()).items
        assert [each.name for each in groups] == ["default"]
        await stage.advance(2 * HOUR)
        await stage.schedules.delete_schedule("s")
        assert (await stage.schedules.list_schedules()).items == []
    assert [event["resources"] for event in stage.events("f")][-1] == [ARN + "default/s"]
    assert len(stage.events("f")) <= 2


@in_loop
async def test_what_is_in_the_store_and_not_visible_yet_is_waited_for() -> None:
    stage = Stage()
    records = stage.router.store.records
    write, slow = records.write, asyncio.Event()

    async def write_slowly(changes: Sequence[AnyChange]) -> None:
        await write(changes)
        await slow.wait()

    async with stage.router:
        await stage.create("first", **RATE)
        await stage.router.put_rule("beat", schedule_expression="cron(5 3 * * ? *)")
        beat = stage.listen("beat")
        await stage.router.put_targets("beat", {"t": beat})
        await stage.router.plane.disable_rule("beat")
        await stage.rest()
        records.write = write_slowly  # type: ignore[method-assign]
        creating = asyncio.create_task(stage.create("second", **RATE))
        enabling = asyncio.create_task(stage.router.plane.enable_rule("beat"))
        await settle()
        stage.router.scheduling.scheduler.expect(0.0)
        await stage.clock.advance(55)
        slow.set()
        await asyncio.gather(creating, enabling)
        await stage.rest()
    names = [event["resources"][0].rpartition("/")[2] for event in stage.events("f")]
    assert names == ["first", "second"]
    assert len(stage.events("beat")) == 1


@in_loop
async def test_groups_have_tags() -> None:
    stage = Stage()
    async with stage.router:
        schedules = stage.schedules
        arn = (await schedules.create_schedule_group("g", tags={"a": "1", "b": "2"})).arn
        await schedules.tag_resource(arn, {"c": "3", "a": "4"})
        await schedules.untag_resource(arn, ["b", "d"])
        await schedules.load()
        assert await schedules.list_tags_for_resource(arn) == {"a": "4", "c": "3"}
        with pytest.raises(ServiceError):
            await schedules.tag_resource(ARN + "default/s", {})


@in_loop
async def test_what_comes_next_can_be_seen() -> None:
    stage = Stage()
    async with stage.router:
        await stage.create(**ONCE)
        await stage.router.put_rule("nightly", schedule_expression="cron(0 2 * * ? *)")
        upcoming = await stage.router.scheduling.upcoming()
        assert len(await stage.router.scheduling.upcoming(1)) == 1
    assert [(each.kind, each.key, each.expression) for each in upcoming] == [
        ("schedule", "default/s", "at(2026-01-02T04:00:00)"),
        ("rule", "default/nightly", "cron(0 2 * * ? *)"),
    ]


@in_loop
async def test_lists_come_in_pages_and_by_state() -> None:
    stage = Stage()
    async with stage.router:
        for number in range(5):
            await stage.create(f"s{number}", state="DISABLED" if number % 2 else "ENABLED", **RATE)
        first = await stage.schedules.list_schedules(limit=3)
        rest = await stage.schedules.list_schedules(limit=3, next_token=first.next_token)
        off = await stage.schedules.list_schedules(state=ScheduleState.DISABLED, name_prefix="s")
    assert [each.name for each in [*first.items, *rest.items]] == ["s0", "s1", "s2", "s3", "s4"]
    assert [each.name for each in off.items] == ["s1", "s3"]


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"schedule_expression": "rate(0 hours)"}, "Invalid Schedule Expression rate(0 hours)."),
        ({"schedule_expression_timezone": "Nowhere"}, "ScheduleExpressionTimezone"),
        ({"start_date": START - 301}, "5 minutes"),
        ({"start_date": START + 9, "end_date": START + 9}, "EndDate"),
        ({"flexible_time_window": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
        ({"flexible_time_window": {"Mode": "ON"}}, "flexibleTimeWindow.mode"),
        ({"state": "ASLEEP"}, "state"),
        ({"target": {"Arn": "f"}}, "Arn"),
        ({"target": {"RetryPolicy": {"MaximumRetryAttempts": 186}}}, "maximumRetryAttempts"),
        (
            {
                "target": {
                    "EventBridgeParameters": {"DetailType": "d", "Source": "s"},
                    "Input": "[]",
                }
            },
            "JSON object",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(members: dict[str, Any], text: str) -> None:
    async def scene() -> None:
        stage = Stage()
        async with stage.router:
            with pytest.raises(ServiceError) as caught:
                await stage.create(**{**RATE, **members})
            assert caught.value.code is ServiceCode.VALIDATION
            assert text in caught.value.message
            assert (await stage.schedules.list_schedules()).items == []
            assert await stage.router.store.schedules.next_due() is None

    asyncio.run(scene())


@in_loop
async def test_names_are_taken_once_and_must_be_there() -> None:
    stage = Stage()
    async with stage.router:
        await stage.create(**RATE)
        for attempt, code in (
            (stage.create(**RATE), ServiceCode.CONFLICT),
            (stage.create(group_name="g", **RATE), ServiceCode.RESOURCE_NOT_FOUND),
            (stage.schedules.get_schedule("t"), ServiceCode.RESOURCE_NOT_FOUND),
            (stage.schedules.delete_schedule("t"), ServiceCode.RESOURCE_NOT_FOUND),
            (stage.schedules.create_schedule_group("default"), ServiceCode.CONFLICT),
            (stage.schedules.delete_schedule_group("default"), ServiceCode.VALIDATION),
            (stage.schedules.delete_schedule_group("g"), ServiceCode.RESOURCE_NOT_FOUND),
        ):
            with pytest.raises(ServiceError) as caught:
                await attempt
            assert caught.value.code is code
        with pytest.raises(TypeError, match="colour"):
            await stage.create(colour="red", **RATE)


@in_loop
async def test_daylight_saving_skips_and_does_not_repeat() -> None:
    stage = Stage(now=1_772_841_600.0)  # 2026-03-07T00:00:00Z
    async with stage.router:
        await stage.create(
            schedule_expression="cron(30 2 * * ? *)",
            schedule_expression_timezone="America/Los_Angeles",
        )
        await stage.advance(4 * DAY)
    assert [event["time"] for event in stage.events("f")] == [
        "2026-03-07T10:30:00Z",
        "2026-03-09T09:30:00Z",
        "2026-03-10T09:30:00Z",
    ]
