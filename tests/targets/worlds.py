"""Each adapter with all that its contract is about: one world for each kind of target."""

import asyncio
import io
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx

from eventmatch.bus.ports import ArchivedEvent
from eventmatch.delivery.model import Attempt
from eventmatch.delivery.ports import Adapter
from eventmatch.errors import StoreCode, StoreError
from eventmatch.targets import (
    BusTarget,
    CallableTarget,
    Endpoint,
    HttpTarget,
    LogTarget,
    QueueTarget,
    StreamTarget,
    TopicTarget,
    whole,
)
from eventmatch.targets.archive import ArchiveTarget
from eventmatch.targets.aws.clients import Clients
from eventmatch.targets.aws.events import EventsTarget
from eventmatch.targets.aws.lambda_ import LambdaTarget
from eventmatch.targets.aws.sns import SnsTarget
from eventmatch.targets.aws.sqs import SqsTarget
from eventmatch.targets.builtin import Named
from eventmatch.targets.function import FunctionTarget
from eventmatch.targets.stream import partition_key
from tests.targets.attempts import BAD_TEXT, attempt
from tests.targets.cloud import Cloud, arn, clients
from tests.targets.endpoints import refusing_port, web_server
from tests.targets.fakes import Buses, Invocations, Shelves, Streams

_numbers: Final = itertools.count()
_LOCKED: Final = StoreError(StoreCode.LOCKED, "locked")


@dataclass(frozen=True, kw_only=True)
class World:
    """`bad` is an attempt that fails alone; `broken` cannot reach its target for the moment.

    `shown` gives the part of a payload that the target can be asked about.
    """

    adapter: Adapter
    received: Callable[[], list[bytes]]
    bad: Attempt
    broken: Adapter
    missing: Adapter | None = None
    shown: Callable[[bytes], object] = bytes


Build = Callable[[Cloud], AbstractContextManager[World]]


def _callable_world(**options: Any) -> Build:
    @contextmanager
    def build(_cloud: Cloud) -> Iterator[World]:
        received: list[bytes] = []

        def keep(payload: bytes) -> None:
            if b"bad" in payload:
                raise ValueError("bad")
            received.append(payload)

        async def hang(_payload: bytes) -> None:
            await asyncio.Event().wait()

        yield World(
            adapter=CallableTarget(keep, raw=True, **options),
            received=lambda: received,
            bad=attempt(b'"bad"'),
            broken=CallableTarget(hang, raw=True, timeout=0.01),
            missing=Named("nobody", {}),
        )

    return build


@contextmanager
def _async_callable(_cloud: Cloud) -> Iterator[World]:
    received: list[bytes] = []

    async def keep(payload: bytes) -> None:
        await asyncio.sleep(0)
        if b"bad" in payload:
            raise ValueError("bad")
        received.append(payload)

    async def fail(_payload: bytes) -> None:
        raise OSError("down")

    yield World(
        adapter=CallableTarget(keep, raw=True),
        received=lambda: received,
        bad=attempt(b'"bad"'),
        broken=CallableTarget(fail, raw=True),
        missing=Named("nobody", {}),
    )


@contextmanager
def _log(_cloud: Cloud) -> Iterator[World]:
    stream, closed = io.StringIO(), io.StringIO()
    closed.close()
    yield World(
        adapter=LogTarget(stream, whole),
        received=lambda: stream.getvalue().encode().splitlines(),
        bad=attempt(BAD_TEXT),
        broken=LogTarget(closed, whole),
    )


@contextmanager
def _queue(_cloud: Cloud) -> Iterator[World]:
    shelves = Shelves("q")
    yield World(
        adapter=QueueTarget(shelves, "q"),
        received=lambda: [message.body.encode() for message in shelves.messages["q"]],
        bad=attempt(b'"bad"'),
        broken=QueueTarget(Shelves("q", fault=_LOCKED), "q"),
        missing=QueueTarget(shelves, "other"),
    )


@contextmanager
def _topic(_cloud: Cloud) -> Iterator[World]:
    shelves = Shelves("t")
    yield World(
        adapter=TopicTarget(shelves, "t"),
        received=lambda: [message.body.encode() for message in shelves.messages["t"]],
        bad=attempt(BAD_TEXT),
        broken=TopicTarget(Shelves("t", fault=_LOCKED), "t"),
        missing=TopicTarget(shelves, "other"),
    )


@contextmanager
def _stream(_cloud: Cloud) -> Iterator[World]:
    streams, key = Streams("s"), partition_key("$.source", str)
    here = arn("kinesis", "stream/s")
    yield World(
        adapter=StreamTarget(streams, here, key),
        received=lambda: [record.data for record in streams.records["s"]],
        bad=attempt(b'"bad"'),
        broken=StreamTarget(Streams("s", fault=_LOCKED), here, key),
        missing=StreamTarget(streams, arn("kinesis", "stream/other"), key),
    )


