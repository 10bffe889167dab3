"""A whole router answers, runs and delivers as the vectors of `patterns/functions/` tell."""

import asyncio
from typing import Final

import pytest

from tests.functions.stage import Stage
from tests.service_vectors import Scenario, scenarios
from tests.vectors import FUNCTIONS

FILES: Final = {
    "aliases": 40,
    "asynchronous": 50,
    "concurrency": 40,
    "destinations": 50,
    "filters": 60,
    "functions": 80,
    "invocation": 60,
    "mapped_queues": 90,
    "mapped_streams": 85,
    "mappings": 90,
    "permissions": 50,
    "versions": 30,
}
ALL: Final = list(scenarios(FUNCTIONS))


@pytest.mark.parametrize("scenario", ALL, ids=str)
def test_scenario(scenario: Scenario) -> None:
    asyncio.run(Stage(scenario).play())


def test_there_are_no_other_files() -> None:
    assert {each.file for each in ALL} == FILES.keys()


@pytest.mark.parametrize(("file", "least"), FILES.items())
def test_the_files_are_played(file: str, least: int) -> None:
    assert sum(each.file == file for each in ALL) >= least
