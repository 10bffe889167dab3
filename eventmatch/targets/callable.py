"""Python functions as targets.

| what the function does               | outcome                                        |
|--------------------------------------|------------------------------------------------|
| returns                              | delivered                                      |
| raises `Retryable`                   | ERROR_FROM_TARGET, tried again `after` seconds |
| raises one of `terminal`             | ERROR_FROM_TARGET, not tried again             |
| raises anything else                 | ERROR_FROM_TARGET, tried again                 |
| takes longer than `timeout`          | TIMEOUT, tried again                           |
| is not called: payload is not JSON   | INVALID_JSON                                   |
"""

import asyncio
import inspect
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Final

from eventmatch.delivery.failures import log_failure
from eventmatch.delivery.model import DELIVERED, Attempt, ErrorCode, Outcome
from eventmatch.jsontext import read_plain
from eventmatch.targets.outcomes import INVALID_INPUT, described, presentable

# Whatever else a function raises, also by sys.exit(), has failed; it does not end the router.
_ENDS: Final = (asyncio.CancelledError, KeyboardInterrupt)
# So much later than the adapter itself, whoever called it gives up.
_GRACE: Final = 1.0
# So many calls of a function may run at once.
CONCURRENCY: Final = 10

_log: Final = logging.getLogger("eventmatch.targets")


class Retryable(Exception):
    """A function raises it to be called again, after so many seconds at the earliest."""

    after: float | None = None

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = None if after is None else float(after)


class CallableTarget:
    """Calls a function with each event: with the parsed JSON, or with its bytes if `raw`.

    An async function is awaited on the event loop, up to `batch_size` times at once. Any other one
    runs in a thread of `threads` (the loop's own pool by default), or right on the loop if it is
    said to be `inline`, as only a quick one should be. Exceptions of the types in `terminal` are
    not worth another attempt; all others are. `timeout` is in seconds and for one call; a thread
    that takes longer is left to itself. Raises ValueError for a size or a number below 1.
    """

    def __init__(
        self,
        function: Callable[[Any], object],
        *,
        raw: bool = False,
        inline: bool = False,
        terminal: Sequence[type[BaseException]] = (),
        threads: Executor | None = None,
        batch_size: int | None = None,
        concurrency: int = CONCURRENCY,
        timeout: float = 60.0,
    ) -> None:
        if concurrency < 1 or (batch_size is not None and batch_size < 1):
            raise ValueError("a target takes one call, and one event in a call, at the least")
        is_async = _is_async(function)
        on_loop = inline or is_async
        self._function = function
        self._read = bytes if raw else read_plain
        self._terminal = tuple(terminal)
        self._threads = threads
        self._call = self._call_here if on_loop else self._call_in_thread
        self._deliver = self._one_by_one if inline and not is_async else self._all_at_once
        self._seconds = timeout
        self.batch_size = batch_size or (100 if on_loop else 1)
        self.concurrency = concurrency
        self.timeout = timeout + _GRACE

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Call the function for each attempt, and return the outcomes in order."""
        return await self._deliver(batch)

    async def close(self) -> None:
        """Nothing to give up: the threads are their owner's."""

    async def _one_by_one(self, batch: Sequence[Attempt]) -> list[Outcome]:
        return [await self._outcome(attempt) for attempt in batch]

    async def _all_at_once(self, batch: Sequence[Attempt]) -> list[Outcome]:
        tasks = [asyncio.create_task(self._outcome(attempt)) for attempt in batch]
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=self._seconds)
            return [self._answer(task) for task in tasks]
        finally:
            for task in tasks:
                task.cancel()

    def _answer(self, task: asyncio.Task[Outcome]) -> Outcome:
        if not task.done():
            return Outcome(ErrorCode.TIMEOUT, f"no answer within {self._seconds:g} seconds")
        if task.cancelled():
            return Outcome(ErrorCode.ERROR_FROM_TARGET, "CancelledError", retryable=True)
        return task.result()

    async def _outcome(self, attempt: Attempt) -> Outcome:
        try:
            argument = self._read(attempt.payload)
        except ValueError:
            return INVALID_INPUT
        try:
            error = await self._call(argument)
        except _ENDS:
            raise
        except BaseException as raised:
            error = raised
        return DELIVERED if error is None else self._failure(error)

    async def _call_here(self, argument: object) -> None:
        result = self._function(argument)
        if result is not None and inspect.isawaitable(result):
            await result

    async def _call_in_thread(self, argument: object) -> BaseException | None:
        """Return what the function raised: nobody's keyboard interrupts such a thread."""
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(self._threads, self._caught, argument)
        if isinstance(result, _Failed):
            return result.error
        if inspect.isawaitable(result):
            await result
        return None

    def _caught(self, argument: object) -> object:
        """Call the function; a future would choke on a StopIteration, so errors are values."""
        try:
            return self._function(argument)
        except BaseException as error:
            return _Failed(error)

    def _failure(self, error: BaseException) -> Outcome:
        if isinstance(error, Retryable):
            message = presentable(str(error))
            return Outcome(
                ErrorCode.ERROR_FROM_TARGET, message, retry_after=error.after, retryable=True
            )
        name = getattr(self._function, "__qualname__", repr(self._function))
        log_failure(_log, f"{name} failed", error, logging.WARNING)
        retryable = not isinstance(error, self._terminal)
        return Outcome(ErrorCode.ERROR_FROM_TARGET, described(error), retryable=retryable)


class _Failed:
    """What a function raised in its thread."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


def _is_async(function: Callable[[Any], object]) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004  objects may have an async __call__
    )
