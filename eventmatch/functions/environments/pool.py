"""The environments of one version that run calls on demand."""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable

from eventmatch.functions.environments.environment import Environment
from eventmatch.functions.environments.tasks import Tasks


class Pool:
    """Lends environments, those first that were used last, and makes more where all are lent.

    `make` returns an environment after its init phase, `end` ends one, and `rests` is told when one
    has become idle; `starts` bounds how many are made at once, so that one that comes back
    meanwhile may serve first.
    """

    def __init__(
        self,
        make: Callable[[], Awaitable[Environment]],
        end: Callable[[Environment], None],
        rests: Callable[[], None],
        starts: asyncio.Semaphore,
        tasks: Tasks,
    ) -> None:
        self._make = make
        self._end = end
        self._rests = rests
        self._starts = starts
        self._tasks = tasks
        self._idle: deque[Environment] = deque()
        self._waiting: deque[asyncio.Future[Environment]] = deque()
        self._is_retired = False

    async def take(self) -> Environment:
        """Return an environment that nobody else has; raises what `make` raises."""
        if self._idle:
            return self._idle.pop()
        waiting: asyncio.Future[Environment] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        self._tasks.start(self._start())
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self.give(waiting.result())
            raise

    def give(self, environment: Environment) -> None:
        """Take an environment over that nobody uses."""
        if (waiting := self._next()) is not None:
            waiting.set_result(environment)
        elif self._is_retired:
            self._end(environment)
        else:
            self._idle.append(environment)
            self._rests()

    def drop(self, environment: Environment) -> None:
        """Forget an environment that was lent: nothing of it is kept here."""

    def reap(self, now: float, idle: float) -> float:
        """End those that have been idle for so long; return when the next will have been."""
        while (due := self._first_idle() + idle) <= now:
            self._end(self._idle.popleft())
        return due

    def retire(self) -> None:
        """End each environment as soon as it is idle."""
        self._is_retired = True
        while self._idle:
            self._end(self._idle.popleft())

    def _first_idle(self) -> float:
        return self._idle[0].idle_since if self._idle else math.inf

    def _next(self) -> asyncio.Future[Environment] | None:
        """Return the first of those that wait, and still do."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                return waiting
        return None

    async def _start(self) -> None:
        """Make an environment, if anybody still waits for one by then."""
        async with self._starts:
            if (waiting := self._next()) is None:
                return
            self._waiting.appendleft(waiting)
            try:
                environment = await self._make()
            except Exception as error:
                if (waiting := self._next()) is not None:
                    waiting.set_exception(error)
                return
        self.give(environment)
