"""Routers from configurations."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from eventmatch.errors import ConfigurationError
from eventmatch.router.arrangement import arrange, router_of
from eventmatch.router.configuration import Configuration
from eventmatch.router.router import Router
from eventmatch.testing.clock import VirtualClock, settle

WHOLE: dict[str, Any] = {
    "queues": {"ticks": {}},
    "schedules": {
        "tick": {
            "ScheduleExpression": "rate(5 minutes)",
            "Target": {"Queue": "ticks", "Input": '{"tick":1}'},
        }
    },
}


def arranged(
    whole: dict[str, Any],
    scene: Callable[[Router, VirtualClock], Awaitable[None]],
    folder: Path = Path(),
) -> None:
    async def play() -> None:
        clock = VirtualClock()
        configuration = Configuration.parse(json.dumps(whole), folder)
        async with router_of(configuration, clock=clock) as router:
            await arrange(router, configuration)
            await arrange(router, configuration)
            await scene(router, clock)

    asyncio.run(play())


def test_a_schedule_fires_at_its_target_however_often_it_is_arranged() -> None:
    async def scene(router: Router, clock: VirtualClock) -> None:
        await clock.advance(3600)
        await settle()
        bodies = {each.stored.message.body for each in await router.queues.peek("ticks", limit=50)}
        assert bodies == {'{"tick":1}'}
        assert 12 <= (await router.queues.counts("ticks")).visible <= 13

    arranged(WHOLE, scene)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"ScheduleExpression": "rate(5 minute)"}, "schedules.tick"),
        ({"Target": {"Input": "{}"}}, "schedules.tick.Target"),
        ({"State": "ON"}, "schedules.tick.State"),
    ],
)
def test_a_bad_schedule_is_refused_with_its_place(change: dict[str, Any], path: str) -> None:
    async def scene(_: Router, __: VirtualClock) -> None:
        raise AssertionError("unreachable")

    whole = {**WHOLE, "schedules": {"tick": {**WHOLE["schedules"]["tick"], **change}}}
    with pytest.raises(ConfigurationError) as refused:
        arranged(whole, scene)
    assert refused.value.path == path


def test_a_target_needs_its_id_and_one_goal() -> None:
    for target in ({"Queue": "q"}, {"Id": "t"}, {"Id": "t", "Queue": "q", "Log": "stdout"}):
        rule = {"Name": "r", "EventPattern": {"source": ["x"]}, "Targets": [target]}
        with pytest.raises(ConfigurationError) as refused:
            Configuration.parse(json.dumps({"rules": [rule]}))
        assert refused.value.path.startswith("rules[0].Targets[0]")


@pytest.mark.parametrize(
    ("whole", "place"),
    [
        ({"rules": [{"Name": "r", "EventPattern": {"source": ["x"]}}]}, "rules[0]"),
        ({"schedules": {"tick": {"ScheduleExpression": "rate(1 day)"}}}, "schedules.tick"),
    ],
)
def test_a_function_that_a_target_names_must_be_there(whole: dict[str, Any], place: str) -> None:
    async def scene(_: Router, __: VirtualClock) -> None:
        raise AssertionError("unreachable")

    target = {"Id": "t", "Function": "ordres"}
    for rule in whole.get("rules", ()):
        rule["Targets"] = [target]
    for schedule in whole.get("schedules", {}).values():
        schedule["Target"] = {"Function": "ordres"}
    with pytest.raises(ConfigurationError) as refused:
        arranged({"functions": {"orders": "json:dumps"}, **whole}, scene)
    text = 'no function is named "ordres"; one that stands elsewhere is named by its Arn'
    assert str(refused.value) == f"{place}: {text}"


def test_topics_and_archives_are_arranged_however_often() -> None:
    whole = {
        "queues": {"all": {}, "large": {}},
        "topics": {
            "orders": {
                "all": {"raw_delivery": True},
                "large": {
                    "filter_policy": {"total": [{"numeric": [">", 100]}]},
                    "filter_scope": "MessageBody",
                    "raw_delivery": True,
                },
            }
        },
        "archives": {"kept": {"EventPattern": {"source": ["shop"]}, "RetentionDays": 7}},
        "rules": [
            {
                "Name": "orders",
                "EventPattern": {"source": ["shop"]},
                "Targets": [{"Id": "topic", "Topic": "orders", "InputPath": "$.detail"}],
            }
        ],
    }

    async def scene(router: Router, _: VirtualClock) -> None:
        entry = {"Source": "shop", "DetailType": "order", "Detail": {"total": 5}}
        await router.put_events([entry, {**entry, "Detail": {"total": 500}}])
        await router.put_events([{**entry, "Source": "other"}])
        await router.idle()
        bodies = {
            queue: {each.stored.message.body for each in await router.queues.peek(queue)}
            for queue in ("all", "large")
        }
        assert bodies == {"all": {'{"total":5}', '{"total":500}'}, "large": {'{"total":500}'}}
        kept = await router.archives.describe_archive("kept")
        assert (kept.event_count, kept.archive.retention_days) == (2, 7)

    arranged(whole, scene)


def test_short_names_of_targets_mean_what_the_router_has() -> None:
    async def play() -> None:
        rule = {"Name": "r", "EventPattern": {"source": ["x"]}}
        targets = [{"Id": "q", "Queue": "ticks"}, {"Id": "b", "Bus": "other"}]
        whole = {"queues": {"ticks": {}}, "rules": [{**rule, "Targets": targets}]}
        configuration = Configuration.parse(json.dumps(whole))
        async with router_of(configuration, account="000000000001", region="eu-west-1") as router:
            await arrange(router, configuration)
            arns = {target.arn for target in (await router.plane.describe_rule("r")).targets}
        assert arns == {
            "arn:aws:sqs:eu-west-1:000000000001:ticks",
            "arn:aws:events:eu-west-1:000000000001:event-bus/other",
        }

    asyncio.run(play())
