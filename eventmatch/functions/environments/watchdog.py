"""A process that outlives this one by a moment, and ends what would be left of environments.

Processes that wait for a call notice that nobody is there any more; what works, and what they have
started, does not.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from eventmatch.functions.environments import orphans

# It is a matter of milliseconds, unless somebody has stopped it.
_PATIENCE: Final = 5.0
_PROGRAM: Final = str(Path(orphans.__file__))


class Watchdog:
    """Sees to the end of process groups and a folder until `stop`.

    Where this process has forked another one that has not called exec, it waits for that, too.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._groups: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None

    def keep(self, folder: Path) -> None:
        """Let a folder go with this process, and the processes that have it in their variables."""
        self._folder = folder
        self._try()

    def watch(self, group: int) -> None:
        """Let a process group go with this process."""
        self._groups.add(group)
        if self._process is None:
            self._try()
        else:
            self._tell(b"+", group)

    def forget(self, group: int) -> None:
        """Let a process group be, for it is killed."""
        self._groups.discard(group)
        self._tell(b"-", group)

    async def stop(self) -> None:
        """End."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            await asyncio.to_thread(_await_end, process)

    def _try(self) -> None:
        """Begin; where there is no room for it, functions go on, and it may begin later."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._start(self._folder)

    def _start(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            # Without the site's packages it begins in a third of the time.
            [sys.executable, "-I", "-S", _PROGRAM, str(folder)],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        for group in self._groups:
            self._tell(b"+", group)

    def _tell(self, change: bytes, group: int) -> None:
        process = self._process
        if process is not None:
            assert process.stdin is not None
            # Who has killed the watchdog, or stopped it, goes on without.
            with contextlib.suppress(OSError, ValueError):
                os.write(process.stdin.fileno(), b"%b%d\n" % (change, group))


def _await_end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
