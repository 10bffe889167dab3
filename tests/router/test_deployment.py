"""Functions, roles and streams of a configuration."""

import asyncio
import io
import json
import sys
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from eventmatch.errors import ConfigurationError
from eventmatch.functions.errors import LambdaError
from eventmatch.functions.model import Version
from eventmatch.router.arrangement import arrange, router_of
from eventmatch.router.configuration import Configuration
from eventmatch.router.router import Router
from eventmatch.streams.model import StreamSettings
from eventmatch.testing.clock import VirtualClock

CODE = """
import os
def handler(event, context):
    print("seen", event)
    return {"got": event, "stage": os.environ.get("STAGE"), "version": context.function_version}
"""
ORDERS: dict[str, Any] = {"CodeUri": "src", "Handler": "app.handler"}
RULE: dict[str, Any] = {
    "Name": "orders",
    "EventPattern": {"source": ["shop"]},
    "Targets": [{"Id": "f", "Function": "orders"}],
}
ENTRY = {"Source": "shop", "DetailType": "order", "Detail": {"total": 12}}
HERE = "us-east-1:123456789012"

Scene = Callable[[Router], Awaitable[None]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(CODE)
    return tmp_path


def play(folder: Path, whole: dict[str, Any], scene: Scene, times: int = 2) -> None:
    """Arrange a router by a configuration, more than once, and play a scene with it."""

    async def run() -> None:
        configuration = Configuration.parse(json.dumps(whole), folder)
        async with router_of(configuration) as router:
            for _ in range(times):
                await arrange(router, configuration)
            await scene(router)

    asyncio.run(run())


def latest(router: Router, name: str = "orders") -> Version:
    return router.functions.resolve(name).version


def refusal(folder: Path, whole: dict[str, Any]) -> str:
    async def nothing(_router: Router) -> None:
        raise AssertionError("it was arranged")

    with pytest.raises(ConfigurationError) as caught:
        play(folder, whole, nothing)
    return str(caught.value)


def test_a_function_of_a_folder_runs_with_its_settings(folder: Path) -> None:
    function = ORDERS | {
        "Timeout": 20,
        "MemorySize": 256,
        "Environment": {"Variables": {"STAGE": "test"}},
        "ReservedConcurrentExecutions": 5,
    }

    async def scene(router: Router) -> None:
        found = latest(router).configuration
        assert (found.timeout, found.memory_size, found.runtime) == (20, 256, "python3.12")
        assert router.functions.reserved("orders") == 5
        invoked = await router.invoke("orders", {"a": 1})
        expected = {"got": {"a": 1}, "stage": "test", "version": "$LATEST"}
        assert json.loads(invoked.payload) == expected
        assert b"seen {'a': 1}" in [line.text for line in router.logs.read("orders")]

    play(folder, {"functions": {"orders": function}}, scene)


def test_a_function_of_a_zip_file_runs(folder: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", CODE)
    (folder / "app.zip").write_bytes(data.getvalue())

    async def scene(router: Router) -> None:
        invoked = await router.invoke("orders")
        assert json.loads(invoked.payload)["got"] == {}

    play(folder, {"functions": {"orders": ORDERS | {"CodeUri": "app.zip"}}}, scene)


def test_a_function_of_this_process_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    (folder / "deployed_callable.py").write_text(CODE)

    async def scene(router: Router) -> None:
        invoked = await router.invoke("orders", {"a": 1})
        assert json.loads(invoked.payload)["got"] == {"a": 1}

    play(folder, {"functions": {"orders": {"Callable": "deployed_callable:handler"}}}, scene)


def test_what_has_not_changed_stays_as_it_is(folder: Path) -> None:
    whole = {"store": "events.db", "functions": {"orders": ORDERS}, "rules": [RULE]}
    revisions = []

    async def scene(router: Router) -> None:
        revisions.append(latest(router).revision)

    play(folder, whole, scene)
    play(folder, whole, scene)
    assert revisions[0] == revisions[1]
    (folder / "src" / "app.py").write_text(CODE + "\n")
    play(folder, whole, scene)
    play(folder, whole, scene)
    assert revisions[1] != revisions[2] == revisions[3]
    whole["functions"] = {"orders": ORDERS | {"Timeout": 9}}
    play(folder, whole, scene)
    assert revisions[3] != revisions[4]


def test_what_is_no_longer_said_gets_its_default_again(folder: Path) -> None:
    function = ORDERS | {
        "Timeout": 20,
        "Description": "orders",
        "Environment": {"Variables": {"STAGE": "test"}},
        "DeadLetterConfig": {"Queue": "letters"},
        "ReservedConcurrentExecutions": 5,
        "EventInvokeConfig": {"MaximumRetryAttempts": 0},
    }
    whole = {"store": "events.db", "queues": {"letters": {}}, "functions": {"orders": function}}

    async def before(router: Router) -> None:
        assert latest(router).configuration.dead_letters == f"arn:aws:sqs:{HERE}:letters"
        config = router.functions.event_invoke_config("orders", "$LATEST")
        assert config is not None
        assert config.maximum_retry_attempts == 0

    async def after(router: Router) -> None:
        found = latest(router).configuration
        assert (found.timeout, found.description, found.environment) == (3, "", {})
        assert found.dead_letters is None
        assert router.functions.reserved("orders") is None
        assert router.functions.event_invoke_config("orders", "$LATEST") is None

    play(folder, whole, before)
    whole["functions"] = {"orders": ORDERS}
    play(folder, whole, after)


def test_a_rule_may_invoke_the_function_that_it_names(folder: Path) -> None:
    function = ORDERS | {
        "EventInvokeConfig": {"DestinationConfig": {"OnSuccess": {"Queue": "done"}}},
    }
    whole = {"queues": {"done": {}}, "functions": {"orders": function}, "rules": [RULE]}

    async def scene(router: Router) -> None:
        await router.put_events([ENTRY])
        (received,) = await router.queues.receive("done", wait=20)
        record = json.loads(received.stored.message.body)
        assert record["requestPayload"]["detail"] == {"total": 12}
        policy = await router.functions.get_policy("orders")
        assert len(policy.statements) == 1

    play(folder, whole, scene, times=3)


def test_an_alias_gets_what_the_rules_send_and_each_version(folder: Path) -> None:
    function = ORDERS | {
        "AutoPublishAlias": "live",
        "EventInvokeConfig": {"DestinationConfig": {"OnSuccess": {"Queue": "done"}}},
    }
    whole = {
        "store": "events.db",
        "queues": {"done": {}},
        "functions": {"orders": function},
        "rules": [RULE],
    }
    versions = []

    async def scene(router: Router) -> None:
        await router.put_events([ENTRY])
        (received,) = await router.queues.receive("done", wait=20)
        await router.queues.delete("done", [received.receipt])
        record = json.loads(received.stored.message.body)
        assert record["requestContext"]["functionArn"].endswith("function:orders:live")
        versions.append(record["responseContext"]["executedVersion"])

    play(folder, whole, scene)
    (folder / "src" / "app.py").write_text(CODE + "\n")
    play(folder, whole, scene)
    play(folder, whole, scene)
    assert versions == ["1", "2", "2"]


def test_environments_of_an_alias_are_kept_ready_until_nobody_asks(folder: Path) -> None:
    provisioned = {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}}
    function = ORDERS | {"AutoPublishAlias": "live"}
    whole = {"store": "events.db", "functions": {"orders": function | provisioned}}
    asked = []

    async def scene(router: Router) -> None:
        page = await router.functions.list_provisioned_concurrency_configs("orders")
        asked.append([each.provisioned.requested for each in page.items])

    play(folder, whole, scene)
    whole["functions"] = {"orders": function}
    play(folder, whole, scene)
    assert asked == [[1], []]


@pytest.mark.parametrize(
    ("after", "left"),
    [({"AutoPublishAlias": "production"}, ["production"]), ({}, [])],
    ids=["another alias", "no alias"],
)
def test_environments_are_kept_ready_for_the_alias_that_is_named_now(
    folder: Path, after: dict[str, str], left: list[str]
) -> None:
    provisioned = {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}}
    before = ORDERS | {"AutoPublishAlias": "live"} | provisioned
    now = ORDERS | after | (provisioned if after else {})
    asked = []

    async def scene(router: Router) -> None:
        page = await router.functions.list_provisioned_concurrency_configs("orders")
        asked.append([each.arn.rpartition(":")[2] for each in page.items])

    for function in (before, now):
        play(folder, {"store": "events.db", "functions": {"orders": function}}, scene)
    assert asked == [["live"], left]


