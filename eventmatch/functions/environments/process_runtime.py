"""A runtime that is a process, which speaks the Lambda Runtime API."""

import asyncio
import errno
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from eventmatch.clock import Clock, SystemClock
from eventmatch.functions.environments.failures import exited
from eventmatch.functions.environments.log import Log
from eventmatch.functions.environments.orphans import remove
from eventmatch.functions.environments.process import Process
from eventmatch.functions.environments.runtime import TASK_ROOT, Result, RuntimeFailed
from eventmatch.functions.environments.runtime_api import RuntimeApi
from eventmatch.functions.environments.settings import EnvironmentSettings
from eventmatch.functions.environments.variables import Initialization, variables
from eventmatch.functions.environments.watchdog import Watchdog
from eventmatch.functions.model import Call, Version

# What is the machine's fault if a process cannot be started; all else is the code's.
_NO_ROOM: Final = {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE}
_MACHINE: Final = SystemClock()
# The code comes on the path once the runtime has all its modules, which a file of the code that is
# named like one of them would replace. `python -m awslambdaric` has the code on it from the start.
_PYTHON: Final = """\
import os, sys
from awslambdaric.__main__ import main
sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
main(sys.argv)
"""


class ProcessRuntime:
    """Runs the code of a version in a process, and in another one after a `reset`."""

    def __init__(
        self,
        version: Version,
        *,
        root: Path,
        temporary: Path,
        log: Log,
        initialization: Initialization,
        settings: EnvironmentSettings,
        watchdog: Watchdog,
        clock: Clock,
    ) -> None:
        self.on_exit: Callable[[], None] = lambda: None
        self._version = version
        self._root = root
        self._temporary = temporary
        self._log = log
        self._initialization = initialization
        self._settings = settings
        self._watchdog = watchdog
        self._clock = clock
        self._api = RuntimeApi()
        self._process: Process | None = None
        self._is_booted = self._is_closed = False
        self._peak_memory = 0

    @property
    def is_ready(self) -> bool:
        """Whether the process runs and has asked for a call."""
        return self._is_booted

    async def boot(self) -> None:
        """Start the process, and wait until it asks for a call."""
        await self._api.open()
        if self._is_closed:
            self._api.close()
            raise RuntimeFailed("Runtime.ExitError", "the environment is ended")
        booted = self._api.boot()
        self._process = self._spawn()
        try:
            await booted
        except RuntimeFailed as failure:
            failure.payload = self._told(failure.payload)
            raise
        self._is_booted = True
        self.peak_memory()

    async def invoke(self, call: Call, deadline: float) -> Result:
        """Let the process run a call."""
        if self._process is None or self._process.has_ended():
            # What is offered now would look as if it had been taken.
            raise RuntimeFailed("Runtime.ExitError", "it has ended", is_untaken=True)
        # A process lives by the machine's clock, whatever a test's clock says.
        left = deadline - self._clock.now()
        result = await self._api.offer(call, _MACHINE.now() + left)
        return Result(self._told(result.payload), True) if result.is_error else result

    def flush(self) -> None:
        """Bring to the log what the process has written so far."""
        if self._process is not None and self._process.is_running:
            self._process.read()

    def peak_memory(self) -> int:
        """Return the most memory that a process had, in MB, as far as was asked before it ended."""
        if self._process is not None and self._process.is_running:
            self._peak_memory = max(self._peak_memory, self._process.peak_memory() >> 20)
        return self._peak_memory

    async def reset(self) -> None:
        """Kill the process."""
        self.peak_memory()
        if self._process is not None:
            await self._process.kill()
        self._api.drop()
        self._is_booted = False

    async def close(self) -> None:
        """End the process, free the port, and remove the folder for temporary files."""
        self._is_closed = True
        if self._process is not None:
            await self._process.terminate(self._settings.shutdown)
        self._api.close()
        await asyncio.to_thread(remove, self._temporary)

    def _spawn(self) -> Process:
        configuration = self._version.configuration
        environment = variables(
            self._version,
            address=self._api.address,
            stream=self._log.stream,
            root=self._root,
            temporary=self._temporary,
            initialization=self._initialization,
        )
        memory = (configuration.memory_size << 20) + self._settings.headroom
        try:
            return Process(
                self._command(),
                self._root,
                environment,
                memory=memory,
                watchdog=self._watchdog,
                output=self._log.write,
                ended=self._ended,
            )
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and (error.errno in _NO_ROOM or not self._root.is_dir()):
                raise
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            text = f"fork/exec {TASK_ROOT}/bootstrap: {reason}"
            raise RuntimeFailed("Runtime.InvalidEntrypoint", text) from error

    def _command(self) -> Sequence[str]:
        configuration = self._version.configuration
        if configuration.runtime.startswith("python"):
            return [sys.executable, "-P", "-c", _PYTHON, configuration.handler]
        bootstrap = self._root / "bootstrap"
        if os.access(bootstrap, os.X_OK) and bootstrap.is_file():
            return [str(bootstrap)]
        text = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
        raise RuntimeFailed("Runtime.InvalidEntrypoint", text)

    def _ended(self, status: int) -> None:
        self._is_booted = False
        self._api.fail(exited(status))
        self.on_exit()

    def _told(self, payload: bytes) -> bytes:
        return payload.replace(str(self._root).encode(), TASK_ROOT.encode())
