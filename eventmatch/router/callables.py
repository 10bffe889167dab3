"""Plain functions as targets, each by its name and with threads of its own."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from eventmatch.bus import refusals
from eventmatch.bus.constraints import accept
from eventmatch.bus.shapes import ARN
from eventmatch.delivery.ports import Adapter
from eventmatch.targets import CallableTarget
from eventmatch.targets.callable import CONCURRENCY
from eventmatch.targets.threads import RestartableThreads

_START: Final = "arn:eventmatch:callable:::"


class Callables:
    """The functions of this process that are targets; `adapters` are theirs, by name."""

    def __init__(self) -> None:
        self.adapters: dict[str, Adapter] = {}
        self._pools: dict[str, RestartableThreads] = {}

    def register(self, name: str, function: Callable[[Any], object], **options: Any) -> str:
        """Make a function a target; return its ARN. `options` are those of `CallableTarget`.

        Raises `ServiceError` for what is no function.
        """
        accept(ARN, name, "name")
        if not callable(function):
            raise refusals.wrong_type("function", "a function")
        if name in self._pools:
            self._pools.pop(name).shutdown()
        if "threads" not in options:
            # Of its own, so that one that hangs leaves no other without threads.
            options["threads"] = self._pools[name] = RestartableThreads(
                options.get("concurrency", CONCURRENCY)
            )
        self.adapters[name] = CallableTarget(function, **options)
        return f"{_START}{name}"

    def of(self, names: Iterable[str]) -> Mapping[str, Adapter | None]:
        """Return the adapters of these names, for `put_back`."""
        return {name: self.adapters.get(name) for name in names}

    def put_back(self, before: Mapping[str, Adapter | None]) -> None:
        """Let names mean again what they meant before."""
        for name, adapter in before.items():
            if adapter is None:
                self.adapters.pop(name, None)
            else:
                self.adapters[name] = adapter

    def shutdown(self) -> None:
        """End the threads; those that are needed again begin again."""
        for threads in self._pools.values():
            threads.shutdown()
