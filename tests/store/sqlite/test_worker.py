"""The thread that owns a connection."""

import asyncio
import sqlite3
from collections.abc import Sequence

import pytest

from eventmatch.store.sqlite import worker as worker_module
from eventmatch.store.sqlite.worker import _SOON, Answer, Job, Worker
from tests.loops import in_loop


def answers(_: sqlite3.Connection, jobs: Sequence[Job]) -> Sequence[Answer]:
    return [Answer(job, job.item) for job in jobs]


@in_loop
async def test_a_hint_whose_job_has_been_run_already_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_module, "LATER_S", 0.0)
    worker = Worker("test", sqlite3.connect(":memory:", check_same_thread=False), answers)
    loop = asyncio.get_running_loop()
    worker._jobs.put(_SOON)  # as it is left when the job is taken before its hint is
    while not worker._jobs.empty():
        await asyncio.sleep(0)
    for submit in (worker.submit_later, worker.submit, worker.submit_later):
        future: asyncio.Future[object] = loop.create_future()
        submit(Job(lambda *_: None, "item", loop, future))
        assert await asyncio.wait_for(future, 5) == "item"
    worker._jobs.put(_SOON)
    worker.close()
