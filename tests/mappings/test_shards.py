"""Shards of Kinesis that split, end, and are read by iterators: a client that plays them."""

import asyncio
import itertools
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from eventmatch.mappings.records import Source, dynamodb_record
from tests.loops import in_loop
from tests.mappings.worlds import World

EMPTY_PAGES = 3


class AtOnce:
    """Threads that do what they are given before they return."""

    def submit(self, call: Any, *args: Any) -> Future[Any]:
        done = Future[Any]()
        try:
            done.set_result(call(*args))
        except Exception as error:
            done.set_exception(error)
        return done


class Kinesis:
    """A client. An iterator is good for one use, and some pages are empty before the last."""

    def __init__(self, **parents: Sequence[str]) -> None:
        self.parents = parents
        self.records: dict[str, list[str]] = {shard: [] for shard in parents}
        self.closed: set[str] = set()
        self.calls: list[str] = []
        self._iterators: dict[str, tuple[str, int, int]] = {}
        self._numbers = itertools.count()

    def list_shards(self, StreamName: str = "", NextToken: str = "0") -> Any:  # noqa: N803
        assert bool(StreamName) == (NextToken == "0")
        number, names = int(NextToken), list(self.parents)
        following = {"NextToken": str(number + 1)} if number + 1 < len(names) else {}
        return {"Shards": [self._told(names[number])], **following}

    def _told(self, shard: str) -> dict[str, Any]:
        names = ("ParentShardId", "AdjacentParentShardId")
        return {"ShardId": shard, **dict(zip(names, self.parents[shard], strict=False))}

    def get_shard_iterator(self, ShardId: str, **place: Any) -> Any:  # noqa: N803
        self.calls.append("get_shard_iterator")
        start = int(place.get("StartingSequenceNumber", -1)) + 1
        return {"ShardIterator": self._iterator(ShardId, start, 0)}

    def _iterator(self, shard: str, start: int, empty: int) -> str:
        name = f"i{next(self._numbers)}"
        self._iterators[name] = shard, start, empty
        return name

    def expire(self) -> None:
        self._iterators.clear()

    def get_records(self, ShardIterator: str, Limit: int) -> Any:  # noqa: N803
        self.calls.append("get_records")
        shard, start, empty = self._iterators.pop(ShardIterator)
        data = self.records[shard]
        if start < len(data) and empty < EMPTY_PAGES:
            following = self._iterator(shard, start, empty + 1)
            return {"Records": [], "NextShardIterator": following, "MillisBehindLatest": 1000}
        end = min(start + Limit, len(data))
        records = [_record(number, data[number]) for number in range(start, end)]
        if end == len(data) and shard in self.closed and not records:
            return {"Records": [], "MillisBehindLatest": 0}
        return {"Records": records, "NextShardIterator": self._iterator(shard, end, 0)}


class Table(Kinesis):
    """A client of the stream of a table with one shard."""

    def describe_stream(self, ExclusiveStartShardId: str = "", **_: Any) -> Any:  # noqa: N803
        names = ["", *self.parents]
        shard = names[names.index(ExclusiveStartShardId) + 1]
        last = {"LastEvaluatedShardId": shard} if shard != names[-1] else {}
        return {"StreamDescription": {"Shards": [self._told(shard)], **last}}

    def get_shard_iterator(self, ShardId: str, **place: Any) -> Any:  # noqa: N803
        after = {"StartingSequenceNumber": place.get("SequenceNumber", -1)}
        return super().get_shard_iterator(ShardId, **after)

    def get_records(self, ShardIterator: str, Limit: int) -> Any:  # noqa: N803
        answer = super().get_records(ShardIterator, Limit)
        return {**answer, "Records": list(map(_change, answer["Records"]))}


def _change(record: dict[str, Any]) -> dict[str, Any]:
    change = {
        "SequenceNumber": record["SequenceNumber"],
        "Keys": {"id": {"S": record["PartitionKey"]}},
        "ApproximateCreationDateTime": record["ApproximateArrivalTimestamp"],
    }
    return {"eventID": record["SequenceNumber"], "eventName": "INSERT", "dynamodb": change}


def _record(number: int, data: str) -> dict[str, Any]:
    return {
        "SequenceNumber": str(number),
        "Data": data.encode(),
        "PartitionKey": data,
        "ApproximateArrivalTimestamp": datetime(2026, 1, 2, tzinfo=UTC),
    }


def _world(kinesis: Kinesis, *steps: dict[str, Any]) -> World:
    threads = cast("Any", AtOnce())
    world = World(
        {"work": list(steps) or [{"returns": None}]}, clients=lambda *_: kinesis, threads=threads
    )
    world.functions.add("f", "work", timeout=900)
    return world


def _read(world: World) -> list[str]:
    return [
        record["kinesis"]["partitionKey"]
        for each in world.functions.invocations
        for record in each["event"]["Records"]
    ]


