"""What is left of environments when the process that runs them is killed: nothing."""

import contextlib
import io
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from eventmatch.functions.environments.orphans import remaining
from tests.functions.environments.world import answer, is_alive, named, world
from tests.loops import in_loop

ROOT = Path(__file__).parents[3]
PATIENCE_MS = 10_000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")

# Tells its processes and its folder, and then hangs.
FUNCTION = """
import os, subprocess, tempfile, time
child = subprocess.Popen(["sleep", "600"])
daemon = subprocess.Popen(["sleep", "600"], start_new_session=True)
def handler(event, context):
    if event == "hang":
        time.sleep(600)
    processes = [os.getpid(), child.pid, daemon.pid]
    return {"processes": processes, "folder": os.path.dirname(os.environ["HOME"])}
"""
RUN = f"""
import asyncio
from tests.functions.environments.world import answer, world

async def main():
    async with world() as fleet:
        version = fleet.version({FUNCTION!r}, timeout=900)
        print((await fleet.run(version, None)).payload.decode(), flush=True)
        await fleet.run(version, "hang")

asyncio.run(main())
"""


def started() -> tuple[subprocess.Popen[bytes], Any]:
    """A process whose function hangs, and what that function tells."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", RUN], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def handles(processes: Iterable[int]) -> list[int]:
    return [os.pidfd_open(process) for process in processes]


def have_ended(handles: Iterable[int]) -> bool:
    """Wait until processes have ended."""
    ended = []
    for handle in handles:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        ended.append(bool(poll.poll(PATIENCE_MS)))
        if not ended[-1]:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)
    return all(ended)


def naming(text: str) -> list[int]:
    """The processes with that text in their command."""
    commands = Path("/proc").glob("[0-9]*/cmdline")
    return [int(path.parent.name) for path in commands if text.encode() in read(path)]


def read(path: Path) -> bytes:
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""


def test_processes_and_what_they_started_end_with_the_process_that_runs_them() -> None:
    process, told = started()
    running = handles(told["processes"])
    kill(process)
    assert have_ended(running)


def test_the_folder_of_their_code_goes_with_the_process_that_runs_them() -> None:
    process, told = started()
    assert Path(told["folder"]).is_dir()
    last = handles([*told["processes"], *naming(told["folder"])])
    kill(process)
    assert have_ended(last)
    assert not Path(told["folder"]).exists()


@in_loop
async def test_nothing_waits_for_the_end_of_a_fleet_that_has_stopped() -> None:
    async with world() as fleet:
        reply = await fleet.run(fleet.version(FUNCTION))
        told = answer(reply)
        left = handles([*told["processes"], *naming(told["folder"])])
    assert have_ended(left)
    assert not Path(told["folder"]).exists()


@in_loop
async def test_functions_go_on_where_somebody_has_killed_what_would_end_them() -> None:
    async with world() as fleet:
        told = answer(await fleet.run(fleet.version(FUNCTION)))
        (watchdog,) = naming(told["folder"])
        handle = os.pidfd_open(watchdog)
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        assert have_ended([handle])
        assert answer(await fleet.run(fleet.version(FUNCTION)))["processes"]


@in_loop
async def test_functions_of_this_process_need_nobody_who_would_end_them() -> None:
    async with world(callables={"f": lambda event, _context: event}) as fleet:
        before = children()
        await fleet.run(named("f"))
        assert children() == before


def children() -> set[str]:
    own = f"\nPPid:\t{os.getpid()}\n".encode()
    return {path.parent.name for path in Path("/proc").glob("[0-9]*/status") if own in read(path)}


def test_what_has_begun_and_not_ended_is_left() -> None:
    assert remaining(io.BytesIO(b"+1\n+23\n-1\n+4\n")) == {23, 4}
    assert remaining(io.BytesIO(b"")) == set()


@in_loop
async def test_a_watchdog_that_somebody_has_stopped_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("eventmatch.functions.environments.watchdog._PATIENCE", 0.1)
    async with world() as fleet:
        told = answer(await fleet.run(fleet.version(FUNCTION)))
        (watchdog,) = naming(told["folder"])
        handle = os.pidfd_open(watchdog)
        signal.pidfd_send_signal(handle, signal.SIGSTOP)
    assert have_ended([handle])


@in_loop
async def test_what_has_left_its_session_ends_with_its_environment_and_no_other_does() -> None:
    async with world() as fleet:
        version, other = fleet.version(FUNCTION), fleet.version(FUNCTION, number="2")
        first, second = answer(await fleet.run(version)), answer(await fleet.run(other))
        ending, staying = handles(first["processes"]), handles(second["processes"])
        await fleet.fleet.retire("shop", "$LATEST")
        await fleet.fleet._factory.tasks.done()
        assert have_ended(ending)
        assert answer(await fleet.run(other)) == second
        assert all(map(is_alive, second["processes"]))
    assert have_ended(staying)
