"""How long environments live."""

import asyncio
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eventmatch.functions.environments import EnvironmentSettings, Fleet
from eventmatch.functions.environments.runtime_api import RuntimeApi
from eventmatch.functions.environments.task_roots import TaskRoots
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.limits import LambdaLimits
from eventmatch.testing.clock import VirtualClock
from tests.functions.environments.world import (
    World,
    answer,
    error,
    is_alive,
    named,
    open_files,
    world,
)
from tests.loops import in_loop

pytest.importorskip("awslambdaric")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

PROCESS = "import os\ndef handler(event, context): return os.getpid()"


@in_loop
async def test_what_was_used_last_is_used_first_and_the_others_go() -> None:
    clock, both = VirtualClock(), threading.Barrier(2)

    def handler(event: Any, context: Any) -> Any:
        if event:
            both.wait(30)
        return context.log_stream_name

    async with world(clock=clock, callables={"f": handler}) as here:
        version = named("f")
        first, second = await asyncio.gather(here.run(version, 1), here.run(version, 1))
        pair = {answer(first), answer(second)}
        assert len(pair) == 2
        kept = answer(await here.run(version))
        assert kept in pair
        await clock.advance(200)
        assert answer(await here.run(version)) == kept
        await clock.advance(200)
        first, second = await asyncio.gather(here.run(version, 1), here.run(version, 1))
        assert {answer(first), answer(second)} & pair == {kept}
        await clock.advance(400)
        assert answer(await here.run(version)) not in {answer(first), answer(second)}


@in_loop
async def test_idle_processes_go() -> None:
    clock = VirtualClock()
    async with world(EnvironmentSettings(idle=300), clock=clock) as here:
        version = here.version(PROCESS)
        process = answer(await here.run(version))
        await clock.advance(290)
        assert is_alive(process)
        assert answer(await here.run(version)) == process
        await clock.advance(380)
        while is_alive(process):
            await asyncio.sleep(0)


@in_loop
async def test_a_new_revision_retires_the_environments_of_the_old_one() -> None:
    async with world() as here:
        old = here.version(PROCESS)
        new = here.version(PROCESS + "  # changed")
        process = answer(await here.run(old))
        assert answer(await here.run(new)) != process
        while is_alive(process):
            await asyncio.sleep(0)


@in_loop
async def test_code_that_nobody_runs_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    source = """
import os, tempfile
os.symlink("/usr", tempfile.gettempdir() + "/link")
os.makedirs(tempfile.gettempdir() + "/locked/folder")
os.chmod(tempfile.gettempdir() + "/locked", 0)
def handler(event, context): pass
"""
    before = os.stat("/usr").st_mode
    async with world() as here:
        for _ in range(2):
            assert (await here.run(here.version(source))).error is None
            (folder,) = tmp_path.iterdir()
            assert len(list(folder.iterdir())) == 2
            await here.fleet.retire("shop")
            while list(folder.iterdir()):
                await asyncio.sleep(0)
    assert os.stat("/usr").st_mode == before


@in_loop
async def test_a_busy_environment_is_retired_once_it_is_idle() -> None:
    release = threading.Event()

    def handler(event: Any, context: Any) -> Any:
        return event and release.wait(30), context.log_stream_name

    async with world(callables={"f": handler}) as here:
        version = named("f")
        busy = asyncio.create_task(here.run(version, True))
        while not here.sink.lines:
            await asyncio.sleep(0)
        await here.fleet.retire("shop")
        release.set()
        stream = answer(await busy)[1]
        assert answer(await here.run(version))[1] != stream


