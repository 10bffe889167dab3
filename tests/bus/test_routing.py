"""The data plane sees each change at once: which rules match, and the lanes of their targets."""

from typing import Any

import pytest

from eventmatch.bus.model import RuleState
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.targets import undescribe
from eventmatch.delivery.model import RetryPolicy
from eventmatch.engine.matcher import Matcher
from tests.bus.fakes import Lanes, new_plane, run

PATTERN = '{"source":["shop"]}'
EVENT = b'{"source":"shop","detail":{}}'
QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"


def matching(
    plane: ControlPlane, event: bytes = EVENT, bus: str = "default"
) -> dict[str, tuple[int, ...]]:
    routes = plane.routes(bus)
    assert routes is not None
    return {route.rule.name: route.lanes for route in routes.matching(event)}


def test_rules_match_as_they_are_put_changed_and_deleted() -> None:
    async def scenario() -> None:
        plane = await new_plane()
        assert matching(plane) == {}
        await plane.put_rule("r", event_pattern=PATTERN)
        await plane.put_rule("s", event_pattern='{"source":[{"prefix":"sh"}]}')
        assert matching(plane) == {"r": (), "s": ()}
        await plane.put_rule("r", event_pattern='{"source":["other"]}')
        assert matching(plane) == {"s": ()}
        assert matching(plane, b'{"source":"other"}') == {"r": ()}
        await plane.delete_rule("s")
        assert matching(plane) == {}

    run(scenario())


def test_disabled_rules_match_nothing_until_they_are_enabled() -> None:
    async def scenario() -> None:
        plane = await new_plane()
        await plane.put_rule("r", event_pattern=PATTERN, state=RuleState.DISABLED)
        assert matching(plane) == {}
        await plane.enable_rule("r")
        assert matching(plane) == {"r": ()}
        await plane.disable_rule("r")
        assert matching(plane) == {}
        await plane.put_rule("r", event_pattern=PATTERN, state=RuleState.ENABLED_WITH_CLOUDTRAIL)
        assert matching(plane) == {"r": ()}

    run(scenario())


@pytest.mark.parametrize("pattern", ['{"source":["other"]}', PATTERN])
def test_a_pattern_that_finds_no_room_leaves_the_old_one_served(
    pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(Matcher):
        def add(self, name: str, pattern: Any) -> None:
            if len(self):
                raise MemoryError
            super().add(name, pattern)

    async def scenario() -> None:
        monkeypatch.setattr("eventmatch.bus.routing.Matcher", Full)
        plane = await new_plane()
        await plane.put_rule("r", event_pattern='{"source":[{"prefix":"sh"}]}')
        before = matching(plane)
        with pytest.raises(MemoryError):
            await plane.put_rule("r", event_pattern=pattern)
        assert matching(plane) == before == {"r": ()}
        await plane.delete_rule("r")
        assert matching(plane) == {}

    run(scenario())


def test_a_schedule_alone_matches_nothing_and_with_a_pattern_the_pattern() -> None:
    async def scenario() -> None:
        plane = await new_plane()
        await plane.put_rule("tick", schedule_expression="rate(1 minute)")
        await plane.put_rule("empty", schedule_expression="rate(1 minute)", event_pattern="")
        await plane.put_rule("both", schedule_expression="rate(1 minute)", event_pattern=PATTERN)
        await plane.put_targets("tick", [{"Id": "t", "Arn": QUEUE}])
        assert matching(plane) == {"both": ()}
        routes = plane.routes()
        assert routes is not None
        tick = routes.route("tick")
        assert tick is not None
        assert tick.lanes == (1,)
        assert routes.route("gone") is None

    run(scenario())


def test_buses_do_not_share_rules() -> None:
    async def scenario() -> None:
        plane = await new_plane()
        await plane.create_event_bus("shop")
        await plane.put_rule("r", event_bus_name="shop", event_pattern=PATTERN)
        assert matching(plane) == {}
        assert matching(plane, bus="shop") == {"r": ()}
        assert matching(plane, bus="arn:aws:events:us-east-1:123456789012:event-bus/shop") == {
            "r": ()
        }
        assert plane.routes("nowhere") is None

    run(scenario())


def test_each_target_has_a_lane_which_is_the_same_as_long_as_the_target_is() -> None:
    async def scenario() -> None:
        lanes = Lanes()
        plane = await new_plane(lane=lanes.lane)
        await plane.put_rule("r", event_pattern=PATTERN)
        await plane.put_targets("r", [{"Id": "b", "Arn": QUEUE}, {"Id": "a", "Arn": QUEUE}])
        first = matching(plane)["r"]
        assert len(set(first)) == 2
        await plane.put_rule("r", event_pattern=PATTERN, description="New")
        await plane.put_targets("r", [{"Arn": QUEUE, "Id": "a"}])
        assert matching(plane)["r"] == first
        await plane.put_targets("r", [{"Id": "a", "Arn": QUEUE, "Input": "{}"}])
        assert matching(plane)["r"] == (3, first[1])
        await plane.remove_targets("r", ["a"])
        assert matching(plane)["r"] == (first[1],)

    run(scenario())


def test_a_lane_is_described_so_that_its_target_can_be_had_again() -> None:
    async def scenario() -> None:
        lanes = Lanes()
        plane = await new_plane(lane=lanes.lane)
        await plane.create_event_bus("shop")
        await plane.put_rule("r", event_bus_name="shop", event_pattern=PATTERN)
        target = {
            "Id": "t",
            "Arn": f"{QUEUE}.fifo",
            "InputPath": "$.detail",
            "SqsParameters": {"MessageGroupId": "g"},
            "DeadLetterConfig": {"Arn": QUEUE},
            "RetryPolicy": {"MaximumEventAgeInSeconds": 60},
        }
        await plane.put_targets("r", [target], event_bus_name="shop")
        told = undescribe(lanes.descriptions[0])
        rule = await plane.describe_rule("r", event_bus_name="shop")
        assert (told.bus, told.rule, told.rule_arn) == ("shop", "r", rule.arn)
        assert told.target == rule.targets[0]
        assert told.target.members == target
        assert told.target.input_path == "$.detail"
        assert told.target.message_group == "g"
        assert told.target.dead_letters == QUEUE
        assert told.target.retry_policy == RetryPolicy(185, 60)

    run(scenario())
