"""The control plane of functions lasts, and changes all of something or nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any

import pytest

from eventmatch.bus.ports import AnyChange
from eventmatch.errors import StoreCode, StoreError
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.plane import Functions
from eventmatch.testing.clock import VirtualClock
from tests.bus.fakes import MemoryRecords
from tests.functions.planes import (
    EVENTS,
    FUNCTION,
    QUEUE,
    ROLE,
    RULE,
    FakeRunner,
    ask,
    create,
    new_functions,
    published,
    zipped,
)
from tests.loops import in_loop

Step = Callable[[Functions], Awaitable[Any]]
F = {"FunctionName": "f"}

CHANGES: dict[str, Step] = {
    "create_function": lambda functions: create(functions, "new"),
    "update_function_code": lambda functions: functions.update_function_code(
        "f", code={"ZipFile": zipped("new")}
    ),
    "update_function_configuration": lambda functions: functions.update_function_configuration(
        "f", timeout=900, environment={"Variables": {"NAME": "x"}}
    ),
    "delete_function": lambda functions: functions.delete_function("f"),
    "delete a version": lambda functions: functions.delete_function("f", qualifier="3"),
    "publish_version": lambda functions: functions.publish_version("f"),
    "create_alias": lambda functions: functions.create_alias("f", name="a", function_version="1"),
    "update_alias": lambda functions: functions.update_alias("f", name="live", description="x"),
    "delete_alias": lambda functions: functions.delete_alias("f", name="live"),
    "put_function_concurrency": lambda functions: functions.put_function_concurrency(
        "f", reserved_concurrent_executions=7
    ),
    "delete_function_concurrency": lambda functions: functions.delete_function_concurrency("f"),
    "put_provisioned_concurrency_config": lambda functions: (
        functions.put_provisioned_concurrency_config(
            "f", qualifier="2", provisioned_concurrent_executions=1
        )
    ),
    "delete_provisioned_concurrency_config": lambda functions: (
        functions.delete_provisioned_concurrency_config("f", qualifier="live")
    ),
    "put_function_event_invoke_config": lambda functions: (
        functions.put_function_event_invoke_config("f", maximum_retry_attempts=0)
    ),
    "update_function_event_invoke_config": lambda functions: (
        functions.update_function_event_invoke_config(
            "f", qualifier="live", maximum_retry_attempts=2
        )
    ),
    "delete_function_event_invoke_config": lambda functions: (
        functions.delete_function_event_invoke_config("f", qualifier="live")
    ),
    "add_permission": lambda functions: functions.add_permission(
        "f", statement_id="new", action="lambda:*", principal="*"
    ),
    "remove_permission": lambda functions: functions.remove_permission(
        "f", statement_id="s", qualifier="live"
    ),
    "put_role": lambda functions: functions.put_role("run", actions=["sqs:*"]),
    "delete_role": lambda functions: functions.delete_role("poor"),
}


async def filled(records: MemoryRecords, **settings: Any) -> Functions:
    functions = await new_functions(records, **settings)
    await published(functions, 3)
    await functions.update_function_configuration(
        "f",
        description="now",
        environment={"Variables": {"NAME": "x"}},
        dead_letter_config={"TargetArn": QUEUE},
        ephemeral_storage={"Size": 1024},
        tracing_config={"Mode": "Active"},
    )
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    await functions.create_alias("f", name="live", function_version="1", routing_config=weights)
    await functions.put_function_concurrency("f", reserved_concurrent_executions=5)
    await functions.put_provisioned_concurrency_config(
        "f", qualifier="live", provisioned_concurrent_executions=2
    )
    await functions.put_function_event_invoke_config(
        "f", qualifier="live", destination_config={"OnFailure": {"Destination": QUEUE}}
    )
    await functions.add_permission(
        "f",
        statement_id="s",
        action="lambda:InvokeFunction",
        principal=EVENTS,
        qualifier="live",
        source_arn=RULE,
    )
    await functions.put_role("poor", actions=["sqs:SendMessage"])
    return functions


async def everything(functions: Functions) -> Any:
    found: dict[str, Any] = {"settings": await ask(functions, "GetAccountSettings")}
    listed = await ask(functions, "ListFunctions", FunctionVersion="ALL")
    found["versions"] = listed["Functions"]
    for name in {each["FunctionName"] for each in found["versions"]}:
        for operation in (
            "ListAliases",
            "GetFunctionConcurrency",
            "ListProvisionedConcurrencyConfigs",
            "ListFunctionEventInvokeConfigs",
        ):
            found[f"{operation} {name}"] = await ask(functions, operation, FunctionName=name)
        for qualifier in (None, "live"):
            found[f"policy {name} {qualifier}"] = await policy(functions, name, qualifier)
    for role in ("run", "poor"):
        found[f"role {role}"] = functions.role_allows(role, "dynamodb:PutItem", "t")
    return found


async def policy(functions: Functions, name: str, qualifier: str | None) -> Any:
    try:
        return await ask(functions, "GetPolicy", FunctionName=name, Qualifier=qualifier)
    except LambdaError as refused:
        return refused.message


@in_loop
async def test_everything_outlives_the_process() -> None:
    records, runner = MemoryRecords(), FakeRunner()
    before = await everything(await filled(records, runner=runner))
    later = await new_functions(records, runner=runner, clock=VirtualClock(2_000_000_000.0))
    assert await everything(later) == before


@pytest.mark.parametrize("name", CHANGES)
@in_loop
async def test_each_change_is_one_write_and_can_be_seen(name: str) -> None:
    records, runner = MemoryRecords(), FakeRunner()
    functions = await filled(records, runner=runner)
    before, writes = await everything(functions), len(records.writes)
    await CHANGES[name](functions)
    assert len(records.writes) == writes + 1
    after = await everything(functions)
    assert after != before
    again = await new_functions(records, runner=runner)
    assert await everything(again) == after


@pytest.mark.parametrize("name", CHANGES)
@in_loop
async def test_a_failed_write_changes_nothing(name: str) -> None:
    records, runner = MemoryRecords(), FakeRunner()
    functions = await filled(records, runner=runner)
    before, told = await everything(functions), list(runner.told)
    records.fails = True
    with pytest.raises(StoreError):
        await CHANGES[name](functions)
    records.fails = False
    assert await everything(functions) == before
    assert runner.told == told
    assert await everything(await new_functions(records, runner=runner)) == before


class SlowRecords(MemoryRecords):
    """Records that write when they are told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.go.set()

    async def write(self, changes: Sequence[AnyChange]) -> None:
        await self.go.wait()
        await super().write(changes)


