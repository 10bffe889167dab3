"""The control plane answers as the vectors of `patterns/service/` tell."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from eventmatch.bus.operations import OPERATIONS, call
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.policies import Caller, may_put_events
from eventmatch.bus.quotas import Quotas
from eventmatch.errors import ServiceError
from eventmatch.testing.clock import VirtualClock
from tests.bus.fakes import new_plane, run
from tests.service_vectors import Scenario, check, moment, scenarios, value_of
from tests.vectors import SERVICE

START: Final = moment("2026-01-02T03:04:05Z")
MINE: Final = [each for each in scenarios() if each.operations <= OPERATIONS.keys()]
POLICIES: Final = json.loads((SERVICE / "policy.json").read_text("utf-8"))["policies"]
SHOP: Final = "arn:aws:events:us-east-1:123456789012:event-bus/shop"


async def outcome(plane: ControlPlane, operation: str, parameters: Any) -> Mapping[str, Any]:
    try:
        return {"result": await call(plane, operation, parameters)}
    except ServiceError as error:
        return {"error": {"code": str(error.code), "message": error.message}}


async def play(scenario: Scenario) -> None:
    clock, names = VirtualClock(START), dict[str, Any]()
    quotas = Quotas(**scenario.data.get("settings", {}))
    plane = await new_plane(clock=clock, quotas=quotas)
    for step in scenario.calls:
        if "at" in step:
            await clock.advance(moment(step["at"]) - clock.now())
        for number in range(1, step.get("repeat", 1) + 1):
            parameters = value_of(step["params"], names, number)
            check(step, await outcome(plane, step["op"], parameters), names, number)


@pytest.mark.parametrize("scenario", MINE, ids=str)
def test_scenario(scenario: Scenario) -> None:
    run(play(scenario))


@pytest.mark.parametrize("file", ["buses", "rules", "targets", "tags", "policies"])
def test_most_scenarios_of_the_control_plane_are_played(file: str) -> None:
    played = sum(each.file == file for each in MINE)
    assert played >= 0.9 * sum(each.file == file for each in scenarios())


@pytest.mark.parametrize("vector", POLICIES, ids=lambda vector: str(vector["name"]))
def test_who_may_put_events(vector: Mapping[str, Any]) -> None:
    policy = None if vector["policy"] is None else json.dumps(vector["policy"])
    for caller in vector["callers"]:
        who = Caller(caller["account"], caller.get("organization"))
        assert may_put_events(policy, SHOP, who) is caller["allowed"], caller