@contextmanager
def _bus(_cloud: Cloud) -> Iterator[World]:
    bus = str(arn("events", "event-bus/b"))
    buses = Buses(bus)
    yield World(
        adapter=BusTarget(buses, bus),
        received=lambda: [event.body for event in buses.events[bus]],
        bad=attempt(facts={"account-hops": "1"}),
        broken=BusTarget(Buses(bus, fault=_LOCKED), bus),
        missing=BusTarget(buses, f"{bus}-other"),
    )


@contextmanager
def _archive(_cloud: Cloud) -> Iterator[World]:
    kept: list[bytes] = []

    async def keep(_archive: str, events: Sequence[ArchivedEvent]) -> None:
        kept.extend(event.body for event in events)

    async def fail(_archive: str, _events: Sequence[ArchivedEvent]) -> None:
        raise _LOCKED

    yield World(
        adapter=ArchiveTarget(keep, "a:1"),
        received=lambda: kept,
        bad=attempt(time="never"),
        broken=ArchiveTarget(fail, "a:1"),
    )


def http_target(url: str, **options: Any) -> HttpTarget:
    endpoint = Endpoint(url=url, **options)
    return HttpTarget(endpoint, client=httpx.AsyncClient(trust_env=False))


@contextmanager
def _http(_cloud: Cloud) -> Iterator[World]:
    with web_server() as server, refusing_port() as refused:
        yield World(
            adapter=http_target(server.url),
            received=lambda: [each.body for each in server.received if b"bad" not in each.body],
            bad=attempt(b'"bad"'),
            broken=http_target(refused),
        )


@contextmanager
def unreachable() -> Iterator[Clients]:
    with refusing_port() as url:
        nowhere = clients(url)
        yield nowhere
        nowhere.close()


@contextmanager
def _sqs(cloud: Cloud) -> Iterator[World]:
    queue = cloud.queue(f"queue-{next(_numbers)}")
    with unreachable() as dead:
        yield World(
            adapter=SqsTarget(queue, cloud.clients),
            received=lambda: cloud.bodies(queue),
            bad=attempt(BAD_TEXT),
            broken=SqsTarget(queue, dead),
            missing=SqsTarget(arn("sqs", "other"), cloud.clients),
        )


@contextmanager
def _sns(cloud: Cloud) -> Iterator[World]:
    queue = cloud.queue(f"queue-{next(_numbers)}")
    topic = cloud.topic(f"topic-{next(_numbers)}", queue)
    with unreachable() as dead:
        yield World(
            adapter=SnsTarget(topic, cloud.clients),
            received=lambda: cloud.bodies(queue),
            bad=attempt(BAD_TEXT),
            broken=SnsTarget(topic, dead),
            missing=SnsTarget(arn("sns", "other"), cloud.clients),
        )


@contextmanager
def _lambda(cloud: Cloud) -> Iterator[World]:
    """A web server plays the function, because moto runs functions in containers only."""
    function = arn("lambda", "function:f")
    with unreachable() as dead, web_server() as server:
        server.status = 202
        own = clients(server.url)
        yield World(
            adapter=LambdaTarget(function, own),
            received=lambda: [each.body for each in server.received if b"bad" not in each.body],
            bad=attempt(b'"bad"'),
            broken=LambdaTarget(function, dead),
            missing=LambdaTarget(function, cloud.clients),
        )
        own.close()


@contextmanager
def _events(cloud: Cloud) -> Iterator[World]:
    queue = cloud.queue(f"queue-{next(_numbers)}")
    bus = cloud.bus(f"bus-{next(_numbers)}", queue)
    with unreachable() as dead:
        yield World(
            adapter=EventsTarget(bus, cloud.clients),
            received=lambda: cloud.bodies(queue),
            bad=attempt(source=""),
            shown=_published,
            broken=EventsTarget(bus, dead),
        )


def _published(body: bytes) -> object:
    """What a publisher decides of an event."""
    envelope = json.loads(body)
    return [envelope[name] for name in ("source", "detail-type", "time", "resources", "detail")]


@contextmanager
def _function(_cloud: Cloud) -> Iterator[World]:
    invocations = Invocations("f")
    yield World(
        adapter=FunctionTarget(invocations, "f"),
        received=lambda: invocations.payloads["f"],
        bad=attempt(BAD_TEXT),
        broken=FunctionTarget(Invocations("f", fault=_LOCKED), "f"),
        missing=FunctionTarget(invocations, "g"),
    )


WORLDS: Final[Mapping[str, Build]] = {
    "callable inline": _callable_world(inline=True),
    "callable in a thread": _callable_world(),
    "callable async": _async_callable,
    "log": _log,
    "queue": _queue,
    "topic": _topic,
    "stream": _stream,
    "function": _function,
    "bus": _bus,
    "archive": _archive,
    "http": _http,
    "sqs": _sqs,
    "sns": _sns,
    "lambda": _lambda,
    "events": _events,
}

# A log is always there; HTTP answers 404 as it answers anything; PutEvents accepts for any bus.
NEVER_MISSING: Final = {"archive", "log", "http", "events"}
