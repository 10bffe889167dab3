"""How jobs become transactions: writes share a commit, reads see one moment each."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from eventmatch.store.sqlite.worker import Answer, Job


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Commit what is done inside, or nothing of it if anything fails."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite itself rolls back where the disk is full or fails.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def write_together(connection: sqlite3.Connection, jobs: Sequence[Job]) -> Sequence[Answer]:
    """Run all jobs in one transaction; if one of them fails it, run each in its own."""
    try:
        with transaction(connection):
            return _run(connection, jobs)
    except Exception as error:
        # Whoever locks the file keeps all out; to try again would be to wait again for each.
        if len(jobs) == 1 or getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            return [Answer(job, error=error) for job in jobs]
        return [answer for job in jobs for answer in write_together(connection, [job])]


def read_each(connection: sqlite3.Connection, jobs: Sequence[Job]) -> Sequence[Answer]:
    """Run each job in a transaction of its own, so that all its statements see the same data."""
    return [_read(connection, job) for job in jobs]


def _read(connection: sqlite3.Connection, job: Job) -> Answer:
    try:
        with transaction(connection, "BEGIN"):
            return _run(connection, [job])[0]
    except Exception as error:
        return Answer(job, error=error)


def _run(connection: sqlite3.Connection, jobs: Sequence[Job]) -> Sequence[Answer]:
    """Call each kind once with the items of its jobs, in the order in which the kinds came."""
    kinds: dict[object, list[Job]] = {}
    for job in jobs:
        kinds.setdefault(job.kind, []).append(job)
    answers: list[Answer] = []
    for own in kinds.values():
        result = own[0].kind(connection, [job.item for job in own])
        answers += [Answer(job, result) for job in own]
    return answers