def test_roles_say_what_functions_may_do(folder: Path) -> None:
    role = {"Action": "sqs:SendMessage", "Resource": ["arn:aws:sqs:*:*:done"]}
    arn = "arn:aws:iam::123456789012:role/narrow"
    whole = {
        "roles": {"narrow": role},
        "functions": {"orders": ORDERS | {"Role": arn}, "free": ORDERS},
    }

    async def scene(router: Router) -> None:
        allows = router.functions.role_allows
        assert latest(router).configuration.role == arn
        assert allows(arn, "sqs:SendMessage", f"arn:aws:sqs:{HERE}:done")
        assert not allows(arn, "sqs:SendMessage", f"arn:aws:sqs:{HERE}:other")
        assert not allows(arn, "sqs:ReceiveMessage", f"arn:aws:sqs:{HERE}:done")
        free = latest(router, "free").configuration.role
        assert allows(free, "sqs:ReceiveMessage", f"arn:aws:sqs:{HERE}:other")

    play(folder, whole, scene)


def test_events_go_to_a_stream(folder: Path) -> None:
    rule = RULE | {"Targets": [{"Id": "s", "Stream": "orders"}]}
    whole = {"streams": {"orders": {"retention": 172_800}}, "rules": [rule]}

    async def scene(router: Router) -> None:
        assert router.streams.describe_stream("orders") == StreamSettings(1, 172_800)
        await router.put_events([ENTRY])
        (one,) = await router.streams.read("orders", 0, 0, wait=10)
        assert json.loads(one.record.data)["detail"] == {"total": 12}

    play(folder, whole, scene)


