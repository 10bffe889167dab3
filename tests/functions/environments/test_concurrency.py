"""How many calls may run at once."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmatch.functions.environments.concurrency import Concurrency
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.model import Provisioned, ProvisionedStatus, Reply, Version
from eventmatch.testing.clock import VirtualClock
from tests.functions.environments.world import Handler, World, answer, named, world
from tests.loops import in_loop

ACCOUNT = "ConcurrentInvocationLimitExceeded"
RESERVED = "ReservedFunctionConcurrentInvocationLimitExceeded"


class Gate:
    """A function that stays until it is let go."""

    def __init__(self) -> None:
        self.is_open = asyncio.Event()
        self.inside = 0

    async def __call__(self, event: Any) -> Any:
        self.inside += 1
        await self.is_open.wait()
        self.inside -= 1
        return event


@asynccontextmanager
async def calls_inside(here: World, gate: Gate, *versions: Version) -> AsyncIterator[list[Reply]]:
    """Calls that run until the end of the context; then their replies are there."""
    gate.is_open.clear()
    replies: list[Reply] = []
    tasks = [asyncio.create_task(here.run(version)) for version in versions]
    while gate.inside < len(tasks):
        await asyncio.sleep(0)
    yield replies
    gate.is_open.set()
    replies += await asyncio.gather(*tasks)


async def refused(here: World, version: Version) -> str | None:
    """Why a call is throttled."""
    with pytest.raises(LambdaError) as failed:
        await here.run(version)
    assert failed.value.code is LambdaCode.TOO_MANY_REQUESTS
    assert failed.value.message == "Rate Exceeded."
    return failed.value.reason


def gated(gate: Gate, **options: Any) -> Any:
    async def handler(event: Any, _: Any) -> Any:
        return await gate(event)

    return world(callables={"f": handler}, **options)


def limited(gate: Gate, reserved: Mapping[str, int], limits: LambdaLimits) -> Any:
    return gated(
        gate,
        reserved=reserved.get,
        total_reserved=lambda: sum(reserved.values()),
        limits=replace(limits, unreserved_executions=1),
    )


def other(name: str) -> Version:
    return replace(named("f"), function=name)


@in_loop
async def test_what_is_reserved_is_a_cap_and_a_guarantee() -> None:
    gate, reserved = Gate(), {"shop": 2, "off": 0}
    async with limited(gate, reserved, LambdaLimits(concurrent_executions=3)) as here:
        version = named("f")
        async with calls_inside(here, gate, version, version, other("x")):
            assert await refused(here, version) == RESERVED
            assert await refused(here, other("x")) == ACCOUNT
        assert await refused(here, other("off")) == RESERVED
        gate.is_open.set()
        assert (await here.run(version)).error is None


@in_loop
async def test_a_reservation_that_goes_counts_with_all_others() -> None:
    gate, reserved = Gate(), {"shop": 1}
    async with limited(gate, reserved, LambdaLimits(concurrent_executions=2)) as here:
        version = named("f")
        async with calls_inside(here, gate, version):
            reserved.clear()
            gate.is_open.set()
            assert (await here.run(version)).error is None
            gate.is_open.clear()
        async with calls_inside(here, gate, version, other("x")):
            assert await refused(here, version) == ACCOUNT


@in_loop
async def test_what_is_reserved_is_kept_for_a_function_that_has_not_run_yet() -> None:
    gate, reserved = Gate(), {"later": 2}
    async with (
        limited(gate, reserved, LambdaLimits(concurrent_executions=3)) as here,
        calls_inside(here, gate, named("f")),
    ):
        assert await refused(here, named("f")) == ACCOUNT
        reserved.clear()
        gate.is_open.set()
        assert (await here.run(named("f"))).error is None


@given(st.data())
def test_counts_follow_reservations_that_come_and_go_while_calls_run(data: st.DataObject) -> None:
    reserved: dict[str, int] = {}
    limits = LambdaLimits(concurrent_executions=6, unreserved_executions=2)
    concurrency = Concurrency(limits, reserved.get, lambda: sum(reserved.values()))
    running: list[str] = []
    names = st.sampled_from("abc")
    for step in data.draw(st.lists(st.sampled_from(["enter", "leave", "reserve", "free"]))):
        name = data.draw(names)
        if step == "reserve":
            others = sum(size for other, size in reserved.items() if other != name)
            reserved[name] = data.draw(st.integers(0, 4 - others))
        elif step == "free":
            reserved.pop(name, None)
        elif step == "leave" and name in running:
            running.remove(name)
            concurrency.leave(name)
        elif step == "enter":
            shared = sum(each not in reserved for each in running)
            free = 6 - sum(reserved.values()) - shared
            allowed = reserved[name] > running.count(name) if name in reserved else free > 0
            with contextlib.nullcontext() if allowed else pytest.raises(LambdaError):
                concurrency.enter(name)
            running += [name] * allowed


async def ready(here: World, version: Version) -> Provisioned:
    """How many are provisioned, once that is settled."""
    while True:
        state = here.fleet.provisioned(version)
        assert state is not None
        if state.status is not ProvisionedStatus.IN_PROGRESS:
            return state
        await asyncio.sleep(0)


@in_loop
async def test_provisioned_environments_are_ready_and_the_rest_spills_over() -> None:
    gate = Gate()
    async with gated(gate) as here:
        version = named("f", number="1")
        assert here.fleet.provisioned(version) is None
        await here.fleet.provision(version, 2)
        begun = here.fleet.provisioned(version)
        assert begun == Provisioned(2, 0, 0, ProvisionedStatus.IN_PROGRESS)
        assert await ready(here, version) == Provisioned(2, 2, 2, ProvisionedStatus.READY)
        async with calls_inside(here, gate, version, version, version) as replies:
            pass
        assert sorted(reply.is_provisioned for reply in replies) == [False, True, True]
        assert [reply.init_duration is None for reply in replies if reply.is_provisioned] == [
            True
        ] * 2
        await here.fleet.provision(version, 0)
        assert here.fleet.provisioned(version) is None
        assert not (await here.run(version)).is_provisioned


@in_loop
async def test_what_is_provisioned_is_taken_off_what_is_reserved() -> None:
    gate = Gate()
    async with gated(gate, reserved={"shop": 1}.get) as here:
        version = named("f", number="1")
        await here.fleet.provision(version, 1)
        await ready(here, version)
        assert await refused(here, named("f")) == RESERVED
        gate.is_open.set()
        assert (await here.run(version)).is_provisioned
        await here.fleet.retire("shop", "1")
        assert here.fleet.provisioned(version) is None
        assert (await here.run(named("f"))).error is None


@in_loop
async def test_a_provisioned_process_that_dies_is_replaced() -> None:
    pytest.importorskip("awslambdaric")
    source = """
