"""Streams of Kinesis, and of DynamoDB tables, as sources of mappings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from eventmatch.bus.arn import Arn
from eventmatch.clock import Clock
from eventmatch.mappings.batches import Item
from eventmatch.mappings.model import Position, Start
from eventmatch.mappings.ports import END, Page, Shard, Waiting
from eventmatch.mappings.records import Put, Source, dynamodb_record, kinesis_record
from eventmatch.mappings.sources.calls import Client
from eventmatch.mappings.sources.iterating import Iterators

POLL_EVERY: Final = 1.0
_MOST_READ: Final = 1000
# A page may be empty although records follow; behind so many, none do.
_EMPTY_PAGES: Final = 10


class KinesisStream:
    """A stream of Kinesis, polled once a second where it has nothing new.

    `role` gives the ARN of the role that reads.
    """

    def __init__(self, client: Client, arn: Arn, clock: Clock, role: Callable[[], str]) -> None:
        self._client = client
        self._clock = clock
        self._role = role
        self._source = Source(str(arn), arn.region)
        self._name = arn.resource.removeprefix("stream/")
        self._iterators = Iterators(client, {"StreamName": self._name}, _kinesis_place)
        self._closed: set[str] = set()

    async def shards(self) -> Sequence[Shard]:
        """Return the shards that there are."""
        shards: list[Shard] = []
        parameters: dict[str, str] = {"StreamName": self._name}
        while True:
            answer = await self._client("list_shards", **parameters)
            shards += map(_shard, answer["Shards"])
            self._closed |= {each["ShardId"] for each in answer["Shards"] if _is_closed(each)}
            if "NextToken" not in answer:
                return shards
            parameters = {"NextToken": answer["NextToken"]}

    async def place(self, shard: str, start: Start) -> str:
        """Return the place in a shard where a reader begins that starts there now."""
        del shard
        if start.position is Position.TRIM_HORIZON:
            return ""
        return f"@{self._clock.now() if start.moment is None else start.moment}"

    async def read(self, shard: str, after: str, limit: int, wait: float, waiting: Waiting) -> Page:
        """Return records behind a place; where there are none, wait for the next poll."""
        answer = await self._iterators.read(shard, after, min(limit, _MOST_READ))
        items = [self._item(each, shard) for each in answer["Records"]]
        # Not all that speak for Kinesis end the iterators of a closed shard.
        is_read = shard in self._closed and answer.get("MillisBehindLatest") == 0
        is_end = is_read or not answer.get("NextShardIterator")
        return await _page(items, END if is_end else after, wait, self._clock, waiting)

    def _item(self, read: Any, shard: str) -> Item:
        arrived = read["ApproximateArrivalTimestamp"].timestamp()
        put = Put(read["SequenceNumber"], read["Data"], read["PartitionKey"], arrived)
        return kinesis_record(put, shard, self._source, self._role())


class DynamoDbStream:
    """The stream of a DynamoDB table, polled once a second where it has nothing new."""

    def __init__(self, client: Client, arn: Arn, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._source = Source(str(arn), arn.region)
        self._iterators = Iterators(client, {"StreamArn": self._source.arn}, _dynamodb_place)

    async def shards(self) -> Sequence[Shard]:
        """Return the shards that there are."""
        shards: list[Shard] = []
        parameters: dict[str, str] = {"StreamArn": self._source.arn}
        while True:
            description = (await self._client("describe_stream", **parameters))["StreamDescription"]
            shards += map(_shard, description["Shards"])
            if not description.get("LastEvaluatedShardId"):
                return shards
            parameters["ExclusiveStartShardId"] = description["LastEvaluatedShardId"]

    async def place(self, shard: str, start: Start) -> str:
        """Return the place in a shard where a reader begins that starts there now.

        These streams have no moments, so that the newest record is found by reading.
        """
        return await self._newest(shard) if start.position is Position.LATEST else ""

    async def _newest(self, shard: str) -> str:
        after, empty = "", 0
        while empty < _EMPTY_PAGES:
            page = await self._records(shard, after, _MOST_READ)
            after = page.items[-1].id if page.items else after
            if page.after == END:
                break
            empty = 0 if page.items else empty + 1
        return after

    async def read(self, shard: str, after: str, limit: int, wait: float, waiting: Waiting) -> Page:
        """Return records behind a place; where there are none, wait for the next poll."""
        items, behind = await self._records(shard, after, limit)
        return await _page(items, behind, wait, self._clock, waiting)

    async def _records(self, shard: str, after: str, limit: int) -> Page:
        """Return records, and the place that is reached where there are none."""
        answer = await self._iterators.read(shard, after, min(limit, _MOST_READ))
        items = [dynamodb_record(each, self._source) for each in answer["Records"]]
        return Page(items, after if answer.get("NextShardIterator") else END)


async def _page(
    items: Sequence[Item], after: str, wait: float, clock: Clock, waiting: Waiting
) -> Page:
    """Return records; `after` is the place that is reached where there are none."""
    if items:
        return Page(items, items[-1].id)
    if after != END:
        with waiting:
            await clock.sleep_until(clock.now() + min(wait, POLL_EVERY))
    return Page((), after)


def _shard(told: Mapping[str, Any]) -> Shard:
    parents = (told.get("ParentShardId"), told.get("AdjacentParentShardId"))
    return Shard(told["ShardId"], tuple(filter(None, parents)))


def _is_closed(told: Mapping[str, Any]) -> bool:
    return told.get("SequenceNumberRange", {}).get("EndingSequenceNumber") is not None


def _kinesis_place(after: str) -> dict[str, Any]:
    if after.startswith("@"):
        return {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": float(after[1:])}
    if not after:
        return {"ShardIteratorType": "TRIM_HORIZON"}
    return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": after}


def _dynamodb_place(after: str) -> dict[str, Any]:
    if not after:
        return {"ShardIteratorType": "TRIM_HORIZON"}
    return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
