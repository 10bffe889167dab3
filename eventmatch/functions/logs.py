"""What functions write, kept for whoever asks: in files, or in memory.

A file for each function holds lines of `TIME<tab>STREAM<tab>TEXT`. Behind its bound a file becomes
the older one of two, and the oldest lines go: the log of a function takes twice the bound at most.
"""

import logging
import os
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from eventmatch.bus.moments import precise_moment_text
from eventmatch.clock import Clock

MOST_BYTES: Final = 8 << 20
MOST_LINES: Final = 10_000
# So many functions that write in turn keep their files open.
MOST_OPEN: Final = 64
_SUFFIX: Final = ".log"
_OLDER: Final = ".log.1"

_log: Final = logging.getLogger("eventmatch.functions.logs")


class LogLine(NamedTuple):
    """A line of a log stream; `moment` is in seconds since 1970."""

    moment: float
    stream: str
    text: bytes


class Logs(Protocol):
    """The logs of functions: a `LogSink` that can be read."""

    def write(self, function: str, stream: str, lines: Sequence[bytes]) -> None:
        """Keep lines of a log stream of a function; returns at once, and never raises."""

    def read(self, function: str) -> Sequence[LogLine]:
        """Return what is kept of a function's log, the oldest line first."""

    def close(self) -> None:
        """Let go of what is open."""


class MemoryLogs:
    """The last lines of each function, for as long as the process lasts."""

    def __init__(
        self, clock: Clock, most_lines: int = MOST_LINES, most_bytes: int = MOST_BYTES
    ) -> None:
        self._clock = clock
        self._most_lines = most_lines
        self._most_bytes = most_bytes
        self._lines: dict[str, deque[LogLine]] = defaultdict(deque)
        self._sizes: Counter[str] = Counter()

    def write(self, function: str, stream: str, lines: Sequence[bytes]) -> None:
        """Keep lines of a log stream of a function."""
        now, kept = self._clock.now(), self._lines[function]
        kept.extend(LogLine(now, stream, line) for line in lines)
        size = self._sizes[function] + sum(map(len, lines))
        while len(kept) > self._most_lines or size > self._most_bytes:
            size -= len(kept.popleft().text)
        self._sizes[function] = size

    def read(self, function: str) -> Sequence[LogLine]:
        """Return what is kept of a function's log, the oldest line first."""
        return list(self._lines.get(function, ()))

    def close(self) -> None:
        """Nothing is open."""


class LogFiles:
    """Logs in a folder, which is made when there is something to keep.

    Any number may read while one process writes.
    """

    def __init__(self, folder: Path, clock: Clock, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._clock = clock
        self._most_bytes = most_bytes
        self._files: dict[str, _File] = {}
        self._failed = False

    def write(self, function: str, stream: str, lines: Sequence[bytes]) -> None:
        """Append lines of a log stream of a function; where that fails, it is logged once."""
        start = f"{precise_moment_text(self._clock.now())}\t{stream}\t".encode()
        data = b"".join(start + line.replace(b"\n", b" ") + b"\n" for line in lines)
        try:
            self._append(function, data)
        except OSError as error:
            if not self._failed:
                _log.warning("%s: the logs of functions are not kept: %s", self._folder, error)
            self._failed = True

    def read(self, function: str) -> Sequence[LogLine]:
        """Return what is kept of a function's log; raises OSError."""
        paths = (self._folder / f"{function}{suffix}" for suffix in (_OLDER, _SUFFIX))
        return [line for path in paths for line in _lines(path)]

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _append(self, function: str, data: bytes) -> None:
        file = self._files.get(function) or self._open(function)
        if file.size and file.size + len(data) > self._most_bytes:
            self._files.pop(function).close()
            os.replace(file.path, self._folder / f"{function}{_OLDER}")
            file = self._open(function)
        file.append(data)

    def _open(self, function: str) -> "_File":
        self._folder.mkdir(parents=True, exist_ok=True)
        if len(self._files) >= MOST_OPEN:
            self._files.pop(next(iter(self._files))).close()
        file = self._files[function] = _File(self._folder / f"{function}{_SUFFIX}")
        return file


class _File:
    """A file that is open for appending."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self.size = os.fstat(self._number).st_size

    def append(self, data: bytes) -> None:
        os.write(self._number, data)
        self.size += len(data)

    def close(self) -> None:
        os.close(self._number)


def _lines(path: Path) -> Iterator[LogLine]:
    """Yield the lines of a file; one that is cut short, or none of ours, is left out."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    for line in data.split(b"\n")[:-1]:
        moment, _, rest = line.partition(b"\t")
        stream, tab, text = rest.partition(b"\t")
        if tab:
            try:
                told = datetime.fromisoformat(moment.decode()).timestamp()
            except ValueError:
                continue
            yield LogLine(told, stream.decode(errors="replace"), text)
