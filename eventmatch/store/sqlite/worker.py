"""A thread that owns one connection and runs what is asked of it, all that is pending at once."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from queue import Empty, SimpleQueue
from typing import Final

from eventmatch.errors import StoreCode, StoreError

# So long do jobs wait for others that are in more of a hurry, to share their commit.
LATER_S: Final = 0.005


class _Soon(Enum):
    SOON = "jobs wait for company"


_SOON: Final = _Soon.SOON


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One call and the future that awaits its result.

    Jobs of the same `kind` that are pending together are one call of it, with all their items, and
    have one result.
    """

    kind: Callable[[sqlite3.Connection, Sequence[object]], object]
    item: object
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[object]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a job: its result, or the error."""

    job: Job
    result: object = None
    error: BaseException | None = None


class Worker:
    """The thread. `run` gets the connection and at least one job, and returns an answer to each.

    Any thread may `submit`. The lock guards that nothing comes behind the end.
    """

    def __init__(
        self,
        name: str,
        connection: sqlite3.Connection,
        run: Callable[[sqlite3.Connection, Sequence[Job]], Sequence[Answer]],
    ) -> None:
        self._connection = connection
        self._run = run
        # Jobs to be run at once; that others come in a moment; None for the end.
        self._jobs: SimpleQueue[Job | _Soon | None] = SimpleQueue()
        self._later: list[Job] = []
        self._lock = threading.Lock()
        self._is_closing = False
        # A daemon, so that a program that forgets to close the store still ends.
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Let the thread run the job; raises `StoreError` CLOSED behind `close`."""
        with self._lock:
            if self._is_closing:
                raise StoreError(StoreCode.CLOSED, "the store is closed")
            self._jobs.put(job)

    def submit_later(self, job: Job) -> None:
        """Let the thread run the job with the next one that comes, or alone if none comes soon.

        Raises as `submit`.
        """
        with self._lock:
            if self._is_closing:
                raise StoreError(StoreCode.CLOSED, "the store is closed")
            self._later.append(job)
            if len(self._later) == 1:
                self._jobs.put(_SOON)

    def close(self) -> None:
        """Return when all that was submitted is done and the connection is closed."""
        with self._lock:
            self._is_closing = True
            self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while self._turn():
            pass
        self._connection.close()

    def _turn(self) -> bool:
        """Run what is pending, and tell whether there was anything."""
        jobs = self._pending()
        _tell(self._run(self._connection, jobs) if jobs else ())
        return bool(jobs)

    def _pending(self) -> Sequence[Job]:
        """Wait for a job, and return it with all that have come meanwhile; none at the end."""
        jobs: list[Job] = []
        is_ended = False
        while not jobs and not is_ended:
            for job in self._arrivals():
                if job is None:
                    is_ended = True
                elif job is not _SOON:
                    jobs.append(job)
            with self._lock:
                jobs += self._later
                self._later = []
        if jobs and is_ended:
            self._jobs.put(None)
        return jobs

    def _arrivals(self) -> Iterator[Job | _Soon | None]:
        """Wait, and yield what has come; jobs that wait for company are given time to get it."""
        with suppress(Empty):
            job = self._jobs.get()
            yield job
            if job is _SOON:
                yield self._jobs.get(timeout=LATER_S)
            while True:
                yield self._jobs.get_nowait()


def _tell(answers: Sequence[Answer]) -> None:
    """Resolve the futures, with one call into each loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Answer]] = {}
    for answer in answers:
        by_loop.setdefault(answer.job.loop, []).append(answer)
    for loop, own in by_loop.items():
        # A loop that is closed has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve, own)


def _resolve(answers: Sequence[Answer]) -> None:
    for answer in answers:
        future = answer.job.future
        if future.done():  # cancelled meanwhile; what was asked for is done all the same
            continue
        if answer.error is None:
            future.set_result(answer.result)
        else:
            future.set_exception(answer.error)
