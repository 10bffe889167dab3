"""Handlers in Python, in processes that run AWS's runtime interface client."""

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from eventmatch.testing.clock import VirtualClock
from tests.functions.environments.world import (
    ARN,
    World,
    answer,
    error,
    is_alive,
    open_files,
    world,
)
from tests.loops import in_loop

pytest.importorskip("awslambdaric")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

COUNTING = """
import os, tempfile
from pathlib import Path

count = 0
place = Path(tempfile.gettempdir(), "note")

def handler(event, context):
    global count
    count += 1
    before = place.read_text() if place.exists() else None
    place.write_text("was here")
    if event == "hang":
        import time
        print("hangs")
        time.sleep(60)
    if event == "exit":
        os._exit(3)
    return {"count": count, "before": before, "process": os.getpid()}
"""


@in_loop
async def test_aws_s_first_example_runs() -> None:
    async with world() as here:
        version = here.version(
            {
                "lambda_function.py": """
import json
import logging

logger = logging.getLogger()
logger.setLevel(logging.INFO)

def lambda_handler(event, context):
    length, width = event["length"], event["width"]
    logger.info(f"CloudWatch logs group: {context.log_group_name}")
    return json.dumps({"area": length * width})
"""
            },
            handler="lambda_function.lambda_handler",
        )
        reply = await here.run(version, {"length": 6, "width": 7})
        assert answer(reply) == '{"area": 42}'
        assert b"CloudWatch logs group: /aws/lambda/shop" in reply.log


SQS = """
import json

def lambda_handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            process(json.loads(record["body"]))
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}

def process(body):
    if body["total"] < 0:
        raise ValueError("a negative total")
"""
S3 = """
import urllib.parse

print("Loading function")

def lambda_handler(event, context):
    bucket = event["Records"][0]["s3"]["bucket"]["name"]
    key = urllib.parse.unquote_plus(event["Records"][0]["s3"]["object"]["key"], encoding="utf-8")
    print("CONTENT: " + bucket + "/" + key)
    return key
"""
HTTP = """
import json

def lambda_handler(event, context):
    name = (event.get("queryStringParameters") or {}).get("name", "World")
    return {"statusCode": 200, "body": json.dumps({"message": f"Hello, {name}!"})}
"""


