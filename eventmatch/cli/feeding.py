"""Texts from files for an event loop: read by a thread, and never many more than are asked for."""

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from typing import Final, Self

from eventmatch.cli.events import EventText, read_events
from eventmatch.cli.inputs import UsageError

_MOST_BYTES: Final = 4 << 20
_BATCH: Final = 500
_BATCH_BYTES: Final = 1 << 20


class Feed:
    """The texts of files in batches; use as a context on an event loop.

    A text is handed on as soon as it was read, so that a stream may pause at any place. A condition
    guards what the thread and the loop share. `missing` says which files cannot be read.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self.missing: list[str] = []
        self._paths = paths
        self._texts: deque[EventText] = deque()
        self._bytes = 0
        self._failure: Exception | None = None
        self._has_ended = self._is_closed = False
        self._shared = threading.Condition()
        self._news = asyncio.Event()

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        # Nobody can end a thread that waits for stdin.
        threading.Thread(target=self._read, name="eventmatch-feed", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Read no more: the next batch is the end."""
        with self._shared:
            self._is_closed = True
            self._texts.clear()
            self._shared.notify()
        self._news.set()

    async def batch(self) -> Sequence[EventText]:
        """Return the next texts, at least one; none at the end. Raises what the thread raised."""
        await self._news.wait()
        if self._failure is not None:
            raise self._failure
        with self._shared:
            batch: list[EventText] = []
            size = 0
            while self._texts and len(batch) < _BATCH and size < _BATCH_BYTES:
                batch.append(self._texts.popleft())
                size += batch[-1].size
            self._bytes -= size
            if not (self._texts or self._has_ended or self._is_closed):
                self._news.clear()
            self._shared.notify()
        return batch

    def _read(self) -> None:
        try:
            for path in self._paths:
                self._read_file(path)
        except _Closed:
            return
        except Exception as error:
            self._failure = error
        with self._shared:
            self._has_ended = True
            self._tell()

    def _read_file(self, path: str) -> None:
        try:
            for text in read_events(path):
                self._add(text)
        except UsageError as error:
            self.missing.append(str(error))

    def _add(self, text: EventText) -> None:
        with self._shared:
            self._shared.wait_for(lambda: self._bytes < _MOST_BYTES or self._is_closed)
            if self._is_closed:
                raise _Closed
            self._texts.append(text)
            self._bytes += text.size
            if len(self._texts) == 1:
                self._tell()

    def _tell(self) -> None:
        if not self._is_closed:
            self._loop.call_soon_threadsafe(self._news.set)


class _Closed(Exception):
    """Nobody wants more."""
