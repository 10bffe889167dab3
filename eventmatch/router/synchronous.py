"""The router for scripts and threads that have no event loop."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from eventmatch.bus.model import Rule
from eventmatch.router.publishing import Put
from eventmatch.router.router import Goal, Router

Result = TypeVar("Result")


class SyncRouter:
    """A `Router` on an event loop in a thread of its own; takes the same arguments.

    Any thread may call any method. `router` has everything else: `run` awaits what it gives.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.router = Router(*arguments, **options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="eventmatch-router")

    def start(self) -> None:
        """Start the router; raises `StoreError`."""
        self._thread.start()
        try:
            self.run(self.router.start())
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """Stop the router and end its thread."""
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
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

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

    def idle(self) -> None:
        """Return when nothing is left to do now."""
        self.run(self.router.idle())

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