@pytest.mark.parametrize(
    ("source", "event", "result"),
    [
        (
            SQS,
            {
                "Records": [
                    {"messageId": "a", "body": '{"total": 1}'},
                    {"messageId": "b", "body": '{"total": -1}'},
                    {"messageId": "c", "body": "no JSON"},
                ]
            },
            {"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "c"}]},
        ),
        (
            S3,
            {"Records": [{"s3": {"bucket": {"name": "b"}, "object": {"key": "a+b%C3%BC"}}}]},
            "a bü",
        ),
        (HTTP, {}, {"statusCode": 200, "body": '{"message": "Hello, World!"}'}),
    ],
    ids=["sqs", "s3", "http"],
)
@in_loop
async def test_handlers_in_the_manner_of_aws_s_guides_run(
    source: str, event: object, result: object
) -> None:
    async with world() as here:
        version = here.version(
            {"src/handlers/main.py": source}, handler="src/handlers/main.lambda_handler"
        )
        assert answer(await here.run(version, event)) == result


@in_loop
async def test_who_crashes_harms_none_of_the_others() -> None:
    source = """
import os
def handler(event, context):
    if event % 4 == 1: os._exit(3)
    if event % 4 == 2: os.kill(os.getpid(), 11)
    if event % 4 == 3: raise ValueError(event)
    return event
"""
    async with world() as here:
        versions = [here.version(source, number=number) for number in ("1", "2")]
        runs = [here.run(versions[event % 3 % 2], event) for event in range(40)]
        replies = await asyncio.gather(*runs)
        for event, reply in enumerate(replies):
            if event % 4 == 0:
                assert answer(reply) == event
            else:
                kind = "ValueError" if event % 4 == 3 else "Runtime.ExitError"
                assert error(reply)["errorType"] == kind


@in_loop
async def test_an_environment_is_used_again() -> None:
    async with world() as here:
        version = here.version(COUNTING)
        cold, warm = await here.run(version), await here.run(version)
        assert (answer(cold)["count"], answer(warm)["count"]) == (1, 2)
        assert answer(warm)["before"] == "was here"
        assert cold.init_duration is not None
        assert cold.init_duration > 0
        assert warm.init_duration is None


@in_loop
async def test_calls_at_the_same_time_have_environments_of_their_own(tmp_path: Path) -> None:
    source = """
import os, time
def handler(event, context):
    open(os.path.join(event["folder"], context.aws_request_id), "w").close()
    while len(os.listdir(event["folder"])) < event["count"]:
        time.sleep(0.01)
    return context.log_stream_name
"""
    async with world() as here:
        version, event = here.version(source), {"folder": str(tmp_path), "count": 20}
        replies = await asyncio.gather(*(here.run(version, event) for _ in range(20)))
        assert len({answer(reply) for reply in replies}) == 20
        assert len(here.shelf.reads) == 1


@in_loop
async def test_a_late_call_is_ended_and_the_next_starts_anew_with_the_same_files() -> None:
    clock = VirtualClock()
    async with world(clock=clock) as here:
        version = here.version(COUNTING, timeout=1)
        process = answer(await here.run(version))["process"]
        call = asyncio.create_task(here.run(version, "hang", request_id="the-id"))
        await here.sink.has(b"hangs")
        await clock.advance(1)
        reply = await call
        assert reply.payload == (
            b'{"errorType":"Sandbox.Timedout","errorMessage":'
            b'"RequestId: the-id Error: Task timed out after 1.00 seconds"}'
        )
        assert reply.error == "Unhandled"
        assert b"the-id Task timed out after 1.00 seconds\nEND RequestId: the-id\n" in reply.log
        assert not is_alive(process)
        after = answer(await here.run(version))
        assert (after["count"], after["before"]) == (1, "was here")


@in_loop
async def test_a_crash_is_told_and_hurts_nobody_else() -> None:
    async with world() as here:
        version = here.version(COUNTING)
        failed = await here.run(version, "exit", request_id="the-id")
        assert error(failed) == {
            "errorType": "Runtime.ExitError",
            "errorMessage": "RequestId: the-id Error: Runtime exited with error: exit status 3",
        }
        assert answer(await here.run(version))["count"] == 1


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("sys.exit('no')", "Runtime exited with error: exit status 1"),
        ("os.kill(os.getpid(), 11)", "Runtime exited with error: signal: segmentation fault"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
    ],
)
@in_loop
async def test_each_end_has_its_text(statement: str, text: str) -> None:
    async with world() as here:
        version = here.version(f"import os, sys\ndef handler(e, c): {statement}")
        assert error(await here.run(version))["errorMessage"].endswith(f" Error: {text}")


@in_loop
async def test_an_exception_is_told_as_aws_tells_it() -> None:
    async with world() as here:
        version = here.version(
            "class Broken(Exception): ...\n\ndef handler(e, c):\n    raise Broken('no')\n"
        )
        reply = await here.run(version, request_id="the-id")
        assert reply.payload == (
            b'{"errorMessage": "no", "errorType": "Broken", "requestId": "the-id", "stackTrace": '
            b'["  File \\"/var/task/app.py\\", line 4, in handler\\n    raise Broken(\'no\')\\n"]}'
        )
        assert b"[ERROR] Broken: no" in reply.log
        assert b'File "/var/task/app.py", line 4' in reply.log


