"""Mappings with embedded queues and streams over one store, and fakes for the rest."""

import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from random import Random
from typing import Any, Final

from eventmatch.bus.arn import Arn, Place
from eventmatch.functions.ports import Parcel
from eventmatch.mappings.operations import call
from eventmatch.mappings.plane import Mappings
from eventmatch.queues.model import Message
from eventmatch.queues.queue import Queues
from eventmatch.queues.topic import Topics
from eventmatch.store.memory import MemoryStore
from eventmatch.store.port import Store
from eventmatch.streams.model import Record, StreamSettings
from eventmatch.streams.stream import Streams
from eventmatch.testing.clock import VirtualClock, settle
from tests.mappings.functions import Functions

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
PLACE: Final = Place(partition="aws", region=REGION, account=ACCOUNT)


def new_id() -> str:
    return str(uuid.uuid4())


def queue_arn(name: str) -> str:
    return PLACE.of("sqs", name)


def stream_arn(name: str) -> str:
    return PLACE.of("kinesis", f"stream/{name}")


class World:
    """A clock, functions, and a store that outlives the rest."""

    def __init__(
        self,
        steps: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        roles: Mapping[str, Sequence[str]] | None = None,
        *,
        store: Store | None = None,
        clients: Callable[[str, str], Any] | None = None,
        threads: Executor | None = None,
        long_poll: int = 10,
    ) -> None:
        self.clock = VirtualClock()
        self.store = store or MemoryStore()
        self.functions = Functions(self.clock, steps or {"work": [{"returns": None}]}, roles)
        self.parcels: list[Parcel] = []
        self.clients = clients
        self.threads = threads
        self.long_poll = long_poll
        self.queues: Queues
        self.streams: Streams
        self.topics: Topics
        self.mappings: Mappings

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["World"]:
        """Let mappings poll what the store holds; the next ones go on with it."""
        await self.store.open()
        records = self.store.records
        self.queues = Queues(self.store.queues, records, self.clock, new_id)
        self.streams = Streams(self.store.streams, records, self.clock, ACCOUNT)
        self.topics = Topics(self.queues, records, self.clock, new_id)
        self.mappings = Mappings(
            records,
            place=PLACE,
            clock=self.clock,
            new_id=new_id,
            random=Random(1),
            directory=self.functions,
            invoke=self.functions.invoke,
            outbox=self,
            queues=self.queues,
            streams=self.streams,
            clients=self.clients,
            threads=self.threads,
            long_poll=self.long_poll,
        )
        for part in (self.queues, self.streams, self.topics):
            await part.open()
        await self.mappings.load()
        await self.mappings.start()
        try:
            yield self
        finally:
            await self.mappings.stop()
            await settle()

    async def send(self, parcels: Sequence[Parcel]) -> None:
        """Take parcels as an `Outbox`, and deliver them where there is a queue or a topic."""
        self.parcels += parcels
        for parcel in parcels:
            arn = Arn.parse(parcel.arn)
            if arn and arn.service == "sqs" and arn.resource in self.queues.list_queues():
                await self.queues.send(arn.resource, Message(parcel.body.decode()))
            elif arn and arn.service == "sns":
                await self.topics.publish(arn.resource, Message(parcel.body.decode()))

    async def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation, and let what it sets off come to rest."""
        answer = await call(self.mappings, operation, parameters)
        await settle()
        return answer

    async def map_queue(self, name: str = "q", function: str = "f", **settings: Any) -> str:
        """Map an embedded queue to a function; return the UUID."""
        answer = await self.call(
            "CreateEventSourceMapping",
            EventSourceArn=queue_arn(name),
            FunctionName=function,
            **settings,
        )
        return str(answer["UUID"])

    async def map_stream(self, name: str = "s", function: str = "f", **settings: Any) -> str:
        """Map an embedded stream to a function, from its beginning; return the UUID."""
        answer = await self.call(
            "CreateEventSourceMapping",
            EventSourceArn=stream_arn(name),
            FunctionName=function,
            **{"StartingPosition": "TRIM_HORIZON", **settings},
        )
        return str(answer["UUID"])

    async def stream(self, name: str = "s", shards: int = 1) -> None:
        await self.streams.create_stream(name, StreamSettings(shards))

    async def put(self, data: str, key: str = "k", stream: str = "s") -> None:
        await self.streams.put_record(stream, Record(data.encode(), key))
        await settle()

    async def write(self, body: str, queue: str = "q", **more: Any) -> str:
        """Send a message, let the rest come to rest, and return its id."""
        sent = await self.queues.send(queue, Message(body, **more))
        await settle()
        return sent.id

    def bodies(self) -> list[list[str]]:
        """The bodies of the messages of each batch."""
        return [
            [record["body"] for record in each["event"]["Records"]]
            for each in self.functions.invocations
        ]
