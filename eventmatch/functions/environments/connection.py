"""HTTP/1.1 as the server of the Lambda Runtime API needs it; httptools parses."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, NamedTuple

import httptools

from eventmatch.functions.environments.failures import LONGEST_RESPONSE

# A runtime tells a trace of up to 1 MB in a header.
_LONGEST_HEAD: Final = 2 << 20


class Request(NamedTuple):
    """A request that is complete; the body is empty if it was too large."""

    method: bytes
    path: bytes
    body: bytes
    is_too_large: bool


class Connection(asyncio.Protocol):
    """A connection of a client: hands on one request after the other, each once it is complete.

    `serve` must see to it that every request is answered by `respond`, at once or later. `lost` is
    told when the connection is gone. What is no HTTP, or too much, ends the connection.
    """

    def __init__(
        self,
        serve: Callable[["Connection", Request], None],
        opened: Callable[["Connection"], None],
        lost: Callable[["Connection"], None],
    ) -> None:
        self._serve = serve
        self._opened = opened
        self._lost = lost
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        # Bytes of the request that are not of its body.
        self._head = 0
        self._path = b""
        self._body = bytearray()
        self._is_too_large = False
        self._is_expecting = False
        # Whether a request waits for its response, and whether the connection outlives it.
        self._is_waiting = False
        self._is_kept = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._opened(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Tell that the client is gone."""
        self._transport = None
        self._lost(self)

    def data_received(self, data: bytes) -> None:
        """Parse."""
        self._head += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.refuse(HTTPStatus.BAD_REQUEST)
            return
        if self._head > _LONGEST_HEAD:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def respond(self, status: HTTPStatus, body: bytes, headers: bytes = b"") -> None:
        """Answer the request; `headers` are whole lines."""
        self._is_waiting = False
        if self._transport is None:
            return
        self._transport.write(
            b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s"
            % (status, status.phrase.encode(), len(body), headers, body)
        )
        if not self._is_kept:
            self._transport.close()

    def refuse(self, status: HTTPStatus) -> None:
        """Answer what cannot be served, and end the connection."""
        self._is_kept = False
        self.respond(status, b"", b"Connection: close\r\n")

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.abort()

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Forget the request before."""
        self._path = b""
        self._body.clear()
        self._is_too_large = self._is_expecting = False

    def on_url(self, url: bytes) -> None:
        """Add a part of the path."""
        self._path += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note what asks for an answer before the body."""
        if name.lower() == b"expect":
            self._is_expecting = value.lower() == b"100-continue"

    def on_headers_complete(self) -> None:
        """Ask for the body where the client waits to be asked."""
        if self._is_expecting and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Add a part of the body, unless it is too much."""
        self._head -= len(body)
        if len(self._body) + len(body) > LONGEST_RESPONSE:
            self._is_too_large = True
            self._body.clear()
        if not self._is_too_large:
            self._body += body

    def on_message_complete(self) -> None:
        """Hand the request on; a second one before the response to the first ends it all."""
        self._head = 0
        if self._is_waiting:
            self.close()
            return
        self._is_waiting = True
        self._is_kept = self._parser.should_keep_alive()
        request = Request(
            self._parser.get_method(), self._path, bytes(self._body), self._is_too_large
        )
        self._serve(self, request)
