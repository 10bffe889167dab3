"""The router for scripts and threads that have no event loop."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from eventmatch.bus.model import Rule
from eventmatch.functions.model import Invoked, Version
from eventmatch.router.functions import Handler
from eventmatch.router.publishing import Put
from eventmatch.router.router import Goal, Router

Result = TypeVar("Result")
# The seconds that tasks have to end when they are called off.
_LONGEST_END: Final = 10.0


class SyncRouter:
    """A `Router` on an event loop in a thread of its own; takes the same arguments.

    Any thread may call any method but that of the loop, which would wait for itself: what it calls
    raises RuntimeError, as does what comes before `start` or after `stop`. A program that forgets
    to stop it still ends.

    `queues`, `topics`, `streams`, `functions`, `mappings`, `logs`, `schedules`, `archives`,
    `replays` and `letters` are those of the `Router`, which is `router`. `run` awaits what is a
    coroutine of theirs: `router.run(router.queues.create_queue("jobs"))`.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.router = router = Router(*arguments, **options)
        self.queues, self.topics, self.streams = router.queues, router.topics, router.streams
        self.functions, self.mappings, self.logs = router.functions, router.mappings, router.logs
        self.schedules, self.archives = router.schedules, router.archives
        self.replays, self.letters = router.replays, router.letters
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        # Guards that nothing is given to a loop that ends.
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the router, once; raises `StoreError`."""
        with self._lock:
            if self._thread is not None:
                raise RuntimeError("the router was started before; make a new one")
            self._loop = loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=loop.run_forever, name="eventmatch-router", daemon=True
            )
            self._thread.start()
        try:
            self.run(self.router.start())
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """Stop the router and end its thread; who still waits is told that it was called off."""
        if self._loop is None:
            return
        try:
            self.run(self.router.stop())
        finally:
            self._end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Return what a coroutine of the router returns, once it does."""
        with self._lock:
            if self._loop is None or threading.current_thread() is self._thread:
                coroutine.close()
                raise RuntimeError(
                    "a router runs between start and stop, and cannot be waited for by itself"
                )
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return future.result()

    def register(self, name: str, function: Callable[[Any], object], **options: Any) -> str:
        """Make a function a target; return its ARN."""
        return self.router.register(name, function, **options)

    def put_rule(self, name: str, **members: Any) -> Rule:
        """Make or replace a rule, as `Router.put_rule` does."""
        return self.run(self.router.put_rule(name, **members))

    def put_targets(self, rule: str, targets: Mapping[str, Goal], **members: Any) -> None:
        """Add or replace targets, as `Router.put_targets` does."""
        self.run(self.router.put_targets(rule, targets, **members))

    def put_events(self, entries: Iterable[Mapping[str, Any]]) -> list[Put]:
        """Accept entries, as `Router.put_events` does."""
        return self.run(self.router.put_events(entries))

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Run an operation of AWS's API, as `Router.call` does."""
        return self.run(self.router.call(operation, parameters))

    def put_function(self, name: str, handler: Handler, **members: Any) -> Version:
        """Make a function of a Python function, as `Router.put_function` does."""
        return self.run(self.router.put_function(name, handler, **members))

    def register_handler(self, name: str, handler: Handler) -> None:
        """Let a Python function be the code of a function, as `Router.register_handler` does."""
        self.router.register_handler(name, handler)

    def invoke(self, function: str, payload: Any = None, **options: Any) -> Invoked:
        """Invoke a function, as `Router.invoke` does."""
        return self.run(self.router.invoke(function, payload, **options))

    def call_lambda(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Run an operation of Lambda's API, as `Router.call_lambda` does."""
        return self.run(self.router.call_lambda(operation, parameters))

    def idle(self) -> None:
        """Return when nothing is left to do now."""
        self.run(self.router.idle())

    def _end(self) -> None:
        if threading.current_thread() is self._thread:
            return
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None and self._thread is not None:
            asyncio.run_coroutine_threadsafe(_call_off(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()
            loop.close()


async def _call_off() -> None:
    """Cancel all that the loop still does."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_LONGEST_END)
