"""HTTP endpoints as targets: API destinations.

| answer                                     | outcome                                    |
|--------------------------------------------|--------------------------------------------|
| 2xx                                        | delivered                                  |
| 429                                        | THROTTLING, tried again                    |
| 401, 407, 409, 5xx                         | ERROR_FROM_TARGET, tried again             |
| any other                                  | ERROR_FROM_TARGET                          |
| none within `timeout`                      | TIMEOUT, tried again                       |
| connection refused, broken or not trusted  | CONNECTION_FAILURE, tried again            |
| the host name does not exist               | CONNECTION_FAILURE                         |
| the request cannot be made                 | INVALID_PARAMETER                          |

An attempt is not repeated before the time that a Retry-After asks for.
Source: EventBridge user guide, "API destinations as targets".
"""

import asyncio
import functools
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import ModuleType
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote, urlencode

from eventmatch.clock import Clock, SystemClock
from eventmatch.delivery.model import DELIVERED, Attempt, ErrorCode, Event, Outcome
from eventmatch.errors import ConfigurationError
from eventmatch.targets.outcomes import connection_failure, described, presentable
from eventmatch.targets.path import Parameter

if TYPE_CHECKING:
    import httpx


class Client(Protocol):
    """An `httpx.AsyncClient`."""

    async def send(self, request: "httpx.Request", *, stream: bool) -> "httpx.Response":
        """Send a request."""

    async def aclose(self) -> None:
        """Close all connections."""


HEADERS: Final = {
    "User-Agent": "Amazon/EventBridge/ApiDestinations",
    "Content-Type": "application/json; charset=utf-8",
    "Range": "bytes=0-1048575",
    "Accept-Encoding": "gzip,deflate",
    "Connection": "close",
}
_RETRYABLE: Final = frozenset({401, 407, 409, 429})
# So much later than the adapter itself, whoever called it gives up.
_GRACE: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where requests go, and with what; each `*` of `url` is filled from `path`, in order.

    Of headers that differ in case alone the last one counts. `rate` is how many requests may be
    made in a second; None for any number.
    """

    url: str
    method: str = "POST"
    path: Sequence[Parameter] = ()
    headers: Mapping[str, Parameter] = field(default_factory=dict)
    query: Mapping[str, Parameter] = field(default_factory=dict)
    rate: float | None = None


class HttpTarget:
    """Sends each payload as the body of one request. `timeout` is in seconds, 5 at AWS.

    `client` is an `httpx.AsyncClient` to share; without one the target makes its own, for which the
    extra `http` must be installed. Raises `ConfigurationError` where it is not, and where a `*` of
    the endpoint has no value.
    """

    batch_size = 1
    concurrency = 20

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        client: Client | None = None,
        clock: Clock | None = None,
        timeout: float = 5.0,
    ) -> None:
        if (missing := endpoint.url.count("*") - len(endpoint.path)) > 0:
            raise ConfigurationError("", f"{missing} of the * in {endpoint.url} have no value")
        self._httpx = _library()
        self._endpoint = endpoint
        self._client: Client = client or self._httpx.AsyncClient(timeout=None, verify=_trust())
        self._is_shared = client is not None
        self._clock = clock or SystemClock()
        self._pace = Pace(endpoint.rate, self._clock)
        self._seconds = timeout
        waiting = self.concurrency / endpoint.rate if endpoint.rate else 0.0
        self.timeout = waiting + timeout + _GRACE

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Make the requests one after the other, at the rate of the endpoint."""
        return [await self._outcome(attempt) for attempt in batch]

    async def close(self) -> None:
        """Close the client, unless it is shared."""
        if not self._is_shared:
            await self._client.aclose()

    async def _outcome(self, attempt: Attempt) -> Outcome:
        await self._pace.turn()
        errors = self._httpx
        try:
            request = self._request(attempt)
            async with asyncio.timeout(self._seconds):
                response = await self._client.send(request, stream=True)
                await response.aclose()
        except (TimeoutError, errors.TimeoutException):
            return Outcome(ErrorCode.TIMEOUT, f"no answer within {self._seconds:g} seconds")
        except (errors.InvalidURL, errors.UnsupportedProtocol, errors.LocalProtocolError) as error:
            return Outcome(ErrorCode.INVALID_PARAMETER, described(error))
        except errors.TransportError as error:
            return connection_failure(error)
        return self._verdict(response)

    def _request(self, attempt: Attempt) -> "httpx.Request":
        """Build the request with these headers alone, and the two that every request has."""
        endpoint, event = self._endpoint, attempt.event
        given = [*_given(endpoint.headers, event), *HEADERS.items()]
        headers = {name.lower(): (name.encode(), value.encode()) for name, value in given}
        request: httpx.Request = self._httpx.Request(
            endpoint.method,
            _url(endpoint, event),
            headers=list(headers.values()),
            content=attempt.payload,
        )
        return request

    def _verdict(self, response: "httpx.Response") -> Outcome:
        if response.is_success:
            return DELIVERED
        status = response.status_code
        url = response.request.url.copy_with(query=None)
        return Outcome(
            ErrorCode.THROTTLING if status == 429 else ErrorCode.ERROR_FROM_TARGET,
            presentable(
                f"{response.request.method} {url}: {status} {response.reason_phrase}".strip()
            ),
            retry_after=seconds_until(response.headers.get("Retry-After"), self._clock.now()),
            retryable=status in _RETRYABLE or status >= 500,
        )


class Pace:
    """Lets so many turns begin in a second, evenly; any number if `rate` is None."""

    def __init__(self, rate: float | None, clock: Clock) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._clock = clock
        self._next = 0.0
        self._seen = 0.0

    async def turn(self) -> None:
        """Wait for the next turn."""
        if self._gap:
            now = self._clock.now()
            # A clock that was set back takes the turns along; else they would be as far ahead.
            self._next -= max(0.0, self._seen - now)
            self._seen = now
            turn = max(self._next, now)
            self._next = turn + self._gap
            await self._clock.sleep_until(turn)


def seconds_until(retry_after: str | None, now: float) -> float | None:
    """Return the seconds that a Retry-After asks for: a number or a date. None if it is neither."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.strip().isdigit():
        return float(retry_after)
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)


def _url(endpoint: Endpoint, event: Event) -> str:
    first, *rest = endpoint.url.split("*")
    values = (quote(value(event) or "", safe="") for value in endpoint.path)
    url = first + "".join(value + part for value, part in zip(values, rest, strict=False))
    query = urlencode(_given(endpoint.query, event), quote_via=quote, safe="")
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def _given(parameters: Mapping[str, Parameter], event: Event) -> list[tuple[str, str]]:
    """Return the parameters that have a value for the event."""
    values = ((name, value(event)) for name, value in parameters.items())
    return [(name, value) for name, value in values if value is not None]


@functools.cache
def _trust() -> ssl.SSLContext:
    """Read the certificates of the world once, because that takes as long as many requests."""
    context: ssl.SSLContext = _library().create_ssl_context()
    return context


def _library() -> ModuleType:
    try:
        import httpx
    except ImportError as error:
        text = 'HTTP targets need httpx; install "eventmatch[http]"'
        raise ConfigurationError("", text) from error
    return httpx
