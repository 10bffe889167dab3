"""Functions of this process: the same life without a process."""

import asyncio
import contextlib
import json
import re
import sys
import threading
from decimal import Decimal
from typing import Any

import pytest

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import Call
from eventmatch.testing.clock import VirtualClock
from tests.functions.environments.world import ARN, Handler, World, answer, error, named, world
from tests.loops import in_loop


async def run_one(handler: Handler, event: object = None, **changes: Any) -> Any:
    """The reply of a function that is called once."""
    async with world(callables={"f": handler}) as here:
        return await here.run(named("f"), event, **changes)


@in_loop
async def test_a_plain_function_runs_in_a_thread_and_a_coroutine_function_in_the_loop() -> None:
    def plain(event: Any, _: Any) -> Any:
        return [event, threading.current_thread() is threading.main_thread()]

    async def coroutine(event: Any, _: Any) -> Any:
        await asyncio.sleep(0)
        return [event, threading.current_thread() is threading.main_thread()]

    assert answer(await run_one(plain, "a")) == ["a", False]
    assert answer(await run_one(coroutine, "a")) == ["a", True]


@in_loop
async def test_the_context_is_aws_s() -> None:
    seen: list[Any] = []
    await run_one(
        lambda _, context: seen.append((context, context.get_remaining_time_in_millis())),
        request_id="the-id",
        invoked_arn=f"{ARN}:PROD",
        client_context='{"custom": {"a": 1}, "client": {"app_title": "x"}}',
    )
    context, left = seen[0]
    assert (context.aws_request_id, context.function_name) == ("the-id", "shop")
    assert (context.function_version, context.memory_limit_in_mb) == ("$LATEST", "128")
    assert context.invoked_function_arn == f"{ARN}:PROD"
    assert context.log_group_name == "/aws/lambda/shop"
    assert "/[$LATEST]" in context.log_stream_name
    assert context.identity.cognito_identity_id is None
    assert context.identity.cognito_identity_pool_id is None
    assert context.tenant_id is None
    assert context.client_context.custom == {"a": 1}
    assert context.client_context.client.app_title == "x"
    assert context.client_context.client.installation_id is None
    assert 19_000 < left <= 20_000


@in_loop
async def test_a_client_is_told_as_a_whole() -> None:
    client = {
        "installation_id": "1",
        "app_title": "2",
        "app_version_name": "3",
        "app_version_code": "4",
        "app_package_name": "5",
    }
    told = json.dumps({"custom": {"a": 1}, "env": {"b": 2}, "client": client})
    seen: list[Any] = []
    await run_one(lambda _, context: seen.append(context.client_context), client_context=told)
    assert (seen[0].custom, seen[0].env) == ({"a": 1}, {"b": 2})
    assert vars(seen[0].client) == client


@in_loop
async def test_the_time_that_is_left_goes_down_to_nothing() -> None:
    clock, contexts = VirtualClock(), list[Any]()

    async def handler(_: Any, context: Any) -> None:
        contexts.append(context)
        await asyncio.Event().wait()

    async with world(callables={"f": handler}, clock=clock) as here:
        call = asyncio.create_task(here.run(named("f", timeout=3)))
        while not contexts:
            await asyncio.sleep(0)
        left = [contexts[0].get_remaining_time_in_millis()]
        for seconds in (0.5, 2.5, 60):
            await clock.advance(seconds)
            left.append(contexts[0].get_remaining_time_in_millis())
        assert left == [3000, 2500, 0, 0]
        assert error(await call)["errorType"] == "Sandbox.Timedout"


def broken(*_: Any) -> None:
    raise LookupError("no")


@in_loop
async def test_an_exception_is_told_as_aws_tells_it() -> None:
    reply = await run_one(broken, request_id="the-id")
    told = error(reply)
    assert list(told) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert (told["errorMessage"], told["errorType"]) == ("no", "LookupError")
    assert told["requestId"] == "the-id"
    (frame,) = told["stackTrace"]
    assert frame.startswith(f'  File "{__file__}", line ')
    assert frame.endswith('in broken\n    raise LookupError("no")\n')
    assert b"[ERROR] LookupError: no" in reply.log


EXITED = "RequestId: the-id Error: Runtime exited"


def dividing(event: int, _: Any) -> float:
    return 1 + 1 / event


