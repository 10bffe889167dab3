"""The environments of one version that are kept ready. Source: service reference §6.8."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from eventmatch.clock import Clock
from eventmatch.functions.environments.environment import Environment
from eventmatch.functions.environments.runtime import RuntimeFailed
from eventmatch.functions.environments.tasks import Tasks
from eventmatch.functions.errors import LambdaError
from eventmatch.functions.model import Provisioned, ProvisionedStatus

# The seconds before another start in the place of one that died while nobody had it, as it may do
# again and again, and of one that could not start.
_AFTER_DEATH: Final = 1.0
_AFTER_FAILURE: Final = 60.0


class ProvisionedPool:
    """Keeps `count` environments ready, and lends them.

    `make` returns an environment before its init phase, and `end` ends one. One that died is
    started anew; where the code cannot be started the pool has failed, until it can.
    """

    def __init__(
        self,
        make: Callable[[], Awaitable[Environment]],
        end: Callable[[Environment], None],
        *,
        init: float,
        clock: Clock,
        starts: asyncio.Semaphore,
        tasks: Tasks,
    ) -> None:
        self.count = 0
        self._make = make
        self._end = end
        self._init = init
        self._clock = clock
        self._starts = starts
        self._tasks = tasks
        self._ready: list[Environment] = []
        self._lent: set[Environment] = set()
        self._starting = 0
        self._reason: str | None = None
        self._pause: asyncio.Task[None] | None = None

    @property
    def state(self) -> Provisioned:
        """How far it is."""
        available = len(self._ready) + len(self._lent)
        if self._reason is not None:
            status = ProvisionedStatus.FAILED
        elif available < self.count:
            status = ProvisionedStatus.IN_PROGRESS
        else:
            status = ProvisionedStatus.READY
        return Provisioned(self.count, available, available, status, self._reason)

    def resize(self, count: int) -> None:
        """Keep so many from now on."""
        self.count = count
        self._reason = None
        if self._pause is not None:
            self._pause.cancel()
        while self._ready and self._size > count:
            self._end(self._ready.pop())
        self._fill()

    def take(self) -> Environment | None:
        """Return an environment that nobody else has; None if all are lent."""
        if not self._ready:
            return None
        environment = self._ready.pop()
        self._lent.add(environment)
        return environment

    def give(self, environment: Environment) -> None:
        """Take an environment back; one that has ended makes room for another."""
        self._lent.discard(environment)
        if self._size >= self.count:
            self._end(environment)
        elif environment.runtime.is_ready:
            self._ready.append(environment)
        else:
            self._launch(environment)

    def drop(self, environment: Environment) -> None:
        """Forget an environment that was lent, and make another."""
        self._lent.discard(environment)
        self._fill()

    @property
    def _size(self) -> int:
        return len(self._ready) + len(self._lent) + self._starting

    def _fill(self) -> None:
        while self._size < self.count and self._reason is None:
            self._launch(None)

    def _fill_after(self, seconds: float) -> None:
        if self._pause is not None:
            self._pause.cancel()
        self._pause = self._tasks.start(self._retry(self._clock.now() + seconds))

    async def _retry(self, moment: float) -> None:
        await self._clock.sleep_until(moment)
        self._reason = None
        self._fill()

    def _launch(self, environment: Environment | None) -> None:
        self._starting += 1
        self._tasks.start(self._start(environment))

    async def _start(self, environment: Environment | None) -> None:
        """Make an environment ready, a new one if none is given."""
        try:
            async with self._starts:
                if self._size > self.count:
                    if environment is not None:
                        self._end(environment)
                    return
                environment = environment or await self._make()
                await environment.init(self._init)
        except (RuntimeFailed, LambdaError, OSError) as error:
            is_init = isinstance(error, RuntimeFailed)
            self._reason = "FUNCTION_ERROR_INIT_FAILURE" if is_init else str(error)
            if environment is not None:
                self._end(environment)
            if self.count:
                self._fill_after(_AFTER_FAILURE)
            return
        finally:
            self._starting -= 1
        self._add(environment)

    def _add(self, environment: Environment) -> None:
        if self._size >= self.count:
            self._end(environment)
            return
        self._ready.append(environment)
        environment.runtime.on_exit = lambda: self._died(environment)

    def _died(self, environment: Environment) -> None:
        """Start one anew that ended while nobody had it; `give` sees to the others."""
        if environment in self._ready:
            self._ready.remove(environment)
            self._end(environment)
            self._fill_after(_AFTER_DEATH)
