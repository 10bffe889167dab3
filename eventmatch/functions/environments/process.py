"""A process in a session of its own, whose output goes to a log."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from eventmatch.functions.environments.watchdog import Watchdog

# So many bytes are read at once.
_CHUNK: Final = 64 << 10
# Of a process that writes without end, so much is read before others have their turn.
_CHUNKS: Final = 16
_OPEN_FILES: Final = 1024
# So many seconds after its end, all that it sent has come in.
_GRACE: Final = 0.01


class Process:
    """A process without a shell, that has nothing of this one but what it is given.

    `output` gets what it writes; `ended` gets its status once it, and all that it started, is
    killed; a negative status is that of a signal. `memory` is the most data in bytes that it may
    have, where the platform knows such limits. `watchdog` ends it if this process cannot. Raises
    OSError if it cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        variables: Mapping[str, str],
        *,
        memory: int,
        watchdog: Watchdog,
        output: Callable[[bytes], None],
        ended: Callable[[int], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._watchdog = watchdog
        self._output = output
        self._ended = ended
        self._gone = asyncio.Event()
        self._is_killed = False
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
        )
        watchdog.watch(self._process.pid)
        assert self._process.stdout is not None
        self._pipe = self._process.stdout.fileno()
        os.set_blocking(self._pipe, False)
        self._loop.add_reader(self._pipe, self.read)
        _limit(self._process.pid, memory)
        self._watch()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return not self._gone.is_set()

    def has_ended(self) -> bool:
        """Whether it has ended, also where the loop has not been told yet."""
        if self.is_running and sys.platform == "linux":
            asked = os.WEXITED | os.WNOHANG | os.WNOWAIT
            with contextlib.suppress(ChildProcessError):
                return os.waitid(os.P_PID, self._process.pid, asked) is not None
        return not self.is_running

    def read(self) -> None:
        """Hand on what it has written."""
        for _ in range(_CHUNKS):
            try:
                chunk = os.read(self._pipe, _CHUNK)
            except (BlockingIOError, InterruptedError):
                return
            if not chunk:
                self._loop.remove_reader(self._pipe)
                return
            self._output(chunk)

    def peak_memory(self) -> int:
        """Return the most memory that it had at once, in bytes; 0 where nobody knows."""
        try:
            # Each call asks; a file object would take twice as long.
            handle = os.open(f"/proc/{self._process.pid}/status", os.O_RDONLY)
        except OSError:
            return 0
        try:
            status = os.read(handle, _CHUNK)
        except OSError:
            return 0
        finally:
            os.close(handle)
        _, _, rest = status.partition(b"VmHWM:")
        return int(rest.split(None, 1)[0]) << 10 if rest else 0

    def signal(self, number: int) -> None:
        """Send a signal to it and all that it started, unless it has ended."""
        if self.is_running:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    async def kill(self) -> None:
        """End it and all that it started, now."""
        self._is_killed = True
        self.signal(signal.SIGKILL)
        await self._gone.wait()

    async def terminate(self, patience: float) -> None:
        """Ask it to end, and end it after so many seconds."""
        self.signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            # A process lives by the machine's clock, whatever a test's clock says.
            async with asyncio.timeout(patience):
                await self._gone.wait()
        await self.kill()

    def _watch(self) -> None:
        """Wait for its end, without a thread where the platform lets us."""
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                handle = os.pidfd_open(self._process.pid)
                self._loop.add_reader(handle, self._noticed, handle)
                return
        threading.Thread(target=self._wait, daemon=True).start()

    def _noticed(self, handle: int) -> None:
        """Reap it; one that ended by itself may have sent something right before."""
        self._loop.remove_reader(handle)
        os.close(handle)
        if self._is_killed:
            self._reap()
        else:
            self._loop.call_later(_GRACE, self._reap)

    def _reap(self) -> None:
        # As long as nobody has asked for its status, its number belongs to no other session.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._watchdog.forget(self._process.pid)
        self._end(self._process.wait())

    def _wait(self) -> None:
        status = self._process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._watchdog.forget(self._process.pid)
        # The loop may be gone by now.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._end, status)

    def _end(self, status: int) -> None:
        self.read()
        self._loop.remove_reader(self._pipe)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._gone.set()
        self._ended(status)


def _limit(process: int, memory: int) -> None:
    """Set limits of a process that has just started."""
    if sys.platform != "linux":
        return
    import resource

    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_DATA: memory,
    }
    for limit, value in limits.items():
        # It may have ended already, and no limit can be raised.
        with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
            resource.prlimit(process, limit, (value, value))