@pytest.mark.parametrize(
    ("source", "handler", "error_type", "message", "frames"),
    [
        (
            "1 / 0",
            "app.handler",
            "ZeroDivisionError",
            "division by zero",
            ['  File "/var/task/app.py", line 1, in <module>\n    1 / 0\n'],
        ),
        (
            "",
            "app.handler",
            "Runtime.HandlerNotFound",
            "Handler 'handler' missing on module 'app'",
            [],
        ),
        (
            "(",
            "app.handler",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app': '(' was never closed (app.py, line 1)",
            ['  File "/var/task/app.py" Line 1\n    ('],
        ),
        (
            "",
            "x.y",
            "Runtime.ImportModuleError",
            "Unable to import module 'x': No module named 'x'",
            [],
        ),
        (
            "import nowhere",
            "app.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nowhere'",
            [],
        ),
        (
            "",
            "handler",
            "Runtime.MalformedHandlerName",
            "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
            [],
        ),
    ],
)
@in_loop
async def test_code_that_cannot_begin_is_told(
    source: str, handler: str, error_type: str, message: str, frames: list[str]
) -> None:
    async with world() as here:
        told = error(await here.run(here.version(source, handler=handler)))
        assert list(told) == ["errorMessage", "errorType", "requestId", "stackTrace"]
        assert (told["errorType"], told["errorMessage"]) == (error_type, message)
        assert told["requestId"] == ""
        assert [frame for frame in told["stackTrace"] if "/var/task" in frame] == frames
        assert "eventmatch-functions" not in str(told)


@in_loop
async def test_a_result_that_is_no_json_is_told() -> None:
    async with world() as here:
        version = here.version("def handler(e, c): return object()")
        assert (await here.run(version, request_id="the-id")).payload == (
            b'{"errorMessage": "Unable to marshal response: Object of type object is not JSON '
            b'serializable", "errorType": "Runtime.MarshalError", "requestId": "the-id", '
            b'"stackTrace": []}'
        )


@in_loop
async def test_an_answer_that_is_too_large_is_refused_and_the_environment_lives() -> None:
    async with world() as here:
        version = here.version("def handler(size, c): return 'x' * size", memory_size=512)
        assert len((await here.run(version, 6_291_554)).payload) == 6_291_556
        assert (await here.run(version, 6_291_555)).payload == (
            b'{"errorMessage":"Response payload size exceeded maximum allowed payload size '
            b'(6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}'
        )
        assert answer(await here.run(version, 1)) == "x"


@in_loop
async def test_a_handler_sees_its_variables_and_nothing_of_this_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    source = """
import os
def handler(event, context):
    files = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    links = [os.readlink(file) for file in files if os.path.islink(file)]
    return {"variables": dict(os.environ), "files": links}
"""
    with open(__file__) as secret:
        os.set_inheritable(secret.fileno(), True)
        ours = {file.partition(" ")[2] for file in open_files()}
        assert __file__ in ours
        async with world() as here:
            own = {"STAGE": "test", "AWS_REGION": "mars-1", "TZ": "UTC"}
            version = here.version(source, number="7", environment=own)
            seen: dict[str, Any] = answer(await here.run(version, trace="Root=1-2-3"))
    assert "/dev/null" in seen["files"]
    assert set(seen["files"]) & ours <= {"/dev/null"}
    variables = seen["variables"]
    assert "secret" not in variables.values()
    assert variables["STAGE"] == "test"
    assert variables["TZ"] == "UTC"
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert variables["AWS_LAMBDA_FUNCTION_VERSION"] == "7"
    assert variables["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert variables["_X_AMZN_TRACE_ID"] == "Root=1-2-3"
    stream = variables["AWS_LAMBDA_LOG_STREAM_NAME"]
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[7\][0-9a-f]{32}", stream)
    # LC_CTYPE is what Python itself sets where the locale is C.
    assert set(variables) - {"LC_CTYPE", "STAGE"} == {
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "HOME",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "PATH",
        "PYTHONPATH",
        "TMPDIR",
        "TZ",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }


@in_loop
async def test_modules_of_the_code_replace_none_that_the_runtime_needs() -> None:
    files = {
        "calendar.py": "import json\ndef handler(event, context):\n    return json.loads('[1]')",
        "json.py": "raise SystemExit('the runtime took it')",
        "socket.py": "",
        "types.py": "",
    }
    async with world() as here:
        reply = await here.run(here.version(files, handler="calendar.handler"))
        assert answer(reply) == [1]


@in_loop
async def test_a_handler_sees_its_context() -> None:
    source = """
def handler(event, context):
    return [context.aws_request_id, context.function_name, context.memory_limit_in_mb,
            context.invoked_function_arn, context.client_context.custom,
            0 < context.get_remaining_time_in_millis() <= 20000]
"""
    async with world() as here:
        reply = await here.run(
            here.version(source),
            request_id="the-id",
            invoked_arn=f"{ARN}:PROD",
            client_context='{"custom":\r\n{"a": 1}}',
        )
        assert answer(reply) == ["the-id", "shop", "128", f"{ARN}:PROD", {"a": 1}, True]


@in_loop
async def test_the_log_has_aws_s_lines() -> None:
    async with world() as here:
        version = here.version("print('begins')\ndef handler(e, c): print('runs', end='')")
        cold, warm = [await here.run(version, request_id=name) for name in ("a", "b")]
        report = (
            r"REPORT RequestId: {}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\t"
            r"Memory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\t{}\n"
        )
        start = r"START RequestId: {0} Version: \$LATEST\nruns\nEND RequestId: {0}\n"
        init = r"Init Duration: \d+\.\d\d ms\t"
        assert re.fullmatch(start.format("a") + report.format("a", init), cold.log.decode())
        assert re.fullmatch(start.format("b") + report.format("b", ""), warm.log.decode())
        lines = [line for function, _, line in here.sink.lines if function == "shop"]
        assert lines[0] == b"begins"
        assert b"\n".join(lines[1:]) + b"\n" == cold.log + warm.log


@in_loop
async def test_who_writes_a_lot_is_not_held_up_and_the_caller_gets_the_end() -> None:
    source = "def handler(e, c):\n  for n in range(e): print('x' * 100_000, n)\n  return 'done'"
    async with world() as here:
        reply = await here.run(here.version(source), 100)
        assert answer(reply) == "done"
        assert len(reply.log) == 4096
        assert b"x 99\nEND RequestId: " in reply.log
        assert sum(len(line) for _, _, line in here.sink.lines) > 10_000_000


@in_loop
async def test_what_a_handler_started_ends_with_it() -> None:
    source = """
import subprocess, time
def handler(event, context):
    child = subprocess.Popen(["sleep", "60"])
    if event: time.sleep(60)
    return child.pid
"""
    async with world() as here:
        child = answer(await here.run(here.version(source)))
        assert is_alive(child)
    assert not is_alive(child)


@in_loop
async def test_a_128_mb_function_can_use_boto3_and_threads() -> None:
    pytest.importorskip("boto3")
    source = """
import json, boto3
from concurrent.futures import ThreadPoolExecutor
client = boto3.client("dynamodb")
def handler(event, context):
    with ThreadPoolExecutor(20) as threads:
        return sum(threads.map(len, ["ab"] * 20))
"""
    async with world() as here:
        assert answer(await here.run(here.version(source))) == 40


@in_loop
async def test_memory_without_end_is_an_error_of_the_function() -> None:
    async with world() as here:
        version = here.version("def handler(e, c): return len(bytearray(e))")
        assert error(await here.run(version, 2 << 30))["errorType"] == "MemoryError"
        assert answer(await here.run(version, 1 << 20)) == 1 << 20


@in_loop
async def test_a_process_has_no_open_file_of_the_router(tmp_path: Path) -> None:
    source = """
import os
def handler(event, context):
    return [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
"""
    store = tmp_path / "store.db"
    async with world() as here:
        with store.open("w") as handle:
            os.set_inheritable(handle.fileno(), True)
            files = answer(await here.run(here.version(source)))
    assert "/dev/null" in files
    assert str(store.resolve()) not in files


async def _cancelled(here: World) -> int:
    """The process of a call that was cancelled while it ran."""
    source = "import os, time\ndef handler(e, c): print(os.getpid(), flush=True); time.sleep(60)"
    task = asyncio.create_task(here.run(here.version(source)))
    while not (lines := [line for _, _, line in here.sink.lines if line.isdigit()]):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    return int(lines[0])


@in_loop
async def test_a_call_that_is_cancelled_ends_its_environment() -> None:
    async with world() as here:
        process = await _cancelled(here)
        while is_alive(process):
            await asyncio.sleep(0)


@in_loop
async def test_what_ends_while_it_runs_a_call_does_not_run_it_again() -> None:
    source = """
import os
def handler(event, context):
    if event:
        os.write(1, b"runs\\n")
        os._exit(1)
"""
    async with world() as here:
        version = here.version(source)
        await here.run(version)
        assert error(await here.run(version, 1))["errorType"] == "Runtime.ExitError"
        assert [line for _, _, line in here.sink.lines].count(b"runs") == 1


@in_loop
async def test_what_a_process_has_started_ends_with_it_and_not_only_with_its_environment() -> None:
    source = """
import os, subprocess
def handler(event, context):
    if event:
        child = subprocess.Popen(["sleep", "600"])
        os.write(1, b"%d\\n" % child.pid)
        os._exit(1)
"""
    async with world() as here:
        version = here.version(source)
        reply = await here.run(version, 1)
        child = int(reply.log.splitlines()[1])
        assert answer(await here.run(version)) is None
        while is_alive(child):
            await asyncio.sleep(0)
