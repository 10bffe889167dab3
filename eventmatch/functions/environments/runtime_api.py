"""The Lambda Runtime API of one environment, as AWS documents it.

Source: Lambda developer guide, "Using the Lambda runtime API for custom runtimes".
"""

import asyncio
import json
import secrets
from http import HTTPStatus
from typing import Final

from eventmatch.functions.environments.connection import Connection, Request
from eventmatch.functions.environments.failures import LONGEST_RESPONSE, too_large
from eventmatch.functions.environments.runtime import Result, RuntimeFailed
from eventmatch.functions.model import Call

_ROOT: Final = "/2018-06-01/runtime/"
_ACCEPTED: Final = b'{"status":"OK"}\n'
_NOT_TEXT: Final = str.maketrans("\r\n\0", "   ")


# A runtime needs one or two; each is an open file of this process.
_MOST_CONNECTIONS: Final = 64


class RuntimeApi:
    """Gives calls to the runtime that asks for them, and takes what comes of them.

    It listens on a port of its own on the loopback interface, between `open` and `close`.
    """

    def __init__(self) -> None:
        self.address = ""
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        # Connections that asked for the next call.
        self._asking: list[Connection] = []
        self._boot: asyncio.Future[None] | None = None
        self._call: tuple[Call, float] | None = None
        self._answer: asyncio.Future[Result] | None = None
        self._is_taken = False

    async def open(self) -> None:
        """Listen; raises OSError if that cannot be."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                lambda: Connection(self._serve, self._opened, self._lost), "127.0.0.1", 0
            )
            host, port = self._server.sockets[0].getsockname()
            self.address = f"{host}:{port}"

    def close(self) -> None:
        """Stop listening, and end all connections."""
        self.drop()
        if self._server is not None:
            self._server.close()

    def drop(self) -> None:
        """End all connections, as their runtime is gone."""
        for connection in tuple(self._connections):
            connection.close()
        self._asking.clear()

    def boot(self) -> asyncio.Future[None]:
        """Return what is done when a runtime first asks for a call, or fails with its error."""
        self._boot = asyncio.get_running_loop().create_future()
        return self._boot

    def offer(self, call: Call, deadline: float) -> asyncio.Future[Result]:
        """Give a call to the runtime, and return what will come of it."""
        self._answer = asyncio.get_running_loop().create_future()
        self._call, self._is_taken = (call, deadline), False
        self._hand_over()
        return self._answer

    def fail(self, failure: RuntimeFailed) -> None:
        """Let who waits for the runtime know that it is gone."""
        failure.is_untaken = not self._is_taken
        for waiting in (self._boot, self._answer):
            if waiting is not None and not waiting.done():
                waiting.set_exception(failure)
        self._forget()

    def _forget(self) -> None:
        self._call = self._answer = None
        self._is_taken = False

    def _opened(self, connection: Connection) -> None:
        if len(self._connections) < _MOST_CONNECTIONS:
            self._connections.add(connection)
        else:
            connection.close()

    def _lost(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if connection in self._asking:
            self._asking.remove(connection)

    def _serve(self, connection: Connection, request: Request) -> None:
        path = request.path.decode("latin-1").partition("?")[0]
        parts = path.removeprefix(_ROOT).split("/") if path.startswith(_ROOT) else []
        match [request.method.decode("latin-1"), *parts]:
            case ["GET", "invocation", "next"]:
                self._next(connection)
            case ["POST", "invocation", request_id, "response"]:
                self._settle(connection, request_id, request, is_error=False)
            case ["POST", "invocation", request_id, "error"]:
                self._settle(connection, request_id, request, is_error=True)
            case ["POST", "init", "error"]:
                self._init_error(connection, request)
            case _:
                _refuse(connection, HTTPStatus.NOT_FOUND, "NotFound", "404 page not found")

    def _next(self, connection: Connection) -> None:
        if self._is_taken:
            text = "State transition from Running to Ready failed for runtime."
            _refuse(connection, HTTPStatus.FORBIDDEN, "InvalidStateTransition", text)
            return
        self._asking.append(connection)
        if self._boot is not None and not self._boot.done():
            self._boot.set_result(None)
        self._hand_over()

    def _hand_over(self) -> None:
        if self._call is not None and self._asking and not self._is_taken:
            self._is_taken = True
            # Who asked last is there for sure.
            self._asking.pop().respond(HTTPStatus.OK, self._call[0].payload, _told(*self._call))

    def _settle(
        self, connection: Connection, request_id: str, request: Request, *, is_error: bool
    ) -> None:
        if not self._is_taken or self._call is None or self._call[0].request_id != request_id:
            _refuse(connection, HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
            return
        if request.is_too_large:
            _refuse_size(connection)
            result = Result(too_large(), is_error=True)
        else:
            connection.respond(HTTPStatus.ACCEPTED, _ACCEPTED)
            result = Result(request.body, is_error)
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(result)
        self._forget()

    def _init_error(self, connection: Connection, request: Request) -> None:
        if self._boot is None or self._boot.done():
            text = "State transition from Ready to InitError failed for runtime."
            _refuse(connection, HTTPStatus.FORBIDDEN, "InvalidStateTransition", text)
            return
        connection.respond(HTTPStatus.ACCEPTED, _ACCEPTED)
        self._boot.set_exception(RuntimeFailed("Runtime.InitError", "", request.body))


def _told(call: Call, deadline: float) -> bytes:
    lines = [
        f"Lambda-Runtime-Aws-Request-Id: {call.request_id}",
        f"Lambda-Runtime-Deadline-Ms: {int(deadline * 1000)}",
        f"Lambda-Runtime-Invoked-Function-Arn: {call.invoked_arn}",
        f"Lambda-Runtime-Trace-Id: {(call.trace or new_trace(deadline)).translate(_NOT_TEXT)}",
    ]
    if call.client_context is not None:
        lines.append(f"Lambda-Runtime-Client-Context: {call.client_context.translate(_NOT_TEXT)}")
    return "\r\n".join([*lines, ""]).encode(errors="replace")


def new_trace(moment: float) -> str:
    """Return a trace header that nobody samples, as AWS makes one where the caller gave none."""
    identity = secrets.token_hex(20)
    return f"Root=1-{int(moment):08x}-{identity[:24]};Parent={identity[24:]};Sampled=0"


def _refuse(connection: Connection, status: HTTPStatus, error_type: str, message: str) -> None:
    body = {"errorMessage": message, "errorType": error_type}
    connection.respond(status, json.dumps(body, separators=(",", ":")).encode())


def _refuse_size(connection: Connection) -> None:
    text = f"Exceeded maximum allowed payload size ({LONGEST_RESPONSE} bytes)."
    _refuse(connection, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge", text)
