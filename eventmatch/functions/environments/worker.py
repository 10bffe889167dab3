"""A thread that runs one thing after the other, and holds nobody up at the end."""

import asyncio
import contextlib
import contextvars
import queue
import threading
from collections.abc import Callable
from typing import Any

_Work = tuple[Callable[[], Any], contextvars.Context, asyncio.Future[Any]]


class Worker:
    """A thread of its own for each environment: those of a shared pool could all be late."""

    def __init__(self, name: str) -> None:
        self._work: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name=f"function {name}", daemon=True).start()

    async def run(self, function: Callable[[], Any]) -> Any:
        """Return what a function returns, or raise what it raises."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._work.put((function, contextvars.copy_context(), done))
        return await done

    def leave(self) -> None:
        """Let the thread end once it has nothing to do."""
        self._work.put(None)

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            function, context, done = work
            try:
                answer, error = context.run(function), None
            except BaseException as raised:
                answer, error = None, raised
            # Who waited may be gone, and the loop, too.
            with contextlib.suppress(RuntimeError):
                done.get_loop().call_soon_threadsafe(_settle, done, answer, error)
            del work, function, context, done, answer, error


def _settle(done: asyncio.Future[Any], answer: Any, error: BaseException | None) -> None:
    if done.done():
        return
    if isinstance(error, StopIteration | KeyboardInterrupt):
        # A future cannot raise the first, and the loop would end by the second.
        raised, error = error, RuntimeError(type(error).__name__)
        error.__cause__ = raised
    if error is None:
        done.set_result(answer)
    else:
        done.set_exception(error)
