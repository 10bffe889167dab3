"""Embedded streams as targets. One that does not exist is NO_RESOURCE, in the words of Kinesis.

Meaning: service semantics §3.4, §3.5. A payload is a record's data; its partition key is what the
path leads to in the original event, as JSON text.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from eventmatch.bus.arn import Arn
from eventmatch.bus.paths import InvalidPath, Path, parse_path
from eventmatch.delivery.model import Attempt, Event, Outcome
from eventmatch.errors import ConfigurationError
from eventmatch.jsontext import to_compact
from eventmatch.streams.errors import StreamCode, missing_stream
from eventmatch.streams.model import Record
from eventmatch.targets.embedded import Part, outcomes_of
from eventmatch.targets.outcomes import deliver_prepared, service_message
from eventmatch.targets.path import parameter, selected

_SERVICE: Final = "AmazonKinesis"
_NOTHING: Final = "{}"

PartitionKey = Callable[[Event], str]
"""Gives the partition key of an event."""


class Streams(Protocol):
    """Streams by their names."""

    async def put_records(self, stream: str, records: Sequence[Record]) -> Sequence[object]:
        """Keep records durably; return for each where it is, or the exception that refused it.

        Raises an error that says so where there is no such stream.
        """


class StreamTarget:
    """Puts payloads on a stream."""

    # Each call is a transaction of its own.
    batch_size = 500
    concurrency = 1
    timeout = 30.0

    def __init__(self, streams: Streams, arn: Arn, partition_key: PartitionKey) -> None:
        self._streams = streams
        self._stream = arn.resource.removeprefix("stream/")
        self._partition_key = partition_key
        text = missing_stream(self._stream, arn.account)
        missing = service_message(text, _SERVICE, 400, StreamCode.RESOURCE_NOT_FOUND)
        self._part = Part(_SERVICE, missing)

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Put the payloads, and return once they are durable."""
        return await deliver_prepared(batch, self._record, self._put)

    async def close(self) -> None:
        """Nothing to give up: streams are their owner's."""

    def _record(self, attempt: Attempt) -> Record | Outcome:
        return Record(attempt.payload, self._partition_key(attempt.event))

    async def _put(self, records: Sequence[Record]) -> Sequence[Outcome]:
        putting = self._streams.put_records(self._stream, records)
        return await outcomes_of(putting, len(records), self._part)


def partition_key(path: str | None, new_id: Callable[[], str]) -> PartitionKey:
    """Return what gives the partition key of an event.

    That is what the path leads to, as JSON text, and `{}` if that is nothing or null; without a
    path the id of the event, and another that is new. Raises `ConfigurationError` for no path.
    """
    if path is None:
        identity = parameter("$.id")
        return lambda event: f"{identity(event) or _NOTHING}_{new_id()}"
    try:
        parsed = parse_path(path)
    except InvalidPath:
        text = f'expected a path into the event such as "$.detail.customer", got "{path[:60]}"'
        raise ConfigurationError("KinesisParameters.PartitionKeyPath", text) from None
    return lambda event: _json(parsed, event)


def _json(path: Path, event: Event) -> str:
    value = selected(path, event)
    return _NOTHING if value is None else to_compact(value).decode()