def test_a_stream_keeps_its_shards_and_may_change_its_retention(folder: Path) -> None:
    whole: dict[str, Any] = {"store": "events.db", "streams": {"orders": {"shards": 2}}}
    seen = []

    async def scene(router: Router) -> None:
        seen.append(router.streams.describe_stream("orders"))

    play(folder, whole, scene)
    whole["streams"]["orders"]["retention"] = 172_800
    play(folder, whole, scene)
    assert seen == [StreamSettings(2, 86_400), StreamSettings(2, 172_800)]
    whole["streams"]["orders"]["shards"] = 3
    assert refusal(folder, whole) == (
        "streams.orders: the stream has 2 shards, which cannot become 3"
    )


def test_a_plain_function_stays_a_plain_function(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(folder)
    (folder / "deployed_plain.py").write_text("got = []\nkeep = got.append\n")

    async def scene(router: Router) -> None:
        await router.put_events([ENTRY])
        await router.idle()
        import deployed_plain  # type: ignore[import-not-found]

        assert [event["detail"] for event in deployed_plain.got] == [{"total": 12}]
        with pytest.raises(LambdaError):
            latest(router)

    play(folder, {"functions": {"orders": "deployed_plain:keep"}, "rules": [RULE]}, scene)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ({}, "functions.orders: exactly one of CodeUri, Callable is needed"),
        ({"CodeUri": "src", "Callable": "a:b"}, "functions.orders: exactly one of"),
        ({"CodeUri": "none", "Handler": "a.b"}, "functions.orders: "),
        ({"CodeUri": "src"}, "functions.orders: "),
        (ORDERS | {"Timeout": 901}, "functions.orders: "),
        (ORDERS | {"Timeout": "9"}, "functions.orders.Timeout: "),
        (ORDERS | {"Handlers": "x"}, "functions.orders: "),
        (ORDERS | {"Runtime": "node20"}, "functions.orders: "),
        ({"Callable": "nothing:here"}, "functions.orders.Callable: No module named 'nothing'"),
        ({"Callable": "json"}, "functions.orders.Callable: "),
        (5, "functions.orders: 5 is not of type 'string', 'object'"),
        (
            ORDERS | {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}},
            "functions.orders: 'AutoPublishAlias' is a dependency",
        ),
        (
            ORDERS | {"EventInvokeConfig": {"DestinationConfig": {"OnSuccess": {"Queue": "none"}}}},
            f"functions.orders: The destination ARN arn:aws:sqs:{HERE}:none is invalid.",
        ),
    ],
)
def test_what_is_wrong_with_a_function_is_told_with_its_place(
    folder: Path, function: Any, expected: str
) -> None:
    assert refusal(folder, {"functions": {"orders": function}}).startswith(expected)


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        ({"roles": {"a": {"Resource": "*"}}}, "roles.a: 'Action' is a required property"),
        ({"roles": {"a": {"Action": []}}}, ""),
        ({"streams": {"a": {"shards": 0}}}, "streams.a: 1 validation error detected"),
        ({"streams": {"a b": {}}}, "streams.a b: 1 validation error detected"),
    ],
)
def test_what_is_wrong_elsewhere_is_told_with_its_place(
    folder: Path, whole: dict[str, Any], expected: str
) -> None:
    if expected:
        assert refusal(folder, whole).startswith(expected)


