"""The Lambda Runtime API on the wire."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

pytest.importorskip("httptools")

from eventmatch.functions.environments.runtime_api import RuntimeApi
from eventmatch.functions.model import Call
from tests.loops import in_loop

ROOT = "/2018-06-01/runtime"
CALL = Call("the-id", b'{"a": 1}', "arn:f")


class Client:
    """A runtime, as far as it speaks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, method: str, path: str, body: bytes = b"", headers: str = "") -> None:
        length = "" if "Transfer" in headers else f"Content-Length: {len(body)}\r\n"
        head = f"{method} {ROOT}{path} HTTP/1.1\r\nHost: x\r\n{length}{headers}\r\n"
        self.writer.write(head.encode() + body)

    async def response(self) -> tuple[int, dict[str, str], bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await self.reader.readexactly(int(headers.get("Content-Length", 0)))
        return int(head[0].split()[1]), headers, body

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: str = ""
    ) -> tuple[int, bytes]:
        self.send(method, path, body, headers)
        status, _, answer = await self.response()
        return status, answer


@asynccontextmanager
async def client(api: RuntimeApi) -> AsyncIterator[Client]:
    """A connection to a runtime API that listens."""
    await api.open()
    host, _, port = api.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        api.close()


@in_loop
async def test_a_call_is_given_and_its_answer_taken() -> None:
    api = RuntimeApi()
    async with client(api) as runtime:
        runtime.send("GET", "/invocation/next")
        answer = api.offer(CALL._replace(client_context='{"x": 1}', trace="Root=1"), 1234.5678)
        status, headers, body = await runtime.response()
        assert (status, body) == (200, b'{"a": 1}')
        told = {name.removeprefix("Lambda-Runtime-"): text for name, text in headers.items()}
        assert told == {
            "Content-Type": "application/json",
            "Content-Length": "8",
            "Aws-Request-Id": "the-id",
            "Deadline-Ms": "1234567",
            "Invoked-Function-Arn": "arn:f",
            "Trace-Id": "Root=1",
            "Client-Context": '{"x": 1}',
        }
        status, body = await runtime.ask("POST", "/invocation/the-id/response", b"42")
        assert (status, body.strip()) == (202, b'{"status":"OK"}')
        assert await answer == (b"42", False)


@in_loop
async def test_a_call_is_kept_until_the_runtime_asks() -> None:
    api = RuntimeApi()
    async with client(api) as runtime:
        answer = api.offer(CALL, 1.0)
        assert (await runtime.ask("GET", "/invocation/next"))[0] == 200
        chunks = b'3\r\n{"b\r\n4\r\n":2}\r\n0\r\n\r\n'
        status, _ = await runtime.ask(
            "POST", "/invocation/the-id/error", chunks, "Transfer-Encoding: chunked\r\n"
        )
        assert status == 202
        assert await answer == (b'{"b":2}', True)


@in_loop
async def test_who_waits_to_be_asked_for_the_body_is_asked() -> None:
    api = RuntimeApi()
    async with client(api) as runtime:
        answer = api.offer(CALL, 1.0)
        await runtime.ask("GET", "/invocation/next")
        head = "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"
        runtime.send("POST", "/invocation/the-id/response", b"", head)
        assert (await runtime.response())[0] == 100
        runtime.writer.write(b"2\r\n42\r\n0\r\n\r\n")
        assert (await runtime.response())[0] == 202
        assert await answer == (b"42", False)


@in_loop
async def test_what_does_not_fit_is_refused_and_changes_nothing() -> None:
    api = RuntimeApi()
    async with client(api) as runtime:
        answer = api.offer(CALL, 1.0)
        wrong = b'{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}'
        untaken = await runtime.ask("POST", "/invocation/the-id/response", b"1")
        assert untaken == (400, wrong)
        await runtime.ask("GET", "/invocation/next")
        assert await runtime.ask("POST", "/invocation/other/response", b"1") == (400, wrong)
        assert (await runtime.ask("GET", "/invocation/next"))[0] == 403
        assert (await runtime.ask("GET", "/nothing"))[0] == 404
        assert (await runtime.ask("POST", "/init/error", b"{}"))[0] == 403
        assert (await runtime.ask("POST", "/invocation/the-id/response", b"2"))[0] == 202
        assert await runtime.ask("POST", "/invocation/the-id/response", b"3") == (400, wrong)
        assert await answer == (b"2", False)


@in_loop
async def test_an_answer_may_have_so_many_bytes() -> None:
    api = RuntimeApi()
    async with client(api) as runtime:
        for size, status in ((6_291_556, 202), (6_291_557, 413)):
            answer = api.offer(CALL, 1.0)
            await runtime.ask("GET", "/invocation/next")
            path = "/invocation/the-id/response"
            assert (await runtime.ask("POST", path, b"x" * size))[0] == status
            assert (await answer).is_error == (status == 413)


@in_loop
async def test_a_runtime_that_went_away_gets_no_call() -> None:
    api = RuntimeApi()
    async with client(api) as gone:
        gone.send("GET", "/invocation/next")
        await gone.writer.drain()
        gone.writer.close()
        async with client(api) as runtime:
            runtime.send("GET", "/invocation/next")
            while len(api._asking) != 1 or len(api._connections) != 1:
                await asyncio.sleep(0)
            api.offer(CALL, 1.0)
            assert (await runtime.response())[2] == CALL.payload


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
        b"POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /x HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"GET /x HTTP/1.1\r\nX: " + b"x" * (3 << 20),
        b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n" * 2,
    ],
    ids=range(7),
)
@in_loop
async def test_garbage_ends_the_connection_and_nothing_else(garbage: bytes) -> None:
    api = RuntimeApi()
    async with client(api) as broken:
        broken.writer.write(garbage)
        try:
            while await broken.reader.read(1 << 16):
                pass
        except ConnectionError:
            pass
        answer = api.offer(CALL, 1.0)
        async with client(api) as runtime:
            await runtime.ask("GET", "/invocation/next")
            await runtime.ask("POST", "/invocation/the-id/response", b"1")
            assert await answer == (b"1", False)


@in_loop
async def test_a_function_that_opens_connections_without_end_gets_a_few() -> None:
    api = RuntimeApi()
    async with client(api) as runtime:
        host, _, port = api.address.partition(":")
        many = [await asyncio.open_connection(host, int(port)) for _ in range(200)]
        for reader, _ in many[100:]:
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
        answer = api.offer(CALL, 1.0)
        await runtime.ask("GET", "/invocation/next")
        await runtime.ask("POST", "/invocation/the-id/response", b"1")
        assert await answer == (b"1", False)
        for _, writer in many:
            writer.close()


@in_loop
async def test_what_a_caller_tells_makes_no_other_header() -> None:
    api = RuntimeApi()
    async with client(api) as runtime:
        runtime.send("GET", "/invocation/next")
        api.offer(CALL._replace(trace="Root=1\r\nX: y\ud800", client_context="{}\r\nZ: y"), 1.0)
        _, headers, body = await runtime.response()
        assert headers["Lambda-Runtime-Trace-Id"] == "Root=1  X: y?"
        assert headers["Lambda-Runtime-Client-Context"] == "{}  Z: y"
        assert not {"X", "Z"} & set(headers)
        assert body == CALL.payload
