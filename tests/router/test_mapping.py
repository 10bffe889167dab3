"""Event source mappings of a configuration."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from eventmatch.errors import ConfigurationError
from eventmatch.mappings.model import EventSourceMapping
from eventmatch.router.arrangement import arrange, router_of
from eventmatch.router.configuration import Configuration
from eventmatch.router.router import Router

HERE = "us-east-1:123456789012"
CODE = "def handler(event, context):\n    print('got', len(event['Records']))\n"
FULL: dict[str, Any] = {
    "Function": "orders",
    "Queue": "incoming",
    "BatchSize": 5,
    "MaximumBatchingWindowInSeconds": 1,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "ScalingConfig": {"MaximumConcurrency": 2},
    "FilterCriteria": {"Filters": [{"Pattern": {"body": {"total": [12]}}}]},
}
STREAM: dict[str, Any] = {
    "Function": "orders",
    "Stream": "clicks",
    "StartingPosition": "TRIM_HORIZON",
    "MaximumRetryAttempts": 2,
    "BisectBatchOnFunctionError": True,
    "DestinationConfig": {"OnFailure": {"Queue": "letters"}},
}

Scene = Callable[[Router], Awaitable[None]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(CODE)
    return tmp_path


def whole(*mappings: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "store": "events.db",
        "queues": {"incoming": {}, "letters": {}},
        "streams": {"clicks": {}},
        "functions": {"orders": {"CodeUri": "src", "Handler": "app.handler"}},
        "mappings": list(mappings),
        **members,
    }


def play(folder: Path, members: dict[str, Any], scene: Scene) -> None:
    async def run() -> None:
        configuration = Configuration.parse(json.dumps(members), folder)
        async with router_of(configuration) as router:
            for _ in range(2):
                await arrange(router, configuration)
            await scene(router)

    asyncio.run(run())


def only(folder: Path, members: dict[str, Any]) -> EventSourceMapping:
    """Return the one mapping that there is behind an arrangement."""
    found: list[EventSourceMapping] = []

    async def scene(router: Router) -> None:
        found.extend(router.mappings.list().items)

    play(folder, members, scene)
    (mapping,) = found
    return mapping


def refusal(folder: Path, members: dict[str, Any]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        only(folder, members)
    return str(caught.value)


def test_a_function_gets_what_comes_to_a_queue_and_to_a_stream(folder: Path) -> None:
    rule = {
        "Name": "orders",
        "EventPattern": {"source": ["shop"]},
        "Targets": [{"Id": "q", "Queue": "incoming"}, {"Id": "s", "Stream": "clicks"}],
    }
    mappings = {"Function": "orders", "Queue": "incoming"}, STREAM

    async def scene(router: Router) -> None:
        await router.put_events([{"Source": "shop", "DetailType": "order", "Detail": {}}])
        await router.idle()
        lines = [line.text for line in router.logs.read("orders")]
        assert lines.count(b"got 1") == 2

    play(folder, whole(*mappings, rules=[rule]), scene)


def test_a_mapping_is_as_the_configuration_says_and_stays_so(folder: Path) -> None:
    first = only(folder, whole(FULL))
    settings = first.settings
    assert first.source == f"arn:aws:sqs:{HERE}:incoming"
    assert (settings.batch_size, settings.batching_window) == (5, 1)
    assert (settings.reports_failures, settings.maximum_concurrency) == (True, 2)
    assert settings.filters == ('{"body":{"total":[12]}}',)
    assert only(folder, whole(FULL)) == first


def test_what_is_no_longer_said_gets_its_default_again(folder: Path) -> None:
    first = only(folder, whole(FULL))
    plain = only(folder, whole({"Function": "orders", "Queue": "incoming"}))
    assert plain.uuid == first.uuid
    settings = plain.settings
    assert (settings.batch_size, settings.batching_window, settings.filters) == (10, 0, ())
    assert (settings.reports_failures, settings.maximum_concurrency) == (False, None)


def test_a_mapping_of_a_stream_changes_all_but_its_beginning(folder: Path) -> None:
    first = only(folder, whole(STREAM))
    assert first.settings.on_failure == f"arn:aws:sqs:{HERE}:letters"
    assert (first.settings.maximum_retry_attempts, first.settings.bisects) == (2, True)
    short = {"Function": "orders", "Stream": "clicks", "StartingPosition": "TRIM_HORIZON"}
    plain = only(folder, whole(short))
    assert plain.uuid == first.uuid
    assert plain.settings.on_failure is None
    assert (plain.settings.maximum_retry_attempts, plain.settings.bisects) == (-1, False)
    assert refusal(folder, whole(short | {"StartingPosition": "LATEST"})) == (
        "mappings[0]: StartingPosition is TRIM_HORIZON, which cannot become LATEST"
    )


def test_a_mapping_rests_only_if_the_configuration_says_so(folder: Path) -> None:
    plain = {"Function": "orders", "Queue": "incoming"}
    assert only(folder, whole(plain)).is_enabled
    assert not only(folder, whole(plain | {"Enabled": False})).is_enabled
    assert not only(folder, whole(plain)).is_enabled
    assert only(folder, whole(plain | {"Enabled": True})).is_enabled


def test_a_mapping_of_a_function_with_an_alias_goes_to_the_alias(folder: Path) -> None:
    function = {"CodeUri": "src", "Handler": "app.handler", "AutoPublishAlias": "live"}
    plain = {"Function": "orders", "Queue": "incoming"}
    mapping = only(folder, whole(plain, functions={"orders": function}))
    assert mapping.function == f"arn:aws:lambda:{HERE}:function:orders:live"


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"Queue": "incoming"}, "mappings[0]: 'Function' is a required property"),
        ({"Function": "orders"}, "mappings[0]: exactly one of EventSourceArn, Queue, Stream is"),
        ({"Function": "none", "Queue": "incoming"}, "mappings[0]: Function does not exist"),
        ({"Function": "orders", "Queue": "none"}, "mappings[0]: Error occurred while Receive"),
        ({"Function": "orders", "Stream": "clicks"}, "mappings[0]: "),
        (FULL | {"BatchSize": 0}, "mappings[0]: 1 validation error detected"),
        (FULL | {"BatchSizes": 1}, "mappings[0]: Additional properties are not allowed"),
        (FULL | {"ParallelizationFactor": 2}, "mappings[0]: "),
        (FULL | {"FilterCriteria": {"Filters": [{"Pattern": {}}]}}, "mappings[0]: Invalid filter"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    folder: Path, mapping: dict[str, Any], expected: str
) -> None:
    assert refusal(folder, whole(mapping)).startswith(expected)