def test_a_target_may_name_a_version(folder: Path) -> None:
    whole = {
        "store": "events.db",
        "queues": {"done": {}},
        "functions": {"orders": ORDERS},
        "rules": [],
    }

    async def publish(router: Router) -> None:
        await router.functions.publish_version("orders")
        await router.functions.put_function_event_invoke_config(
            "orders",
            qualifier="1",
            destination_config={"OnSuccess": {"Destination": f"arn:aws:sqs:{HERE}:done"}},
        )

    async def scene(router: Router) -> None:
        await router.put_events([ENTRY])
        (received,) = await router.queues.receive("done", wait=20)
        assert json.loads(received.stored.message.body)["responsePayload"]["version"] == "1"

    play(folder, whole, publish)
    whole["rules"] = [RULE | {"Targets": [{"Id": "f", "Function": "orders:1"}]}]
    play(folder, whole, scene)


def test_a_schedule_invokes_the_function_that_it_names(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(folder)
    (folder / "deployed_tick.py").write_text("async def handler(event, context):\n    got(event)\n")
    schedule = {
        "ScheduleExpression": "rate(5 minutes)",
        "Target": {"Function": "tick", "Input": '{"tick":1}'},
    }
    whole = {
        "functions": {"tick": {"Callable": "deployed_tick:handler"}},
        "schedules": {"tick": schedule},
    }
    got: list[object] = []

    async def run() -> None:
        clock = VirtualClock()
        configuration = Configuration.parse(json.dumps(whole), folder)
        async with router_of(configuration, clock=clock) as router:
            await arrange(router, configuration)
            sys.modules["deployed_tick"].got = got.append  # type: ignore[attr-defined]
            await clock.advance(601)
            await router.idle()

    asyncio.run(run())
    assert got
    assert all(each == {"tick": 1} for each in got)


def test_a_rule_of_another_bus_may_invoke_too(folder: Path) -> None:
    function = ORDERS | {
        "EventInvokeConfig": {"DestinationConfig": {"OnSuccess": {"Queue": "done"}}},
    }
    whole = {
        "queues": {"done": {}},
        "buses": {"eu.shop-orders": {}},
        "functions": {"orders": function},
        "rules": [RULE | {"EventBusName": "eu.shop-orders", "Name": "a.b"}],
    }

    async def scene(router: Router) -> None:
        await router.put_events([ENTRY | {"EventBusName": "eu.shop-orders"}])
        assert await router.queues.receive("done", wait=20)

    play(folder, whole, scene)


def test_code_that_has_the_store_in_it_is_refused(folder: Path) -> None:
    whole = {"store": "src/events.db", "functions": {"orders": ORDERS}}
    assert refusal(folder, whole) == (
        f"functions.orders: {folder / 'src'} has the store in it; keep the code in a folder of its "
        "own"
    )
