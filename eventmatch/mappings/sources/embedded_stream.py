"""Embedded streams as sources of mappings."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from eventmatch.bus.arn import Arn
from eventmatch.mappings.model import Start
from eventmatch.mappings.ports import Page, Shard, SourceFailure, SourceMissing, Waiting
from eventmatch.mappings.records import Put, Source, kinesis_record
from eventmatch.streams.errors import StreamError, StreamNotFound
from eventmatch.streams.model import StoredRecord
from eventmatch.streams.sharding import sequence_number, sequence_text, shard_id, shard_number
from eventmatch.streams.stream import StartingPosition, Streams


class EmbeddedStream:
    """A stream of this process; whoever waits for a record waits for a bell.

    `role` gives the ARN of the role that reads.
    """

    def __init__(self, streams: Streams, arn: Arn, role: Callable[[], str]) -> None:
        self._streams = streams
        self._name = arn.resource.removeprefix("stream/")
        self._role = role
        self._source = Source(str(arn), arn.region)

    async def shards(self) -> Sequence[Shard]:
        """Return the shards that there are."""
        with _failing():
            count = self._streams.describe_stream(self._name).shards
        return [Shard(shard_id(number)) for number in range(count)]

    async def place(self, shard: str, start: Start) -> str:
        """Return the place in a shard where a reader begins that starts there now."""
        with _failing():
            position = StartingPosition(start.position.value)
            number = _number(shard)
            after = await self._streams.position(self._name, number, position, start.moment)
        return sequence_text(after)

    async def read(self, shard: str, after: str, limit: int, wait: float, waiting: Waiting) -> Page:
        """Return records behind a place; where there are none, wait up to `wait` seconds."""
        with _failing():
            place = sequence_number(after) or 0
            records = await self._streams.read(
                self._name, _number(shard), place, limit, wait=wait, waiting=waiting
            )
        if not records:
            return Page((), after)
        role = self._role()
        items = [kinesis_record(_put(each), shard, self._source, role) for each in records]
        return Page(items, items[-1].id)


def _number(shard: str) -> int:
    number = shard_number(shard)
    if number is None:
        raise SourceMissing(f"{shard} is no shard")
    return number


def _put(stored: StoredRecord) -> Put:
    data, key = stored.record
    return Put(sequence_text(stored.sequence), data, key, stored.arrived)


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except StreamNotFound as error:
        raise SourceMissing(error.message) from error
    except StreamError as error:
        raise SourceFailure(error.message) from error
