"""A whole router answers, and delivers, as the vectors of `patterns/service/` tell."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pytest

from eventmatch.bus.operations import OPERATIONS
from eventmatch.bus.policies import Caller
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.targets import Described, undescribe
from eventmatch.delivery.model import DELIVERED, Attempt, Outcome
from eventmatch.delivery.ports import Destination
from eventmatch.errors import ServiceError
from eventmatch.router.destinations import RuleTargets
from eventmatch.router.router import Router
from eventmatch.testing.clock import VirtualClock, settle
from tests.router.worlds import HeldStore
from tests.service_vectors import Scenario, check, fits, moment, scenarios, value_of

START: Final = moment("2026-01-02T03:04:05Z")
# What asks nothing but the control plane is played in tests/bus/.
MINE: Final = [each for each in scenarios() if not each.operations <= OPERATIONS.keys()]


class Target:
    """Takes whatever it gets, and notes it in a list that it shares with others."""

    batch_size = 10
    concurrency = 2
    timeout = 30.0

    def __init__(self, told: Described, notes: list[dict[str, Any]]) -> None:
        self._name = {"bus": told.bus, "rule": told.rule, "target": told.target.id}
        self._notes = notes

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        self._notes += [{**self._name, "event": json.loads(each.payload)} for each in batch]
        return [DELIVERED] * len(batch)

    async def close(self) -> None:
        pass


class Stage:
    """A router that a scenario is played on."""

    def __init__(self, quotas: Quotas) -> None:
        self.clock = VirtualClock(START)
        self.store = HeldStore()
        self.notes: list[dict[str, Any]] = []
        self.router = Router(self.store, clock=self.clock, quotas=quotas)

    async def outcome(self, step: Mapping[str, Any], parameters: Any) -> Mapping[str, Any]:
        told = step.get("caller")
        caller = Caller(told["account"], told.get("organization")) if told else None
        try:
            return {"result": await self.router.call(step["op"], parameters, caller=caller)}
        except ServiceError as error:
            return {"error": {"code": str(error.code), "message": error.message}}

    async def delivered(self) -> list[dict[str, Any]]:
        """Let all work come to rest; return what was delivered since the last time."""
        self.store.archives.let()
        await self.router.idle()
        await settle()
        self.store.archives.hold()
        delivered = self.notes.copy()
        self.notes.clear()
        return delivered


async def play(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    stage, names = Stage(Quotas(**scenario.data.get("settings", {}))), dict[str, Any]()

    def noted(targets: RuleTargets, description: bytes) -> Destination:
        told, found = undescribe(description), destination(targets, description)
        is_managed = told.rule.startswith("Events-Archive-")
        return found if is_managed else replace(found, adapter=Target(told, stage.notes))

    destination = RuleTargets.destination
    monkeypatch.setattr(RuleTargets, "destination", noted)
    async with stage.router:
        for step in scenario.calls:
            await perform(stage, step, names)


async def perform(stage: Stage, step: Mapping[str, Any], names: dict[str, Any]) -> None:
    if "at" in step:
        await stage.clock.advance(moment(step["at"]) - stage.clock.now())
    for number in range(1, step.get("repeat", 1) + 1):
        found = await stage.outcome(step, value_of(step["params"], names, number))
        check(step, found, names, number)
    if "delivers" in step:
        expected = [{"bus": "default", **each, "$others": True} for each in step["delivers"]]
        delivered = await stage.delivered()
        assert fits({"$unordered": expected}, delivered, names), (step, delivered)


@pytest.mark.parametrize("scenario", MINE, ids=str)
def test_scenario(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(play(scenario, monkeypatch))


def test_every_scenario_with_deliveries_is_played_here() -> None:
    told = {str(each) for each in scenarios() if any("delivers" in step for step in each.calls)}
    assert told <= {str(each) for each in MINE}


@pytest.mark.parametrize(("file", "least"), [("archives", 40), ("replays", 40), ("put_events", 60)])
def test_the_files_of_a_whole_router_are_played(file: str, least: int) -> None:
    assert sum(each.file == file for each in MINE) >= least