@in_loop
async def test_a_frame_is_a_place_and_its_source_without_marks() -> None:
    reply = await run_one(dividing, 0)
    (frame,) = error(reply)["stackTrace"]
    assert frame.startswith(f'  File "{__file__}", line ')
    assert frame.endswith(", in dividing\n    return 1 + 1 / event\n")
    assert b"^" not in reply.log


def raising(error: BaseException) -> Handler:
    def handler(*_: Any) -> None:
        raise error

    return handler


@pytest.mark.parametrize(
    ("handler", "error_type", "message"),
    [
        (lambda *_: object(), "Runtime.MarshalError", "Unable to marshal response: "),
        (lambda *_: sys.exit(2), "Runtime.ExitError", f"{EXITED} with error: exit status 2"),
        (lambda *_: sys.exit("no"), "Runtime.ExitError", f"{EXITED} with error: exit status 1"),
        (lambda *_: sys.exit(), "Runtime.ExitError", f"{EXITED} without providing a reason"),
        (lambda *_: next(iter(())), "RuntimeError", "StopIteration"),
        (raising(KeyboardInterrupt()), "RuntimeError", "KeyboardInterrupt"),
        (raising(GeneratorExit()), "Runtime.ExitError", "RequestId: the-id Error: Runtime exited"),
        (lambda *_: "x" * 6_291_555, "Function.ResponseSizeTooLarge", "Response payload size"),
    ],
)
@in_loop
async def test_other_failures_are_told(handler: Handler, error_type: str, message: str) -> None:
    told = error(await run_one(handler, request_id="the-id"))
    assert told["errorType"] == error_type
    assert told["errorMessage"].startswith(message)


class Untellable(Exception):
    def __str__(self) -> str:
        raise LookupError


@in_loop
async def test_an_exception_that_cannot_be_told_is_an_end_as_in_aws_s_runtime() -> None:
    told = error(await run_one(raising(Untellable()), request_id="the-id"))
    assert told["errorMessage"] == f"{EXITED} with error: exit status 1"


@in_loop
async def test_an_exception_with_half_a_character_is_told() -> None:
    reply = await run_one(raising(ValueError("a\ud800b")))
    assert error(reply)["errorMessage"] == "a?b"
    assert b"[ERROR] ValueError: a?b" in reply.log


@pytest.mark.parametrize(
    ("call", "error_type"),
    [
        ({"payload": b"{"}, "Runtime.UnmarshalError"),
        ({"payload": b"[" * 100_000 + b"]" * 100_000}, "Runtime.UnmarshalError"),
        ({"client_context": "{"}, "Runtime.LambdaContextUnmarshalError"),
        ({"client_context": "[]"}, "Runtime.LambdaContextUnmarshalError"),
        ({"client_context": "[" * 100_000}, "Runtime.LambdaContextUnmarshalError"),
    ],
)
@in_loop
async def test_a_call_that_cannot_be_read_is_told(call: dict[str, Any], error_type: str) -> None:
    assert error(await run_one(lambda *_: None, **call))["errorType"] == error_type


@in_loop
async def test_results_are_json_as_aws_writes_it() -> None:
    def handler(*_: Any) -> Any:
        return {"a": [1, None], "b": Decimal("1.5"), "c": Decimal(3), "d": "ü"}

    assert (
        await run_one(handler)
    ).payload == '{"a": [1, null], "b": 1.5, "c": 3, "d": "ü"}'.encode()
    assert (await run_one(lambda *_: None)).payload == b"null"


@in_loop
async def test_the_log_has_aws_s_lines() -> None:
    reply = await run_one(lambda _, context: context.log("hello\n"), request_id="a")
    start, said, end, report = reply.log.decode().splitlines()
    assert [start, said, end] == [
        "START RequestId: a Version: $LATEST",
        "hello",
        "END RequestId: a",
    ]
    assert report.startswith("REPORT RequestId: a\tDuration: ")


@pytest.mark.parametrize(
    ("seconds", "durations"),
    [
        (1.5, "Duration: 1500.00 ms\tBilled Duration: 1500 ms"),
        (0.0625, "Duration: 62.50 ms\tBilled Duration: 63 ms"),
        (0, "Duration: 0.00 ms\tBilled Duration: 1 ms"),
    ],
)
@in_loop
async def test_the_report_has_what_the_call_took(seconds: float, durations: str) -> None:
    clock = VirtualClock()

    async def handler(*_: Any) -> None:
        await clock.advance(seconds)

    async with world(callables={"f": handler}, clock=clock) as here:
        reply = await here.run(named("f", memory_size=512), request_id="a")
    report = reply.log.decode().splitlines()[-1]
    assert re.fullmatch(
        rf"REPORT RequestId: a\t{durations}\tMemory Size: 512 MB\tMax Memory Used: \d+ MB\t"
        r"Init Duration: 0\.00 ms\t",
        report,
    )


