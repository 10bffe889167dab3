"""Events as lines of a stream or a logger.

A line that cannot be written is ERROR_FROM_TARGET, tried again; an event that is no JSON object is
INVALID_JSON.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from typing import TextIO

from eventmatch.delivery.model import DELIVERED, Attempt, ErrorCode, Outcome
from eventmatch.jsontext import read_merged
from eventmatch.targets.outcomes import INVALID_INPUT, described
from eventmatch.targets.threads import RestartableThreads

Line = Callable[[Attempt], str]
"""Gives what is written of an attempt; raises ValueError where there is nothing to write."""


def headline(attempt: Attempt) -> str:
    """Return the envelope as compact JSON without the detail, which may hold anything."""
    envelope = read_merged(attempt.event.body)
    if not isinstance(envelope, dict):
        raise ValueError("an event is a JSON object")
    envelope.pop("detail", None)
    return json.dumps(envelope, separators=(",", ":"))


def whole(attempt: Attempt) -> str:
    """Return all of the payload on one line; its JSON stays the same."""
    return attempt.payload.decode("utf-8").replace("\r", " ").replace("\n", " ")


class LogTarget:
    """Writes one line for each event to a stream, or to a logger at level INFO.

    `line` says what is written: `headline` by default, or `whole`. It is written in a thread,
    because whoever should read a pipe may not.
    """

    batch_size = 100
    concurrency = 1
    timeout = 60.0

    def __init__(self, log: TextIO | logging.Logger, line: Line = headline) -> None:
        self._log = log
        self._line = line
        self._threads = RestartableThreads(1)

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Write the lines, and return once they are flushed."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._write_all, batch)

    async def close(self) -> None:
        """Leave the stream open: it is its owner's."""
        self._threads.shutdown()

    def _write_all(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        outcomes = [self._outcome(attempt) for attempt in batch]
        try:
            if not isinstance(self._log, logging.Logger):
                self._log.flush()
        except (OSError, ValueError) as error:
            return [_unwritten(error)] * len(batch)
        return outcomes

    def _outcome(self, attempt: Attempt) -> Outcome:
        try:
            line = self._line(attempt)
        except (ValueError, RecursionError):
            return INVALID_INPUT
        try:
            self._write(line)
        except (OSError, ValueError) as error:
            return _unwritten(error)
        return DELIVERED

    def _write(self, line: str) -> None:
        if isinstance(self._log, logging.Logger):
            self._log.info("%s", line)
        else:
            self._log.write(f"{line}\n")


def _unwritten(error: Exception) -> Outcome:
    return Outcome(ErrorCode.ERROR_FROM_TARGET, described(error), retryable=True)