@in_loop
async def test_the_end_leaves_no_process_file_port_or_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = open_files()
    async with world(EnvironmentSettings(shutdown=0.5)) as here:
        hanging = here.version(
            "import os, signal, time\nsignal.signal(15, lambda *_: print('asked'))\n"
            "def handler(e, c):\n  print(os.getpid())\n  while True: time.sleep(60)"
        )
        task = asyncio.create_task(here.run(hanging))
        processes = {answer(await here.run(here.version(PROCESS)))}
        while not (seen := [int(line) for _, _, line in here.sink.lines if line.isdigit()]):
            await asyncio.sleep(0)
        processes.update(seen)
    with pytest.raises(LambdaError) as failed:
        await task
    assert failed.value.code is LambdaCode.SERVICE
    assert not any(map(is_alive, processes))
    assert any(line == b"asked" for _, _, line in here.sink.lines)
    assert open_files() == before
    assert os.listdir(tmp_path) == []


TWICE = """
import os, tempfile, time
mark = os.path.join(tempfile.gettempdir(), "tried")
print("begins", flush=True)
if {always} or not os.path.exists(mark):
    open(mark, "w").close()
    {first}
def handler(event, context): return "works"
"""


@pytest.mark.parametrize("first", ["1 / 0", "os._exit(1)"])
@in_loop
async def test_an_init_that_fails_is_tried_again_by_the_call(first: str) -> None:
    async with world() as here:
        version = here.version(TWICE.format(always=False, first=first))
        reply = await here.run(version)
        assert answer(reply) == "works"
        assert reply.init_duration is None
        assert (await here.run(version)).init_duration is None


@pytest.mark.parametrize("always", [False, True])
@in_loop
async def test_an_init_that_is_late_is_tried_again_within_the_time_of_the_call(
    always: bool,
) -> None:
    clock = VirtualClock()
    async with world(clock=clock) as here:
        version = here.version(TWICE.format(always=always, first="time.sleep(60)"), timeout=3)
        call = asyncio.create_task(here.run(version))
        await here.sink.has(b"begins")
        await clock.advance(10)
        await here.sink.has(b"begins", 2)
        if always:
            await clock.advance(3)
            assert error(await call)["errorType"] == "Sandbox.Timedout"
        else:
            assert answer(await call) == "works"


def _unsupported(_: int) -> int:
    raise OSError("not on this platform")


@in_loop
async def test_processes_are_watched_also_where_no_file_tells_their_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "pidfd_open", _unsupported, raising=False)
    source = "import os\ndef handler(e, c): return os._exit(2) if e else os.getpid()"
    async with world() as here:
        version = here.version(source)
        process = answer(await here.run(version))
        assert error(await here.run(version, 1))["errorMessage"].endswith("exit status 2")
        assert not is_alive(process)
        process = answer(await here.run(version))
    assert not is_alive(process)


@in_loop
async def test_a_process_that_dies_between_calls_is_no_failure_of_the_next() -> None:
    source = (
        "import os\ndef handler(e, c): os.spawnlp(os.P_NOWAIT, 'true', 'true'); return os.getpid()"
    )
    async with world() as here:
        version = here.version(source)
        process = answer(await here.run(version))
        (environment,) = here.fleet._factory._environments
        while not vars(environment.runtime)["_api"]._asking:
            await asyncio.sleep(0)
        os.kill(process, 9)
        # Without the loop, which has not been told by then.
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
        assert answer(await here.run(version)) != process


@pytest.mark.parametrize(
    ("archive", "text"),
    [(b"no zip", "the code is no zip file"), (None, "the code of shop is gone")],
)
@in_loop
async def test_code_that_is_not_there_is_a_failure_of_the_service(
    archive: bytes | None, text: str
) -> None:
    async with world() as here:
        version = here.version("")
        intact = here.shelf.archives.pop(version.code.sha256)
        if archive is not None:
            here.shelf.archives[version.code.sha256] = archive
        with pytest.raises(LambdaError, match=text) as failed:
            await here.run(version)
        assert failed.value.code is LambdaCode.SERVICE
        here.shelf.archives[version.code.sha256] = intact
        assert error(await here.run(version))["errorType"] == "Runtime.HandlerNotFound"


@in_loop
async def test_a_call_that_waits_takes_what_comes_back_before_more_is_started() -> None:
    async with world(EnvironmentSettings(starts=1)) as here:
        version = here.version(PROCESS)
        replies = await asyncio.gather(*(here.run(version) for _ in range(30)))
        assert len({answer(reply) for reply in replies}) < 15


