"""What an environment writes: lines for the log, and the last of them for the caller.

Source: service reference §6.1, "Log lines".
"""

import logging
import math
from collections.abc import Sequence
from typing import Final

from eventmatch.functions.environments.runtime import TASK_ROOT
from eventmatch.functions.ports import LogSink

# What AWS gives back of the log of a call.
_TAIL: Final = 4096
# A longer line is told as several.
_LONGEST_LINE: Final = 256 << 10


_log: Final = logging.getLogger("eventmatch.functions")


class CarefulSink:
    """Writes to another sink; what that raises costs its own lines only, and is logged once."""

    def __init__(self, sink: LogSink) -> None:
        self._sink = sink
        self._has_failed = False

    def write(self, function: str, stream: str, lines: Sequence[bytes]) -> None:
        """Keep lines of a log stream of a function."""
        try:
            self._sink.write(function, stream, lines)
        except Exception:
            if not self._has_failed:
                self._has_failed = True
                _log.exception("a log sink failed; that it does so again is not told")


class Log:
    """The log of one environment. `root` is the folder of the code, told as AWS's."""

    def __init__(self, sink: LogSink | None, function: str, stream: str, root: str = "") -> None:
        self.stream = stream
        self._sink = sink
        self._function = function
        self._root = root.encode()
        self._line = bytearray()
        self._tail = bytearray()

    def begin(self, request_id: str, version: str) -> None:
        """Tell that a call starts; the tail starts anew."""
        self.end_line()
        self._tail.clear()
        self._keep([f"START RequestId: {request_id} Version: {version}".encode()])

    def write(self, data: bytes) -> None:
        """Take output as it comes: parts of lines, or many."""
        self._line += data
        if b"\n" in data:
            *lines, rest = bytes(self._line).split(b"\n")
            self._line = bytearray(rest)
            self._keep(lines)
        while len(self._line) > _LONGEST_LINE:
            self._keep([bytes(self._line[:_LONGEST_LINE])])
            del self._line[:_LONGEST_LINE]

    def tell(self, line: str) -> None:
        """Add a line of the platform's own."""
        self.end_line()
        self._keep([line.encode(errors="replace")])

    def end(self, request_id: str, report: str) -> bytes:
        """Tell that a call ended, and return the last of its lines."""
        self.end_line()
        ending = f"END RequestId: {request_id}"
        self._keep([ending.encode(), report.encode()])
        return bytes(self._tail[-_TAIL:])

    def end_line(self) -> None:
        """Keep a line that has no end."""
        if self._line:
            self._keep([bytes(self._line)])
            self._line.clear()

    def _keep(self, lines: Sequence[bytes]) -> None:
        if self._root:
            lines = [line.replace(self._root, TASK_ROOT.encode()) for line in lines]
        for line in lines[-_TAIL:]:
            self._tail += line[-_TAIL:] + b"\n"
        if len(self._tail) > 4 * _TAIL:
            del self._tail[:-_TAIL]
        if self._sink is not None:
            self._sink.write(self._function, self.stream, lines)


def report(
    request_id: str, duration: float, memory_size: int, used: int, init_duration: float | None
) -> str:
    """Return the REPORT line. Durations are in seconds, memory is in MB."""
    milliseconds = duration * 1000
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {milliseconds:.2f} ms",
        f"Billed Duration: {max(1, math.ceil(milliseconds))} ms",
        f"Memory Size: {memory_size} MB",
        f"Max Memory Used: {used} MB",
    ]
    if init_duration is not None:
        fields.append(f"Init Duration: {init_duration * 1000:.2f} ms")
    return "\t".join([*fields, ""])
