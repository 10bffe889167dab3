"""Makes environments, and sees to their end."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from eventmatch.clock import Clock
from eventmatch.errors import StoreError
from eventmatch.functions.environments.callable import CallableRuntime
from eventmatch.functions.environments.environment import Environment
from eventmatch.functions.environments.log import CarefulSink, Log
from eventmatch.functions.environments.orphans import end_strays
from eventmatch.functions.environments.runtime import Runtime
from eventmatch.functions.environments.settings import EnvironmentSettings
from eventmatch.functions.environments.task_roots import TaskRoots, Unpackable
from eventmatch.functions.environments.tasks import Tasks
from eventmatch.functions.environments.variables import Initialization
from eventmatch.functions.environments.watchdog import Watchdog
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import Code, CodeKind, Version
from eventmatch.functions.ports import Archives, LogSink

_EXTRA: Final = 'code in archives needs awslambdaric and httptools; install "eventmatch[lambda]"'

if TYPE_CHECKING:
    from eventmatch.functions.environments.process_runtime import ProcessRuntime


class Factory:
    """Makes environments between `open` and `close`, and knows all that there are.

    An archive may unpack to `unpacked` bytes.
    """

    def __init__(
        self,
        archives: Archives,
        *,
        clock: Clock,
        settings: EnvironmentSettings,
        unpacked: int,
        sink: LogSink | None,
        callables: Mapping[str, Callable[[Any, Any], Any]],
    ) -> None:
        self.tasks = Tasks()
        self._watchdog = Watchdog()
        self._roots = TaskRoots(archives, unpacked, self._watchdog.keep)
        self._clock = clock
        self._settings = settings
        self._sink = None if sink is None else CarefulSink(sink)
        self._callables = callables
        self._environments: dict[Environment, Code] = {}
        # The log streams of environments that have ended, until what has left them is ended, too.
        self._ended: list[str] = []
        self._is_open = False

    def open(self) -> None:
        """Make ready to make environments."""
        self._is_open = True

    async def make(self, version: Version, initialization: Initialization) -> Environment:
        """Return an environment before its init phase; raises `LambdaError` ServiceException."""
        if not self._is_open:
            raise service_error("the environments are stopped")
        moment = datetime.fromtimestamp(self._clock.now(), UTC)
        stream = f"{moment:%Y/%m/%d}/[{version.number}]{uuid4().hex}"
        try:
            runtime, log = await self._runtime(version, stream, initialization)
        except KeyError as error:
            raise service_error(f"the code of {version.function} is gone: {error}") from error
        except (OSError, StoreError, Unpackable) as error:
            raise service_error(str(error)) from error
        environment = Environment(version, runtime, log, self._clock)
        environment.is_provisioned = initialization is Initialization.PROVISIONED
        self._environments[environment] = version.code
        if not self._is_open:
            self.end(environment)
            raise service_error("the environments are stopped")
        return environment

    def end(self, environment: Environment) -> None:
        """End an environment, without waiting for it."""
        if environment in self._environments:
            self.tasks.start(self._end(environment, self._environments.pop(environment)))

    async def close(self) -> None:
        """End all environments, and return when nothing of them is left."""
        self._is_open = False
        for environment in tuple(self._environments):
            self.end(environment)
        await self.tasks.done()
        await self._roots.close()
        await self._watchdog.stop()

    async def _runtime(
        self, version: Version, stream: str, initialization: Initialization
    ) -> tuple[Runtime, Log]:
        if version.code.kind is CodeKind.CALLABLE:
            log = Log(self._sink, version.function, stream)
            if version.code.name not in self._callables:
                text = f'no Python function is registered as "{version.code.name}"'
                raise service_error(text)
            return CallableRuntime(version, self._callables, log, self._clock), log
        process_runtime = _process_runtime(version.configuration.runtime)
        root = await self._roots.acquire(version.code)
        log = Log(self._sink, version.function, stream, str(root))
        try:
            temporary = self._roots.temporary()
        except OSError:
            await self._roots.release(version.code)
            raise
        runtime = process_runtime(
            version,
            root=root,
            temporary=temporary,
            log=log,
            initialization=initialization,
            settings=self._settings,
            watchdog=self._watchdog,
            clock=self._clock,
        )
        return runtime, log

    async def _end(self, environment: Environment, code: Code) -> None:
        await environment.close()
        if code.kind is CodeKind.ARCHIVE:
            await self._roots.release(code)
            self._ended.append(environment.stream)
            if len(self._ended) == 1:
                self.tasks.start(self._end_strays())

    async def _end_strays(self) -> None:
        """End what has left the process group of its environment, once for all that have ended."""
        streams, self._ended = self._ended, []
        marks = [f"\0AWS_LAMBDA_LOG_STREAM_NAME={stream}\0".encode() for stream in streams]
        await asyncio.to_thread(end_strays, marks)


def _process_runtime(runtime: str) -> "type[ProcessRuntime]":
    """Return what runs archives, which a program with functions of its own does not need."""
    if sys.platform == "win32":
        raise service_error("code in archives needs the processes and signals of POSIX")
    try:
        from eventmatch.functions.environments.process_runtime import ProcessRuntime
    except ImportError as error:
        raise service_error(_EXTRA) from error
    # Only the processes import them; where it cannot be compiled, the second one is missing.
    if runtime.startswith("python") and None in map(find_spec, ("awslambdaric", "runtime_client")):
        raise service_error(_EXTRA)
    return ProcessRuntime


def service_error(text: str) -> LambdaError:
    """Return the error that the service, not the function, cannot go on."""
    return LambdaError(LambdaCode.SERVICE, text)