@in_loop
async def test_an_archive_too_large_is_refused_and_no_file_leaves_its_folder() -> None:
    async with world(limits=LambdaLimits(unpacked_bytes=1000)) as here:
        with pytest.raises(LambdaError, match="more than 1000 bytes"):
            await here.run(here.version("#" * 1001))
        outside = {"../../outside.py": "", "/outside.py": "", "app.py": PROCESS}
        assert answer(await here.run(here.version(outside)))
        folder = here.fleet._factory._roots._folder
        assert folder is not None
        assert not (folder.parent / "outside.py").exists()
        assert not (folder / "outside.py").exists()


def test_a_fleet_serves_one_event_loop_after_the_other() -> None:
    here = World(settings=EnvironmentSettings(starts=1))
    versions = [replace(here.version(PROCESS), function=f"f-{number}") for number in range(3)]

    async def serve() -> None:
        await here.fleet.start()
        try:
            async with asyncio.timeout(10):
                replies = await asyncio.gather(*map(here.run, versions))
            assert all(map(answer, replies))
        finally:
            await here.fleet.stop()

    asyncio.run(serve())
    asyncio.run(serve())


@in_loop
async def test_a_sink_that_fails_costs_nothing_but_lines(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def write(self, *_: object) -> None:
            raise OSError("no room")

    here = World()
    here.fleet = Fleet(here.shelf, sink=Broken())
    await here.fleet.start()
    reply = await here.run(here.version("def handler(event, context): print('hello')"))
    await here.fleet.stop()
    assert reply.error is None
    assert b"\nhello\n" in reply.log
    assert len(caplog.records) == 1


@in_loop
async def test_an_archive_that_cannot_be_unpacked_leaves_nothing() -> None:
    async with world() as here:
        with pytest.raises(LambdaError):
            await here.run(here.version({"a": "file", "a/b": "in a folder that is a file"}))
        folder = here.fleet._factory._roots._folder
        assert folder is not None
        assert list(folder.iterdir()) == []


@in_loop
async def test_a_fleet_that_stops_while_an_environment_begins_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begins, opened, files = asyncio.Event(), RuntimeApi.open, open_files()

    async def slow(api: RuntimeApi) -> None:
        begins.set()
        await stopped.wait()
        await opened(api)

    stopped = asyncio.Event()
    monkeypatch.setattr(RuntimeApi, "open", slow)
    async with world() as here:
        run = asyncio.create_task(here.run(here.version(PROCESS)))
        await begins.wait()
        stop = asyncio.create_task(here.fleet.stop())
        while here.fleet._factory._environments:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        stopped.set()
        await stop
        with pytest.raises(LambdaError):
            await run
    await asyncio.sleep(0)
    assert open_files() == files


@in_loop
async def test_code_goes_where_there_is_no_room_for_its_temporary_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_: TaskRoots) -> Path:
        raise OSError(28, "no room")

    monkeypatch.setattr(TaskRoots, "temporary", full)
    async with world() as here:
        with pytest.raises(LambdaError, match="no room"):
            await here.run(here.version(PROCESS))
        folder = here.fleet._factory._roots._folder
        assert folder is not None
        assert list(folder.iterdir()) == []


@in_loop
async def test_a_function_that_removes_its_code_gets_it_again() -> None:
    source = """
import os, shutil
def handler(event, context):
    if event == "remove":
        os.chmod(os.environ["LAMBDA_TASK_ROOT"], 0o700)
        shutil.rmtree(os.environ["LAMBDA_TASK_ROOT"])
        os._exit(1)
    return 1
"""
    async with world() as here:
        version = here.version(source)
        assert answer(await here.run(version)) == 1
        assert error(await here.run(version, "remove"))["errorType"] == "Runtime.ExitError"
        with pytest.raises(LambdaError) as failed:
            await here.run(version)
        assert failed.value.code is LambdaCode.SERVICE
        assert answer(await here.run(version)) == 1
