"""Custom runtimes: whatever speaks the Lambda Runtime API."""

import asyncio
import contextlib
import os
import shutil
import sys
from pathlib import Path

import pytest

from eventmatch.functions.environments import EnvironmentSettings
from tests.functions.environments.world import (
    BASH,
    answer,
    error,
    is_alive,
    open_files,
    world,
)
from tests.loops import in_loop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")

NODE = """#!/usr/bin/env node
const http = require("http");
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const ask = (method, path, body) => new Promise((resolve, reject) => {
  const request = http.request({host, port, method, path}, (response) => {
    let text = "";
    response.on("data", (chunk) => (text += chunk));
    response.on("end", () => resolve([response.headers, text]));
  });
  request.on("error", reject);
  if (body) request.write(body);  // In chunks, as no length is told.
  request.end();
});
const root = "/2018-06-01/runtime/invocation/";
(async () => {
  for (;;) {
    const [headers, event] = await ask("GET", root + "next");
    const id = headers["lambda-runtime-aws-request-id"];
    const name = JSON.parse(event).fail ? "error" : "response";
    const body = name == "error" ? {errorType: "Error", errorMessage: "no"} : {node: true, id};
    await ask("POST", root + id + "/" + name, JSON.stringify(body));
  }
})();
"""


@needs_bash
@in_loop
async def test_a_shell_script_is_a_runtime() -> None:
    async with world() as here:
        version = here.version({"bootstrap": BASH}, runtime="provided.al2023")
        first, second = await here.run(version, {"a": [1]}), await here.run(version, "ü")
        assert answer(first)["echo"] == {"a": [1]}
        assert answer(second)["echo"] == "ü"
        assert answer(first)["process"] == answer(second)["process"]


@needs_bash
@in_loop
async def test_an_answer_counts_also_if_the_runtime_ends_right_after_it() -> None:
    async with world() as here:
        asked = 'case "$2" in */response) exit 1 ;; esac; length=0'
        once = BASH.replace("length=0", asked, 1)
        version = here.version({"bootstrap": once}, runtime="provided")
        for number in range(10):
            assert answer(await here.run(version, number))["echo"] == number


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
@in_loop
async def test_a_node_js_program_is_a_runtime() -> None:
    async with world() as here:
        version = here.version({"bootstrap": NODE}, runtime="nodejs22.x")
        assert answer(await here.run(version, {}, request_id="a")) == {"node": True, "id": "a"}
        told = error(await here.run(version, {"fail": True}))
        assert told == {"errorType": "Error", "errorMessage": "no"}
        assert answer(await here.run(version, {}, request_id="b"))["id"] == "b"


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"x": ""}, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"),
        ({"bootstrap": "#!/no/such\n"}, "fork/exec /var/task/bootstrap: no such file or directory"),
        ({"bootstrap": "#!/bin/sh\nexit 4\n"}, "Runtime exited with error: exit status 4"),
    ],
)
@in_loop
async def test_a_runtime_that_cannot_begin_is_told(files: dict[str, str], text: str) -> None:
    async with world() as here:
        reply = await here.run(here.version(files, runtime="provided"), request_id="the-id")
        assert error(reply)["errorMessage"] == f"RequestId: the-id Error: {text}"


@needs_bash
@in_loop
async def test_two_hundred_environments_run_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = open_files()
    async with world(EnvironmentSettings(idle=0.2)) as here:
        # Each waits for all others, so that none can serve twice.
        together = tmp_path / "together"
        waiting = BASH.replace(
            "event=$body", f"event=$body; [ $event = 0 ] || read -r _ < {together}"
        )
        os.mkfifo(together)
        version = here.version({"bootstrap": waiting}, runtime="provided", timeout=50)
        calls = [asyncio.create_task(here.run(version, number)) for number in range(1, 201)]
        while sum(line.startswith(b"START") for _, _, line in here.sink.lines) < 200:
            await asyncio.sleep(0)
        while not all(call.done() for call in calls):
            _let_go(together)
            await asyncio.sleep(0)
        answers = [answer(call.result()) for call in calls]
        assert sorted(told["echo"] for told in answers) == list(range(1, 201))
        processes = {told["process"] for told in answers}
        assert len(processes) == 200
        while any(map(is_alive, processes)):
            await asyncio.sleep(0)
        assert answer(await here.run(version, 0))["process"] not in processes
    assert open_files() == before
    assert os.listdir(tmp_path) == ["together"]


def _let_go(pipe: Path) -> None:
    """End the waiting of all who read a pipe."""
    with contextlib.suppress(OSError):
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
