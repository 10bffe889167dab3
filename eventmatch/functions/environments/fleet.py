"""All execution environments: a `Runner`."""

import asyncio
import contextlib
import math
from collections.abc import Callable, Mapping
from typing import Any

from eventmatch.clock import Clock, SystemClock
from eventmatch.functions.environments.concurrency import Concurrency
from eventmatch.functions.environments.environment import Environment
from eventmatch.functions.environments.factory import Factory, service_error
from eventmatch.functions.environments.pool import Pool
from eventmatch.functions.environments.provisioned import ProvisionedPool
from eventmatch.functions.environments.runtime import RuntimeFailed
from eventmatch.functions.environments.settings import EnvironmentSettings
from eventmatch.functions.environments.variables import Initialization
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.model import Call, Provisioned, Reply, Version
from eventmatch.functions.ports import Archives, LogSink

_Key = tuple[str, str]


class Fleet:
    """Runs calls in environments: processes, or Python functions of this process.

    `reserved` tells the reserved concurrency of a function, `total_reserved` that of all; `sink`
    keeps what functions write, and `callables` are the functions of this process by name:
    `handler(event, context)`, plain ones run in a thread, coroutine functions in the loop.
    """

    def __init__(
        self,
        archives: Archives,
        *,
        clock: Clock | None = None,
        settings: EnvironmentSettings | None = None,
        limits: LambdaLimits | None = None,
        reserved: Callable[[str], int | None] = lambda _: None,
        total_reserved: Callable[[], int] = lambda: 0,
        sink: LogSink | None = None,
        callables: Mapping[str, Callable[[Any, Any], Any]] | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._settings = settings or EnvironmentSettings()
        limits = limits or LambdaLimits()
        self._concurrency = Concurrency(limits, reserved, total_reserved)
        self._factory = Factory(
            archives,
            clock=self._clock,
            settings=self._settings,
            unpacked=limits.unpacked_bytes,
            sink=sink,
            callables={} if callables is None else callables,
        )
        self._new_starts()
        # The pools by function and number, each with the revision that it runs.
        self._pools: dict[_Key, tuple[str, Pool]] = {}
        self._provisioned: dict[_Key, ProvisionedPool] = {}
        self._reaper: asyncio.Task[None] | None = None
        self._is_stopped = False

    async def start(self) -> None:
        """Make ready to run."""
        self._is_stopped = False
        self._new_starts()
        self._factory.open()

    async def stop(self) -> None:
        """End all environments: no process, file or port is left."""
        self._is_stopped = True
        if self._reaper is not None:
            self._reaper.cancel()
        for function in {function for function, _ in (*self._pools, *self._provisioned)}:
            await self.retire(function)
        await self._factory.close()

    async def run(self, version: Version, call: Call) -> Reply:
        """Run one call to its end, in an environment that it has for itself."""
        provisioned = self._provisioned.get((version.function, version.number))
        if provisioned is not None and (ready := provisioned.take()) is not None:
            return await self._run(provisioned, ready, call)
        self._concurrency.enter(version.function)
        try:
            pool = self._pool(version)
            return await self._run(pool, await pool.take(), call)
        finally:
            self._concurrency.leave(version.function)

    async def provision(self, version: Version, count: int) -> None:
        """Keep so many environments of a version ready from now on; 0 ends that."""
        key = (version.function, version.number)
        pool = self._provisioned.pop(key, None) or self._new_provisioned(version)
        self._concurrency.provision(version.function, count - pool.count)
        if count:
            self._provisioned[key] = pool
        pool.resize(count)

    def provisioned(self, version: Version) -> Provisioned | None:
        """Return how many environments are kept ready; None where none are asked for."""
        pool = self._provisioned.get((version.function, version.number))
        return None if pool is None else pool.state

    async def retire(self, function: str, number: str | None = None) -> None:
        """Let the environments of a function, or of one version, go once they are idle.

        Those that were provisioned go as well, and are kept ready no more.
        """
        for key in [key for key in self._pools if _is_of(key, function, number)]:
            self._pools.pop(key)[1].retire()
        for key in [key for key in self._provisioned if _is_of(key, function, number)]:
            pool = self._provisioned.pop(key)
            self._concurrency.provision(function, -pool.count)
            pool.resize(0)

    def _new_starts(self) -> None:
        # They belong to an event loop, and each start may have its own.
        self._starts = asyncio.Semaphore(self._settings.starts)
        # A burst of calls on demand does not hold up what is to be ready.
        self._provisioned_starts = asyncio.Semaphore(self._settings.starts)

    def _pool(self, version: Version) -> Pool:
        """Return the pool of a version; that of a revision before goes."""
        key = (version.function, version.number)
        revision, pool = self._pools.get(key, (None, None))
        if pool is not None and revision == version.revision:
            return pool
        if pool is not None:
            pool.retire()
        pool = Pool(
            lambda: self._make(version),
            self._factory.end,
            self._watch,
            self._starts,
            self._factory.tasks,
        )
        self._pools[key] = (version.revision, pool)
        return pool

    def _new_provisioned(self, version: Version) -> ProvisionedPool:
        return ProvisionedPool(
            lambda: self._factory.make(version, Initialization.PROVISIONED),
            self._factory.end,
            init=self._settings.init,
            clock=self._clock,
            starts=self._provisioned_starts,
            tasks=self._factory.tasks,
        )

    async def _make(self, version: Version) -> Environment:
        environment = await self._factory.make(version, Initialization.ON_DEMAND)
        try:
            # What fails in the init phase is tried once more by the first call.
            with contextlib.suppress(RuntimeFailed):
                await environment.init(self._settings.init)
        except OSError as error:
            self._factory.end(environment)
            raise service_error(str(error)) from error
        return environment

    async def _run(
        self, pool: Pool | ProvisionedPool, environment: Environment, call: Call
    ) -> Reply:
        try:
            reply = await environment.run(call)
            if self._is_stopped:
                raise service_error("the environments are stopped")
        except BaseException as error:
            self._factory.end(environment)
            pool.drop(environment)
            if isinstance(error, OSError):
                raise service_error(str(error)) from error
            raise
        pool.give(environment)
        return reply

    def _watch(self) -> None:
        """Look after the idle: nobody is awake for environments that are not there."""
        if self._reaper is None or self._reaper.done():
            self._reaper = asyncio.create_task(self._reap())

    async def _reap(self) -> None:
        """End what has been idle for too long; return when nothing is idle."""
        idle = self._settings.idle
        while True:
            now = self._clock.now()
            dues = [pool.reap(now, idle) for _, pool in self._pools.values()]
            if (due := min(dues, default=math.inf)) == math.inf:
                return
            await self._clock.sleep_until(due)


def _is_of(key: _Key, function: str, number: str | None) -> bool:
    return key[0] == function and number in (None, key[1])
