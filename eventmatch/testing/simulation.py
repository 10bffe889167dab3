"""Days of a router in a moment: schedules, retries, ages and time-outs, without sleeping."""

import asyncio
import re
from collections.abc import Coroutine
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, TypeVar

from eventmatch.router.router import Router
from eventmatch.testing.clock import VirtualClock, settle
from eventmatch.testing.timeline import Timeline

Result = TypeVar("Result")
Duration = float | timedelta | str
"""Seconds, or a text such as "3 days" or "1 hour 30 minutes"."""

# The seconds of real time within which targets in threads, and stores, are to get on.
PATIENCE: Final = 1.0

_PART: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(second|minute|hour|day|week)s?")


def seconds_of(duration: Duration) -> float:
    """Return a duration in seconds; raises ValueError for a text that tells none."""
    if isinstance(duration, timedelta):
        return duration.total_seconds()
    if not isinstance(duration, str):
        return duration
    parts = _PART.findall(duration)
    if not parts or re.sub(r"[\s,]|and", "", _PART.sub("", duration)):
        raise ValueError(f'expected a duration such as "3 days", got "{duration}"')
    return sum(timedelta(**{f"{unit}s": float(n)}).total_seconds() for n, unit in parts)


class Simulation:
    """A router that is running while its clock is advanced; `timeline` is what it has done.

    What takes no time on the clock, in threads too, is done before the clock moves on.
    """

    def __init__(self, router: Router, clock: VirtualClock, timeline: Timeline) -> None:
        self.router = router
        self.clock = clock
        self.timeline = timeline

    async def advance(self, duration: Duration) -> None:
        """Let everything happen until then, one moment after the other."""
        await self.clock.advance(seconds_of(duration), self._rest)

    async def _rest(self) -> None:
        await settle()
        # What waits for the clock, as an attempt that hangs does, is not waited for.
        idle, seen = asyncio.ensure_future(self.router.idle()), -1
        while not idle.done() and seen < len(self.timeline):
            seen = len(self.timeline)
            await asyncio.wait([idle], timeout=PATIENCE)
        idle.cancel()
        await settle()


class SyncSimulation:
    """A `Simulation` for code without an event loop: between two calls the router stands still."""

    def __init__(self, simulation: Simulation, runner: asyncio.Runner) -> None:
        self._simulation = simulation
        self._runner = runner
        self.router = simulation.router
        self.timeline = simulation.timeline

    def advance(self, duration: Duration) -> None:
        """Let everything happen until then, one moment after the other."""
        self.run(self._simulation.advance(duration))

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Return what a coroutine of the router returns."""
        return self._runner.run(coroutine)


class simulate:  # noqa: N801 (it is called as a function is)
    """Starts a router whose clock is a `VirtualClock`, and stops it behind the block.

    `async with simulate(router) as simulation` gives a `Simulation`, and `with` a `SyncSimulation`.
    Raises TypeError for a router on another clock.
    """

    def __init__(self, router: Router) -> None:
        clock = router.plane.clock
        if not isinstance(clock, VirtualClock):
            raise TypeError("make the router with Router(..., clock=VirtualClock())")
        timeline = Timeline(clock)
        router.observers.add(timeline)
        router.scheduling.scheduler.watchers.append(timeline.fired)
        self._simulation = Simulation(router, clock, timeline)
        self._runner = asyncio.Runner()

    async def __aenter__(self) -> Simulation:
        await self._simulation.router.start()
        return self._simulation

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._simulation.router.stop()

    def __enter__(self) -> SyncSimulation:
        try:
            self._runner.run(self._simulation.router.start())
        except BaseException:
            self._runner.close()
            raise
        return SyncSimulation(self._simulation, self._runner)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._runner as runner:
            runner.run(self._simulation.router.stop())