@pytest.mark.parametrize("lanes", [1, 3])
@in_loop
async def test_children_are_read_behind_their_parents(lanes: int) -> None:
    kinesis = Kinesis(child=("left", "right"), left=("gone",), right=("gone",), other=())
    for shard in kinesis.parents:
        kinesis.records[shard] += [f"{shard}{number}" for number in range(3)]
    kinesis.closed = {"left"}
    world = _world(kinesis, {"takes": 5, "returns": None})
    async with world.opened():
        await world.map_stream(ParallelizationFactor=lanes)
        await world.clock.advance(300)
        assert {each[:-1] for each in _read(world)} == {"left", "right", "other"}
    async with world.opened():
        await world.clock.advance(300)
        assert {each[:-1] for each in _read(world)} == {"left", "right", "other"}
        kinesis.closed.add("right")
        await world.clock.advance(60)
        assert sorted(_read(world)) == sorted(itertools.chain(*kinesis.records.values()))
        await asyncio.wait_for(world.mappings.idle(), 5)


@in_loop
async def test_a_child_begins_at_once_where_its_parent_ends() -> None:
    kinesis = Kinesis(parent=(), child=("parent",))
    kinesis.records |= {"parent": ["p"], "child": ["c"]}
    kinesis.closed = {"parent"}
    world = _world(kinesis)
    async with world.opened():
        await world.map_stream()
        await world.clock.advance(2 * EMPTY_PAGES + 2)
        assert _read(world) == ["p", "c"]


@in_loop
async def test_a_shard_that_ended_is_not_asked_any_more() -> None:
    kinesis = Kinesis(parent=())
    kinesis.closed = {"parent"}
    world = _world(kinesis)
    async with world.opened():
        await world.map_stream()
        await world.clock.advance(10)
        kinesis.calls.clear()
        await world.clock.advance(600)
    async with world.opened():
        await world.clock.advance(600)
    assert kinesis.calls == []


@in_loop
async def test_a_shard_that_ended_stays_so_when_the_number_of_lanes_changes() -> None:
    kinesis = Kinesis(parent=())
    kinesis.closed = {"parent"}
    world = _world(kinesis)
    async with world.opened():
        uuid = await world.map_stream(ParallelizationFactor=3)
        await world.clock.advance(10)
        kinesis.calls.clear()
        for factor in (1, 2):
            await world.call("UpdateEventSourceMapping", UUID=uuid, ParallelizationFactor=factor)
            await world.clock.advance(100)
        answer = await world.call("GetEventSourceMapping", UUID=uuid)
        assert answer["LastProcessingResult"] == "No records processed"
    assert kinesis.calls == []


@in_loop
async def test_reading_goes_on_by_its_iterator_and_outlives_it() -> None:
    kinesis = Kinesis(shard=())
    world = _world(kinesis)
    async with world.opened():
        await world.map_stream()
        await world.clock.advance(10)
        assert kinesis.calls.count("get_shard_iterator") == 1
        kinesis.expire()
        kinesis.records["shard"].append("a")
        await world.clock.advance(5)
        assert _read(world) == ["a"]
        assert kinesis.calls.count("get_shard_iterator") == 2


@in_loop
async def test_the_newest_of_a_table_is_behind_empty_pages() -> None:
    table = Table(shard=())
    table.records["shard"] = ["a", "b"]
    world = _world(table)
    async with world.opened():
        await world.call(
            "CreateEventSourceMapping",
            EventSourceArn="arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/x",
            FunctionName="f",
            StartingPosition="LATEST",
        )
        table.records["shard"].append("c")
        await world.clock.advance(30)
    (batch,) = [each["event"]["Records"] for each in world.functions.invocations]
    assert [each["dynamodb"]["Keys"] for each in batch] == [{"id": {"S": "c"}}]


@in_loop
async def test_all_shards_of_a_table_are_read() -> None:
    table = Table(first=(), second=(), third=())
    for shard, records in table.records.items():
        records.append(shard)
    world = _world(table)
    async with world.opened():
        await world.call(
            "CreateEventSourceMapping",
            EventSourceArn="arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/x",
            FunctionName="f",
            StartingPosition="TRIM_HORIZON",
        )
        await world.clock.advance(30)
    read = [
        record["dynamodb"]["Keys"]["id"]["S"]
        for each in world.functions.invocations
        for record in each["event"]["Records"]
    ]
    assert sorted(read) == ["first", "second", "third"]


def test_a_key_of_a_table_is_the_same_in_whatever_order() -> None:
    change = {
        "SequenceNumber": "1",
        "ApproximateCreationDateTime": datetime(2026, 1, 2, tzinfo=UTC),
    }
    keys = {"a": {"S": "1"}, "b": {"B": b"2"}}
    swapped = dict(reversed(keys.items()))
    first, second = (
        dynamodb_record(
            {"eventID": "1", "eventName": "INSERT", "dynamodb": {**change, "Keys": each}},
            Source("arn", "us-east-1"),
        )
        for each in (keys, swapped)
    )
    assert first.key == second.key
