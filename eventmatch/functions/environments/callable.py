"""A runtime that is a Python function of this process.

The context and the errors are those of AWS's runtime for Python. Source: service reference §6.1,
§6.7.
"""

import asyncio
import inspect
import json
import traceback
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from eventmatch.clock import Clock
from eventmatch.functions.environments.context import Context
from eventmatch.functions.environments.failures import LONGEST_RESPONSE, exited, too_large
from eventmatch.functions.environments.log import Log
from eventmatch.functions.environments.runtime import Result
from eventmatch.functions.environments.worker import Worker
from eventmatch.functions.model import Call, Version

Handler = Callable[[Any, Any], Any]

# So many seconds a coroutine function that is called off may take to clean up.
_PATIENCE: Final = 1.0
_NO_BREAK_SPACE: Final = "\u00a0"


class CallableRuntime:
    """Calls `handler(event, context)`: a coroutine function in the loop, another one in a thread.

    `handlers` has it under the name that is the code of the version, and is asked for each call:
    another one of the name is the code of all versions at once, be they warm or cold. Whoever is
    late is left to itself, for a thread cannot be ended.
    """

    def __init__(
        self, version: Version, handlers: Mapping[str, Handler], log: Log, clock: Clock
    ) -> None:
        self.on_exit: Callable[[], None] = lambda: None
        self._version = version
        self._handlers = handlers
        self._log = log
        self._clock = clock
        self._worker: Worker | None = None
        self._running: asyncio.Task[Result] | None = None

    @property
    def is_ready(self) -> bool:
        """Always: there is nothing to start."""
        return True

    async def boot(self) -> None:
        """Do nothing."""

    async def invoke(self, call: Call, deadline: float) -> Result:
        """Call the function."""
        try:
            context = Context(self._version, call, self._log, self._clock, deadline)
        except (ValueError, RecursionError) as error:
            text = f"Unable to parse Client Context JSON: {error}"
            return self._failed("Runtime.LambdaContextUnmarshalError", text, call)
        try:
            event = json.loads(call.payload)
        except (ValueError, RecursionError) as error:
            return self._failed(
                "Runtime.UnmarshalError", f"Unable to unmarshal input: {error}", call
            )
        self._running = task = asyncio.create_task(self._result(event, context, call))
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            await _call_off(task)
            raise
        finally:
            self._running = None
        if task.cancelled():
            # The environment ends, or what the function waited for was called off.
            raise exited(0)
        return task.result()

    async def _result(self, event: Any, context: Context, call: Call) -> Result:
        try:
            answer = await self._answer(event, context)
        except Exception as error:
            frames = traceback.format_list(_own_frames(error))
            return self._failed(type(error).__name__, _message(error), call, frames)
        except SystemExit as error:
            raise exited(_status(error)) from error
        except (asyncio.CancelledError, KeyboardInterrupt):
            raise
        except BaseException as error:
            # What no handler of errors would catch ends a runtime.
            raise exited(1) from error
        try:
            payload = _json(answer)
        except Exception as error:
            text = f"Unable to marshal response: {error}"
            return self._failed("Runtime.MarshalError", text, call)
        is_too_large = len(payload) > LONGEST_RESPONSE
        return Result(too_large(), True) if is_too_large else Result(payload)

    def flush(self) -> None:
        """Do nothing: what a function prints is this process' output."""

    def peak_memory(self) -> int:
        """Return 0: the memory is this process'."""
        return 0

    async def reset(self) -> None:
        """Let go of what is late."""
        if self._worker is not None:
            self._worker.leave()
            self._worker = None

    async def close(self) -> None:
        """Call off what runs, and let go of the thread."""
        if self._running is not None:
            self._running.cancel()
        await self.reset()

    async def _answer(self, event: Any, context: Context) -> Any:
        handler = self._handlers[self._version.code.name]
        if _is_coroutine_function(handler):
            return await handler(event, context)
        self._worker = self._worker or Worker(self._version.function)
        return await self._worker.run(lambda: handler(event, context))

    def _failed(self, kind: str, message: str, call: Call, frames: Sequence[str] = ()) -> Result:
        payload = {
            "errorMessage": message,
            "errorType": kind,
            "requestId": call.request_id,
            "stackTrace": list(frames),
        }
        head = f"[ERROR] {kind}: {message}\rTraceback (most recent call last):"
        lines = [line for frame in frames for line in frame.splitlines()]
        self._log.tell("\r".join([head, *map(_indented, lines)]))
        return Result(json.dumps(payload, ensure_ascii=False).encode(errors="replace"), True)


def _is_coroutine_function(handler: Handler) -> bool:
    is_one = inspect.iscoroutinefunction
    return is_one(handler) or is_one(getattr(handler, "__call__", None))  # noqa: B004


def _message(error: Exception) -> str:
    try:
        return str(error)
    except Exception as failure:
        # AWS's runtime ends where it cannot tell an error.
        raise exited(1) from failure


def _own_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """Return the frames of the function, without those of this package and marks in a line."""
    frames = list(traceback.extract_tb(error.__traceback__))
    place = __file__.rpartition("/")[0]
    while frames and frames[0].filename.startswith(place):
        del frames[0]
    return [traceback.FrameSummary(each.filename, each.lineno, each.name) for each in frames]


async def _call_off(task: asyncio.Task[Result]) -> None:
    """Cancel a call, and leave to itself what does not mind."""
    task.cancel()
    # What comes of it then is nobody's.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait([task], timeout=_PATIENCE)


def _indented(line: str) -> str:
    text = line.lstrip(" ")
    return _NO_BREAK_SPACE * (len(line) - len(text)) + text


def _status(error: SystemExit) -> int:
    if error.code is None:
        return 0
    return error.code & 0xFF if isinstance(error.code, int) else 1


def _json(answer: Any) -> bytes:
    if isinstance(answer, bytes):
        return answer
    return json.dumps(answer, ensure_ascii=False, default=_number).encode()


def _number(value: object) -> int | float:
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == int(value) else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