@pytest.mark.parametrize("is_coroutine", [False, True])
@in_loop
async def test_the_clock_ends_a_late_call(is_coroutine: bool) -> None:
    clock, release, begun = VirtualClock(), threading.Event(), threading.Event()

    def plain(*_: Any) -> Any:
        begun.set()
        return release.wait(30)

    async def coroutine(*_: Any) -> Any:
        begun.set()
        await asyncio.Event().wait()

    handlers: dict[str, Handler] = {
        "f": coroutine if is_coroutine else plain,
        "g": lambda event, _: event,
    }
    async with world(clock=clock, callables=handlers) as here:
        task = asyncio.create_task(here.run(named("f", timeout=3), request_id="the-id"))
        while not begun.is_set():
            await asyncio.sleep(0)
        await clock.advance(2.9)
        assert not task.done()
        await clock.advance(0.2)
        assert error(await task) == {
            "errorType": "Sandbox.Timedout",
            "errorMessage": "RequestId: the-id Error: Task timed out after 3.00 seconds",
        }
        assert (await task).duration == pytest.approx(3)
        assert answer(await here.run(named("g"), 1)) == 1
        release.set()


@in_loop
async def test_a_function_that_nobody_registered_is_a_failure_of_the_service() -> None:
    async with world() as here:
        with pytest.raises(LambdaError, match='no Python function is registered as "f"') as failed:
            await here.run(named("f"))
        assert failed.value.code is LambdaCode.SERVICE


@in_loop
async def test_a_fleet_that_does_not_run_runs_nothing() -> None:
    here = World(callables={"f": lambda event, _: event})
    with pytest.raises(LambdaError, match="stopped"):
        await here.run(named("f"))
    await here.fleet.start()
    call = Call("a", json.dumps(1).encode(), ARN)
    assert (await here.fleet.run(named("f"), call)).payload == b"1"
    await here.fleet.stop()
    with pytest.raises(LambdaError, match="stopped"):
        await here.run(named("f"))


@in_loop
async def test_the_threads_end_with_the_fleet() -> None:
    async with world(callables={"f": lambda event, _: event}) as here:
        assert answer(await here.run(named("f"), 1)) == 1
        threads = [each for each in threading.enumerate() if each.name == "function shop"]
        assert threads
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


@in_loop
async def test_another_function_of_the_name_is_the_code_of_warm_environments_too() -> None:
    handlers: dict[str, Handler] = {"f": lambda *_: "old"}
    async with world(callables=handlers) as here:
        version = named("f", number="1")
        first = await here.run(version)
        handlers["f"] = lambda *_: "new"
        second = await here.run(version)
        assert (answer(first), answer(second)) == ("old", "new")
        assert second.init_duration is None


@in_loop
async def test_a_coroutine_that_does_not_mind_being_called_off_is_left_to_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("eventmatch.functions.environments.callable._PATIENCE", 0.0)
    clock, begun, over = VirtualClock(), asyncio.Event(), asyncio.Event()

    async def handler(*_: Any) -> None:
        begun.set()
        while not over.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await over.wait()
        raise LookupError

    async with world(callables={"f": handler}, clock=clock) as here:
        run = asyncio.create_task(here.run(named("f", timeout=3)))
        await begun.wait()
        await clock.advance(3)
        async with asyncio.timeout(10):
            assert error(await run)["errorType"] == "Sandbox.Timedout"
        over.set()


@in_loop
async def test_a_coroutine_that_is_called_off_may_clean_up() -> None:
    clock, begun, cleaned = VirtualClock(), asyncio.Event(), []

    async def handler(*_: Any) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append(True)

    async with world(callables={"f": handler}, clock=clock) as here:
        run = asyncio.create_task(here.run(named("f", timeout=3)))
        await begun.wait()
        await clock.advance(3)
        assert error(await run)["errorType"] == "Sandbox.Timedout"
        assert cleaned == [True]