import os
def handler(event, context):
    if event == "exit": os._exit(1)
    return [os.getpid(), os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]]
"""
    async with world() as here:
        version = here.version(source, number="1")
        await here.fleet.provision(version, 1)
        await ready(here, version)
        process, kind = answer(await here.run(version))
        assert kind == "provisioned-concurrency"
        assert (await here.run(version, "exit")).error == "Unhandled"
        assert (await ready(here, version)).status is ProvisionedStatus.READY
        reply = await here.run(version)
        assert reply.is_provisioned
        assert answer(reply)[0] != process


@in_loop
async def test_a_provisioned_process_that_dies_while_idle_is_replaced_after_a_while() -> None:
    pytest.importorskip("awslambdaric")
    clock = VirtualClock()
    async with world(clock=clock) as here:
        version = here.version("import os\ndef handler(e, c): return os.getpid()", number="1")
        await here.fleet.provision(version, 1)
        await ready(here, version)
        process = answer(await here.run(version))
        for _ in range(2):
            os.kill(process, 9)
            while (state := here.fleet.provisioned(version)) and state.available:
                await asyncio.sleep(0)
            await clock.advance(1)
            assert (await ready(here, version)).available == 1
            before, process = process, answer(await here.run(version))
            assert process != before
        os.kill(process, 9)


@in_loop
async def test_what_could_not_be_provisioned_is_tried_again() -> None:
    clock, version = VirtualClock(), named("f", number="1")
    handlers: dict[str, Handler] = {}
    async with world(clock=clock, callables=handlers) as here:
        await here.fleet.provision(version, 1)
        state = await ready(here, version)
        assert (state.status, state.available) == (ProvisionedStatus.FAILED, 0)
        assert "no Python function is registered" in str(state.reason)
        handlers["f"] = lambda event, _: event
        await clock.advance(60)
        assert (await ready(here, version)).available == 1


@in_loop
async def test_code_that_cannot_begin_cannot_be_provisioned() -> None:
    pytest.importorskip("awslambdaric")
    async with world() as here:
        version = here.version("1 / 0", number="1")
        await here.fleet.provision(version, 2)
        state = await ready(here, version)
        assert (state.status, state.reason) == (
            ProvisionedStatus.FAILED,
            "FUNCTION_ERROR_INIT_FAILURE",
        )
        assert state.available == 0


@in_loop
async def test_a_provisioned_process_that_a_call_has_ended_begins_before_the_next_call() -> None:
    pytest.importorskip("awslambdaric")
    source = """
import os
print("begun")
def handler(event, context):
    os._exit(1)
"""
    async with world() as here:
        version = here.version(source, number="1")
        await here.fleet.provision(version, 1)
        await ready(here, version)
        assert (await here.run(version)).is_provisioned
        async with asyncio.timeout(20):
            await here.sink.has(b"begun", 2)


@in_loop
async def test_who_gives_up_as_an_environment_is_ready_leaves_it_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate()
    async with gated(gate) as here:
        version = named("f")
        async with calls_inside(here, gate, version) as replies:
            run = asyncio.create_task(here.run(version))
            pool = here.fleet._pool(version)
            give = pool.give
            monkeypatch.setattr(pool, "give", lambda ready: (give(ready), run.cancel()))
            await asyncio.wait([run])
            monkeypatch.undo()
        assert len(replies) == 1
        async with calls_inside(here, gate, version, version):
            assert len(here.fleet._factory._environments) == 2
        assert len(here.fleet._pool(version)._idle) == 2


@in_loop
async def test_a_provisioned_environment_whose_call_was_given_up_is_replaced() -> None:
    gate = Gate()
    async with gated(gate) as here:
        version = named("f", number="1")
        await here.fleet.provision(version, 1)
        await ready(here, version)
        call = asyncio.create_task(here.run(version))
        while not gate.inside:
            await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait([call])
        assert await ready(here, version) == Provisioned(1, 1, 1, ProvisionedStatus.READY)
        gate.is_open.set()
        assert (await here.run(version)).is_provisioned
