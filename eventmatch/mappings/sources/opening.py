"""Finds what an ARN names: an embedded source, or one of AWS where there is none."""

from collections.abc import Callable
from concurrent.futures import Executor

from eventmatch.bus.arn import Arn, Place
from eventmatch.clock import Clock
from eventmatch.errors import QueueNotFound
from eventmatch.mappings.model import SourceKind
from eventmatch.mappings.ports import QueueSource, SourceMissing, StreamSource
from eventmatch.mappings.sources.calls import Client, ClientFactory
from eventmatch.mappings.sources.embedded_queue import EmbeddedQueue
from eventmatch.mappings.sources.embedded_stream import EmbeddedStream
from eventmatch.mappings.sources.kinesis import DynamoDbStream, KinesisStream
from eventmatch.mappings.sources.sqs import LONG_POLL, SqsQueue
from eventmatch.queues.queue import Queues
from eventmatch.streams.errors import StreamNotFound
from eventmatch.streams.stream import Streams


class Sources:
    """The embedded queues and streams of a place and, with `clients`, those of AWS.

    `threads` run the calls to AWS; None takes those of the event loop. `long_poll` is for how many
    seconds SQS waits for a message.
    """

    def __init__(
        self,
        place: Place,
        clock: Clock,
        queues: Queues,
        streams: Streams,
        clients: ClientFactory | None = None,
        threads: Executor | None = None,
        long_poll: int = LONG_POLL,
    ) -> None:
        self._place = place
        self._clock = clock
        self._queues = queues
        self._streams = streams
        self._clients = clients
        self._threads = threads
        self._long_poll = long_poll

    def queue(self, arn: str) -> QueueSource:
        """Return the queue with that ARN; raises `SourceMissing` if there can be none."""
        parsed = _parsed(arn)
        if self._is_here(parsed) and self._has_queue(parsed.resource):
            return EmbeddedQueue(self._queues, parsed)
        return SqsQueue(self._client("sqs", parsed), parsed, self._long_poll)

    def stream(self, kind: SourceKind, arn: str, role: Callable[[], str]) -> StreamSource:
        """Return the stream with that ARN, which `role` reads; raises `SourceMissing`."""
        parsed = _parsed(arn)
        if kind is SourceKind.DYNAMODB:
            return DynamoDbStream(self._client("dynamodbstreams", parsed), parsed, self._clock)
        if self._is_here(parsed) and self._has_stream(parsed.resource.removeprefix("stream/")):
            return EmbeddedStream(self._streams, parsed, role)
        return KinesisStream(self._client("kinesis", parsed), parsed, self._clock, role)

    def _is_here(self, arn: Arn) -> bool:
        return str(arn) == self._place.of(arn.service, arn.resource)

    def _has_queue(self, name: str) -> bool:
        try:
            self._queues.describe_queue(name)
        except QueueNotFound:
            return False
        return True

    def _has_stream(self, name: str) -> bool:
        try:
            self._streams.describe_stream(name)
        except StreamNotFound:
            return False
        return True

    def _client(self, service: str, arn: Arn) -> Client:
        if self._clients is None:
            raise SourceMissing(f"there is no {arn}")
        return Client(self._clients, service, arn.region, self._threads)


def _parsed(arn: str) -> Arn:
    parsed = Arn.parse(arn)
    if parsed is None:
        raise SourceMissing(f"{arn} is no ARN")
    return parsed
