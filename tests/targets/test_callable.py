"""Functions as targets: what they are called with, and what their exceptions mean."""

import asyncio
import functools
import json
import logging
import threading
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from eventmatch.delivery.model import DELIVERED, ErrorCode
from eventmatch.targets import CallableTarget, Retryable
from tests.targets.attempts import BAD_TEXT, attempt, codes, deliver, run


class Page:
    """An object that is called, and keeps what with."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    async def __call__(self, event: Any) -> None:
        await asyncio.sleep(0)
        self.seen.append(event)


def test_a_function_gets_the_parsed_event() -> None:
    seen: list[Any] = []
    deliver(CallableTarget(seen.append), attempt(detail={"total": 10**30}))
    assert seen[0]["source"] == "shop.orders"
    assert seen[0]["detail"] == {"total": 10**30}


def test_a_transformed_payload_may_be_any_json() -> None:
    seen: list[Any] = []
    deliver(CallableTarget(seen.append), attempt(b'"text"'), attempt(b"17"), attempt(b"null"))
    assert seen == ["text", 17, None]


def test_a_raw_function_gets_the_bytes() -> None:
    seen: list[Any] = []
    deliver(CallableTarget(seen.append, raw=True), attempt(b' {"a": 1.0}'))
    assert seen == [b' {"a": 1.0}']


@pytest.mark.parametrize("payload", [b"hello", BAD_TEXT, b"[" * 100_000, b""])
def test_a_payload_that_is_not_json_is_told_in_the_words_of_aws(payload: bytes) -> None:
    seen: list[Any] = []
    outcomes = deliver(CallableTarget(seen.append, inline=True), attempt(payload), attempt())
    assert codes(outcomes) == [ErrorCode.INVALID_JSON, None]
    assert outcomes[0].message == "Invalid input for target."
    assert len(seen) == 1


def test_objects_with_an_async_call_are_awaited() -> None:
    page = Page()
    assert deliver(CallableTarget(page), attempt(b"1"), attempt(b"2")) == [DELIVERED] * 2
    assert page.seen == [1, 2]


@pytest.mark.parametrize("inline", [False, True])
def test_what_a_plain_function_returns_is_awaited(inline: bool) -> None:
    page = Page()

    def later(event: Any) -> Awaitable[None]:
        return page(event)

    assert deliver(CallableTarget(later, inline=inline), attempt(b"1")) == [DELIVERED]
    assert page.seen == [1]


def test_a_partial_of_an_async_function_is_awaited() -> None:
    seen: list[str] = []

    async def page(team: str, _event: Any) -> None:
        seen.append(team)

    deliver(CallableTarget(functools.partial(page, "night")), attempt())
    assert seen == ["night"]


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize(
    "error", [ValueError("no such order"), KeyError("x"), StopIteration(), SystemExit(1)]
)
def test_an_exception_asks_for_another_attempt(error: BaseException, inline: bool) -> None:
    def fail(_event: Any) -> None:
        raise error

    (outcome,) = deliver(CallableTarget(fail, inline=inline), attempt())
    assert outcome.code is ErrorCode.ERROR_FROM_TARGET
    assert outcome.is_retryable
    assert type(error).__name__ in outcome.message


def test_terminal_exceptions_ask_for_none() -> None:
    def fail(event: Any) -> None:
        raise {"lookup": KeyError, "value": ValueError}[event]("refused")

    target = CallableTarget(fail, terminal=[LookupError])
    outcomes = deliver(target, attempt(b'"lookup"'), attempt(b'"value"'))
    assert [outcome.is_retryable for outcome in outcomes] == [False, True]
    assert codes(outcomes) == [ErrorCode.ERROR_FROM_TARGET] * 2


def test_retryable_says_when_to_come_back() -> None:
    async def fail(_event: Any) -> None:
        raise Retryable("busy", after=30)

    (outcome,) = deliver(CallableTarget(fail, terminal=[Exception]), attempt())
    assert outcome.code is ErrorCode.ERROR_FROM_TARGET
    assert (outcome.is_retryable, outcome.retry_after, outcome.message) == (True, 30, "busy")


class Mute(Exception):
    """An exception that fails to say anything."""

    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (Mute(), "Mute: what it says cannot be told"),
        (ValueError("\x1b[31mred\x00 \ud800"), "ValueError: \ufffd[31mred\ufffd \ufffd"),
        (ValueError("x" * 5000), f"ValueError: {'x' * 988}"),
        (ValueError(), "ValueError"),
        (Retryable(""), "no reason was given"),
    ],
)
def test_what_an_exception_says_fits_into_a_dead_letter(error: Exception, message: str) -> None:
    def fail(event: Any) -> None:
        if event == "fail":
            raise error

    outcomes = deliver(CallableTarget(fail), attempt(b'"fail"'), attempt())
    assert codes(outcomes) == [ErrorCode.ERROR_FROM_TARGET, None]
    assert outcomes[0].message == message


def test_a_time_that_is_no_number_is_a_fault_of_the_function() -> None:
    with pytest.raises(TypeError):
        Retryable("busy", after=timedelta(seconds=1))  # type: ignore[arg-type]


def test_the_traceback_is_logged_for_those_who_debug(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_event: Any) -> None:
        raise ValueError("no such order")

    deliver(CallableTarget(fail), attempt())
    assert "ValueError" in caplog.text
    assert "no such order" not in caplog.text
    with caplog.at_level(logging.DEBUG, "eventmatch.targets"):
        deliver(CallableTarget(fail), attempt())
    assert "no such order" in caplog.text
    assert "Traceback" in caplog.text


def test_a_call_that_hangs_is_given_up_alone() -> None:
    async def hang(event: Any) -> None:
        if event == "hang":
            await asyncio.Event().wait()

    target = CallableTarget(hang, inline=True, timeout=0.02)
    outcomes = deliver(target, attempt(b'"hang"'), attempt(b'"go"'))
    assert codes(outcomes) == [ErrorCode.TIMEOUT, None]
    assert outcomes[0].message == "no answer within 0.02 seconds"


def test_a_thread_that_hangs_is_given_up() -> None:
    release = threading.Event()

    def hang(_event: Any) -> None:
        release.wait(10)

    with ThreadPoolExecutor(1) as threads:
        (outcome,) = deliver(CallableTarget(hang, threads=threads, timeout=0.02), attempt())
        release.set()
    assert outcome.code is ErrorCode.TIMEOUT


def test_a_function_that_cancels_itself_has_failed() -> None:
    async def cancel(_event: Any) -> None:
        raise asyncio.CancelledError

    (outcome,) = deliver(CallableTarget(cancel), attempt())
    assert outcome.code is ErrorCode.ERROR_FROM_TARGET
    assert outcome.is_retryable


def test_calls_end_with_whoever_made_them() -> None:
    ended: list[str] = []

    async def hang(_event: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("call")

    async def work() -> None:
        calls = asyncio.create_task(CallableTarget(hang).deliver([attempt()]))
        for _ in range(5):
            await asyncio.sleep(0)
        calls.cancel()
        await asyncio.wait([calls])
        await asyncio.sleep(0)

    run(work())
    assert ended == ["call"]


def test_plain_functions_run_in_the_threads_that_they_are_given() -> None:
    names: set[str] = set()

    def note(_event: Any) -> None:
        names.add(threading.current_thread().name)

    with ThreadPoolExecutor(2, "calls") as threads:
        deliver(CallableTarget(note, threads=threads), *[attempt()] * 5)
    assert all(name.startswith("calls") for name in names)


def test_inline_functions_run_on_the_loop() -> None:
    threads: list[int] = []
    deliver(CallableTarget(lambda _: threads.append(threading.get_ident()), inline=True), attempt())
    assert threads == [threading.get_ident()]


def test_async_calls_of_a_batch_run_at_once() -> None:
    async def work() -> Any:
        met = asyncio.Barrier(3)

        async def meet(_event: Any) -> None:
            await met.wait()

        return await CallableTarget(meet, timeout=5).deliver([attempt()] * 3)

    assert run(work()) == [DELIVERED] * 3


def test_whoever_calls_waits_longer_than_the_adapter() -> None:
    assert CallableTarget(print, timeout=60).timeout > 60


def test_the_payload_is_read_as_python_reads_json() -> None:
    seen: list[Any] = []
    payload = b'{"a": [1, 2.5, true, null, "\\u20ac"]}'
    deliver(CallableTarget(seen.append), attempt(payload))
    assert seen == [json.loads(payload)]


@pytest.mark.parametrize("bounds", [{"concurrency": 0}, {"batch_size": 0}, {"concurrency": -1}])
def test_a_target_that_would_never_be_called_is_refused(bounds: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at the least"):
        CallableTarget(print, **bounds)


class Odd(BaseException):
    """No `Exception`."""


@pytest.mark.parametrize("error", [Odd("odd"), GeneratorExit("odd"), SystemExit("odd")])
@pytest.mark.parametrize("options", [{}, {"inline": True}])
def test_whatever_a_function_raises_is_its_own_failure(
    error: BaseException, options: dict[str, Any]
) -> None:
    def fail(_: object) -> None:
        raise error

    (outcome,) = deliver(CallableTarget(fail, **options), attempt())
    assert (outcome.code, outcome.is_retryable) == (ErrorCode.ERROR_FROM_TARGET, True)
    assert outcome.message == f"{type(error).__name__}: odd"


def test_a_function_in_a_thread_cannot_interrupt_the_router() -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    (outcome,) = deliver(CallableTarget(interrupt), attempt())
    assert (outcome.code, outcome.is_retryable) == (ErrorCode.ERROR_FROM_TARGET, True)
