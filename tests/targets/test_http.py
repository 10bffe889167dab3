"""HTTP endpoints as targets: what is asked, and what the answers mean."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import pytest

from eventmatch.delivery.model import DELIVERED, ErrorCode, Outcome
from eventmatch.errors import ConfigurationError
from eventmatch.targets import Endpoint, HttpTarget, parameter
from eventmatch.targets.http import Pace, seconds_until
from eventmatch.testing.clock import VirtualClock
from tests.targets.attempts import NOW, attempt, deliver, run
from tests.targets.endpoints import Server, silent_server, web_server


@pytest.fixture
def server() -> Iterator[Server]:
    with web_server() as server:
        yield server


def target(url: str, timeout: float = 5.0, **options: Any) -> HttpTarget:
    client = httpx.AsyncClient(trust_env=False)
    endpoint = Endpoint(url=url, **options)
    return HttpTarget(endpoint, client=client, clock=VirtualClock(NOW), timeout=timeout)


def answer(error: Exception) -> Outcome:
    """The outcome of an attempt in which the client raises an error."""

    def fail(_request: httpx.Request) -> httpx.Response:
        raise error

    client = httpx.AsyncClient(transport=httpx.MockTransport(fail))
    return deliver(HttpTarget(Endpoint(url="http://x"), client=client), attempt())[0]


def test_the_headers_are_those_of_aws_and_no_others(server: Server) -> None:
    deliver(target(server.url), attempt(b'{"a":1}'))
    (received,) = server.received
    assert sorted(received.headers) == [
        ("Accept-Encoding", "gzip,deflate"),
        ("Connection", "close"),
        ("Content-Length", "7"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("Host", server.url.removeprefix("http://")),
        ("Range", "bytes=0-1048575"),
        ("User-Agent", "Amazon/EventBridge/ApiDestinations"),
    ]
    assert (received.method, received.path, received.body) == ("POST", "/", b'{"a":1}')


def test_parameters_fill_path_headers_and_query(server: Server) -> None:
    names = ("$.detail.customer", "all", "$.detail.missing")
    filled = target(
        f"{server.url}/customers/*/orders/*?v=1",
        method="PUT",
        path=[parameter("$.detail.customer"), parameter("all")],
        headers={f"X-{number}": parameter(name) for number, name in enumerate(names)},
        query={f"q{number}": parameter(name) for number, name in enumerate(names)},
    )
    assert deliver(filled, attempt(detail={"customer": "a/b c&d"})) == [DELIVERED]
    (received,) = server.received
    assert received.method == "PUT"
    assert received.path == "/customers/a%2Fb%20c%26d/orders/all?v=1&q0=a%2Fb%20c%26d&q1=all"
    assert dict(received.headers)["X-0"] == "a/b c&d"
    assert dict(received.headers)["X-1"] == "all"
    assert "X-2" not in dict(received.headers)


def test_fixed_headers_cannot_be_replaced(server: Server) -> None:
    deliver(target(server.url, headers={"user-agent": parameter("mine")}), attempt())
    agents = [value for name, value in server.received[0].headers if name.lower() == "user-agent"]
    assert agents == ["Amazon/EventBridge/ApiDestinations"]


def test_a_star_without_a_value_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"1 of the \* in http://x/\*/\* have no value"):
        target("http://x/*/*", path=[parameter("a")])


def test_a_header_with_a_line_break_fails_alone(server: Server) -> None:
    named = target(server.url, headers={"X": parameter("$.detail.name")})
    batch = [attempt(detail={"name": "a\r\nEvil: 1"}), attempt(detail={"name": "é"})]
    first, second = deliver(named, *batch)
    assert first.code is ErrorCode.INVALID_PARAMETER
    assert second == DELIVERED


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "nowhere", "http://x:y"])
def test_a_url_that_makes_no_request_is_refused(url: str) -> None:
    (outcome,) = deliver(target(url), attempt())
    assert outcome.code is ErrorCode.INVALID_PARAMETER
    assert outcome.message


@pytest.mark.parametrize(
    ("status", "code", "retried"),
    [
        (200, None, False),
        (204, None, False),
        (302, ErrorCode.ERROR_FROM_TARGET, False),
        (400, ErrorCode.ERROR_FROM_TARGET, False),
        (401, ErrorCode.ERROR_FROM_TARGET, True),
        (403, ErrorCode.ERROR_FROM_TARGET, False),
        (404, ErrorCode.ERROR_FROM_TARGET, False),
        (407, ErrorCode.ERROR_FROM_TARGET, True),
        (409, ErrorCode.ERROR_FROM_TARGET, True),
        (410, ErrorCode.ERROR_FROM_TARGET, False),
        (429, ErrorCode.THROTTLING, True),
        (500, ErrorCode.ERROR_FROM_TARGET, True),
        (503, ErrorCode.ERROR_FROM_TARGET, True),
        (599, ErrorCode.ERROR_FROM_TARGET, True),
    ],
)
def test_each_status_has_its_outcome(
    server: Server, status: int, code: ErrorCode | None, retried: bool
) -> None:
    server.status = status
    server.answer_headers = {"Location": "/elsewhere"} if status == 302 else {}
    (outcome,) = deliver(target(server.url), attempt())
    assert (outcome.code, outcome.is_retryable) == (code, retried)
    assert len(server.received) == 1
    assert outcome.is_delivered or str(status) in outcome.message


def test_secrets_in_the_query_are_not_told(server: Server) -> None:
    server.status = 400
    (outcome,) = deliver(target(f"{server.url}/a?key=secret"), attempt())
    assert outcome.message == f"POST {server.url}/a: 400 Bad Request"


def test_a_target_may_ask_to_be_left_alone(server: Server) -> None:
    server.status, server.answer_headers = 503, {"Retry-After": "120"}
    (outcome,) = deliver(target(server.url), attempt())
    assert outcome.retry_after == 120


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("30", 30),
        ("Fri, 02 Jan 2026 03:05:05 GMT", 60),
        ("Fri, 02 Jan 2026 04:05:05 +0100", 60),
        ("Fri, 02 Jan 2026 03:05:05 -0000", 60),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(text: str | None, seconds: float | None) -> None:
    assert seconds_until(text, NOW) == seconds


def test_a_server_that_does_not_answer_in_time_is_tried_again() -> None:
    with silent_server() as url:
        (outcome,) = deliver(target(url, timeout=0.05), attempt())
    assert outcome.code is ErrorCode.TIMEOUT
    assert outcome.is_retryable


@pytest.mark.parametrize(
    ("error", "code", "retried"),
    [
        (httpx.ConnectError("refused"), ErrorCode.CONNECTION_FAILURE, True),
        (httpx.ReadError("reset"), ErrorCode.CONNECTION_FAILURE, True),
        (httpx.RemoteProtocolError("closed"), ErrorCode.CONNECTION_FAILURE, True),
        (httpx.ReadTimeout("late"), ErrorCode.TIMEOUT, True),
        (httpx.UnsupportedProtocol("ftp"), ErrorCode.INVALID_PARAMETER, False),
    ],
)
def test_each_failure_has_its_outcome(error: Exception, code: ErrorCode, retried: bool) -> None:
    outcome = answer(error)
    assert (outcome.code, outcome.is_retryable) == (code, retried)


@pytest.mark.parametrize(
    ("number", "retried"), [(socket.EAI_NONAME, False), (socket.EAI_AGAIN, True)]
)
def test_a_host_that_does_not_exist_is_not_tried_again(number: int, retried: bool) -> None:
    error = httpx.ConnectError("Name or service not known")
    error.__cause__ = socket.gaierror(number, "Name or service not known")
    outcome = answer(error)
    assert outcome.code is ErrorCode.CONNECTION_FAILURE
    assert outcome.is_retryable is retried


def test_requests_keep_to_the_rate(server: Server) -> None:
    clock = VirtualClock(NOW)
    client = httpx.AsyncClient(trust_env=False)
    paced = HttpTarget(Endpoint(url=server.url, rate=2), client=client, clock=clock)

    async def deliver_one(moments: list[float]) -> None:
        await paced.deliver([attempt()])
        moments.append(clock.now() - NOW)

    async def until(moments: Sequence[float], count: int) -> None:
        async with asyncio.timeout(5):
            while len(moments) < count:
                await asyncio.sleep(0)

    async def work() -> list[float]:
        moments: list[float] = []
        async with client, asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(deliver_one(moments))
            await until(moments, 1)
            for count in (2, 3):
                await clock.advance(0.5)
                await until(moments, count)
        return moments

    assert run(work()) == [0.0, 0.5, 1.0]
    assert paced.timeout >= paced.concurrency / 2 + 5


def test_the_own_client_is_closed() -> None:
    own = HttpTarget(Endpoint(url="http://127.0.0.1"))
    run(own.close())
    with pytest.raises(RuntimeError, match="closed"):
        run(own.deliver([attempt()]))


def test_a_shared_client_stays_open(server: Server) -> None:
    async def work() -> Outcome:
        async with httpx.AsyncClient(trust_env=False) as client:
            await HttpTarget(Endpoint(url=server.url), client=client).close()
            other = HttpTarget(Endpoint(url=server.url), client=client)
            return (await other.deliver([attempt()]))[0]

    assert run(work()) == DELIVERED


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(ConfigurationError, match=r"install \"eventmatch\[http\]\""):
        HttpTarget(Endpoint(url="http://127.0.0.1"))


def test_nothing_of_an_extra_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, eventmatch.targets, eventmatch.targets.aws.sqs; "
        "print({'httpx', 'boto3', 'botocore'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "set()"


def test_a_clock_that_is_set_back_keeps_no_request_waiting() -> None:
    moments: list[float] = []

    class Set(VirtualClock):
        """A clock that tells what is put into `moments`, and notes until when someone sleeps."""

        def now(self) -> float:
            return NOW - 3600.0 if moments else NOW

        async def sleep_until(self, moment: float) -> None:
            moments.append(moment)

    async def scene() -> None:
        pace = Pace(2.0, Set())
        for _ in range(3):
            await pace.turn()

    asyncio.run(scene())
    assert moments == [NOW, NOW - 3599.5, NOW - 3599.0]