@in_loop
async def test_a_caller_who_gives_up_does_not_part_record_memory_and_runner() -> None:
    records, runner = SlowRecords(), FakeRunner()
    functions = await filled(records, runner=runner)
    records.go.clear()
    runner.told.clear()
    writing = asyncio.create_task(functions.update_alias("f", name="live", function_version="3"))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.sleep(0)
    records.go.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert (await functions.get_alias("f", name="live")).version == "3"
    assert runner.told == [("provision", "1", 0), ("provision", "3", 2)]
    assert await everything(await new_functions(records, runner=runner)) == await everything(
        functions
    )


@in_loop
async def test_writers_at_once_are_kept_apart() -> None:
    functions = await new_functions()
    await create(functions)
    await asyncio.gather(
        *(
            functions.create_alias("f", name=f"a{each}", function_version="$LATEST")
            for each in range(20)
        )
    )
    assert len((await functions.list_aliases("f")).items) == 20


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("function", b"{"),
        ("function", b'{"latest":{}}'),
        ("function-version", b"[]"),
        ("function-role", b'{"name":"r"}'),
        ("function-last-number", b'"one"'),
    ],
)
@in_loop
async def test_a_record_that_says_nothing_is_told(kind: str, record: bytes) -> None:
    records = MemoryRecords()
    records.kinds[kind] = {"some": record}
    with pytest.raises(StoreError, match='the record "some" says nothing') as refused:
        await new_functions(records)
    assert refused.value.code is StoreCode.CORRUPT


@in_loop
async def test_the_runner_is_told_what_changes() -> None:
    runner = FakeRunner()
    functions = await filled(MemoryRecords(), runner=runner)
    runner.told.clear()
    await functions.update_function_configuration("f", timeout=3)
    assert runner.told == [("retire", "$LATEST", None)]
    runner.told.clear()
    await functions.delete_function("f", qualifier="3")
    assert runner.told == [("retire", "3", None)]
    runner.told.clear()
    await functions.delete_alias("f", name="live")
    assert runner.told == [("provision", "1", 0)]
    runner.told.clear()
    await functions.put_provisioned_concurrency_config(
        "f", qualifier="1", provisioned_concurrent_executions=3
    )
    await functions.delete_function("f")
    assert runner.told == [("provision", "1", 3), ("provision", "1", 0), ("retire", "f", None)]


@in_loop
async def test_what_is_wished_is_provisioned_again_behind_a_start() -> None:
    records, runner = MemoryRecords(), FakeRunner()
    await filled(records)
    functions = await new_functions(records, runner=runner)
    assert runner.told == []
    await functions.resume()
    assert runner.told == [("provision", "1", 2)]


@in_loop
async def test_an_archive_is_kept_as_long_as_a_version_uses_it() -> None:
    records = MemoryRecords()
    functions = await new_functions(records)
    first = await create(functions, publish=True)
    await create(functions, "other")
    assert await functions.archives.read(first.code.sha256) == zipped()
    second = await functions.update_function_code("f", code={"ZipFile": zipped("two")})
    third = await functions.update_function_code("f", code={"ZipFile": zipped("three")})
    with pytest.raises(KeyError):
        await functions.archives.read(second.code.sha256)
    await functions.delete_function("f")
    assert set(records.kinds["function-archive"]) == {first.code.sha256}
    assert third.code.sha256 != first.code.sha256
    await functions.delete_function("other")
    assert records.kinds["function-archive"] == {}


@in_loop
async def test_a_callable_needs_no_archive_handler_or_runtime() -> None:
    records = MemoryRecords()
    functions = await new_functions(records)
    version = await functions.create_function("f", role=ROLE, code={"Callable": "orders"})
    assert functions.resolve("f").version == version
    assert version.code.name == "orders"
    assert "function-archive" not in records.kinds
    assert functions.resolve("f") == (await new_functions(records)).resolve("f")


@in_loop
async def test_an_archive_takes_the_place_of_a_callable_once_there_is_a_handler() -> None:
    functions = await new_functions()
    await functions.create_function("f", role=ROLE, code={"Callable": "orders"})
    with pytest.raises(LambdaError, match="Runtime and Handler are mandatory"):
        await functions.update_function_code("f", code={"ZipFile": zipped()})
    await functions.update_function_configuration("f", handler="index.handler")
    updated = await functions.update_function_code("f", code={"ZipFile": zipped()})
    assert await functions.archives.read(updated.code.sha256) == zipped()


@in_loop
async def test_code_has_a_limit_for_the_account() -> None:
    functions = await new_functions(limits=LambdaLimits(storage_bytes=2 * len(zipped())))
    await create(functions, "a")
    await create(functions, "b")
    with pytest.raises(LambdaError) as refused:
        await create(functions, "c")
    assert refused.value.code is LambdaCode.CODE_STORAGE_EXCEEDED


@in_loop
async def test_an_argument_that_nobody_knows_is_a_mistake_of_the_program() -> None:
    functions = await new_functions()
    with pytest.raises(TypeError, match="time_out"):
        await create(functions, time_out=3)
    await create(functions)
    with pytest.raises(TypeError, match="time_out"):
        await functions.update_function_configuration("f", time_out=3)


@in_loop
async def test_a_name_resolves_to_a_version_and_the_arn_that_was_used() -> None:
    functions = await new_functions()
    await published(functions, 1)
    await functions.create_alias("f", name="live", function_version="1")
    plain = functions.resolve("f")
    assert (plain.version.number, plain.invoked_arn, plain.qualifier) == (
        "$LATEST",
        f"{FUNCTION}:f",
        "$LATEST",
    )
    assert functions.resolve("f", "$LATEST").invoked_arn == f"{FUNCTION}:f:$LATEST"
    live = functions.resolve("123456789012:function:f:live")
    assert (live.version.number, live.invoked_arn, live.qualifier) == (
        "1",
        f"{FUNCTION}:f:live",
        "live",
    )


@pytest.mark.parametrize(
    ("name", "qualifier", "arn"),
    [("g", None, "g:$LATEST"), ("f", "9", "f:9"), ("f", "gone", "f:gone"), ("g", "1", "g:1")],
)
@in_loop
async def test_what_does_not_resolve(name: str, qualifier: str | None, arn: str) -> None:
    functions = await new_functions()
    await create(functions)
    with pytest.raises(LambdaError) as refused:
        functions.resolve(name, qualifier)
    assert refused.value.code is LambdaCode.RESOURCE_NOT_FOUND
    assert refused.value.message == f"Function not found: {FUNCTION}:{arn}"


@in_loop
async def test_an_alias_with_weights_draws_its_versions_by_their_shares() -> None:
    functions = await new_functions()
    await published(functions)
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    await functions.create_alias("f", name="live", function_version="1", routing_config=weights)
    drawn = [functions.resolve("f", "live").version.number for _ in range(2000)]
    assert 400 < drawn.count("2") < 600
    assert drawn.count("1") == 2000 - drawn.count("2")


@pytest.mark.parametrize(("share", "number"), [(0, "1"), (1, "2")])
@in_loop
async def test_a_share_of_nothing_and_of_all(share: float, number: str) -> None:
    functions = await new_functions()
    await published(functions)
    weights = {"AdditionalVersionWeights": {"2": share}}
    await functions.create_alias("f", name="live", function_version="1", routing_config=weights)
    assert {functions.resolve("f", "live").version.number for _ in range(50)} == {number}


class Least(Random):
    """Draws nothing but the least."""

    def random(self) -> float:
        return 0.0


@pytest.mark.parametrize(("share", "number"), [(0, "1"), (0.001, "2")])
@in_loop
async def test_the_least_that_is_drawn_belongs_to_no_share_of_nothing(
    share: float, number: str
) -> None:
    functions = await new_functions(random=Least())
    await published(functions)
    weights = {"AdditionalVersionWeights": {"2": share}}
    await functions.create_alias("f", name="live", function_version="1", routing_config=weights)
    assert functions.resolve("f", "live").version.number == number
