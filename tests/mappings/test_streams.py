"""From streams to functions: what the vectors do not tell."""

import base64
import itertools
from typing import Any

import pytest

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.jsontext import read_plain
from eventmatch.testing.clock import settle
from tests.loops import in_loop
from tests.mappings.worlds import World

FAILS = {"raises": {"type": "ValueError", "message": "no"}}
WORKS = {"returns": None}


def _world(*steps: Any, timeout: int = 3, roles: Any = None) -> World:
    world = World({"work": list(steps) or [WORKS]}, roles)
    world.functions.add("f", "work", timeout=timeout)
    return world


def _data(world: World) -> list[list[str]]:
    return [
        [
            base64.b64decode(record["kinesis"]["data"]).decode()
            for record in each["event"]["Records"]
        ]
        for each in world.functions.invocations
    ]


async def _result(world: World, uuid: str) -> Any:
    return (await world.call("GetEventSourceMapping", UUID=uuid))["LastProcessingResult"]


@in_loop
async def test_a_restart_goes_on_behind_what_was_settled() -> None:
    world = _world(WORKS, {"takes": 2, "returns": None}, WORKS)
    async with world.opened():
        await world.stream()
        await world.map_stream(BatchSize=1)
        for data in "abc":
            await world.put(data)
        assert _data(world) == [["a"], ["b"]]
    async with world.opened():
        await settle()
        assert _data(world) == [["a"], ["b"], ["b"], ["c"]]


@in_loop
async def test_latest_is_where_the_stream_was_when_the_mapping_was_made() -> None:
    world = _world()
    async with world.opened():
        await world.stream()
        await world.put("a")
        await world.map_stream(StartingPosition="LATEST", Enabled=False)
        await world.put("b")
    async with world.opened():
        (mapping,) = (await world.call("ListEventSourceMappings"))["EventSourceMappings"]
        assert mapping["State"] == "Disabled"
        await world.call("UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=True)
        assert _data(world) == [["b"]]


@in_loop
async def test_a_throttle_blocks_the_shard_and_costs_no_retry() -> None:
    world = _world()
    async with world.opened():
        await world.stream()
        uuid = await world.map_stream(MaximumRetryAttempts=0)
        world.functions.refusal = LambdaError(LambdaCode.TOO_MANY_REQUESTS, "Rate Exceeded.")
        await world.put("a")
        await world.clock.advance(600)
        assert await _result(world, uuid) == "PROBLEM: Rate Exceeded."
        world.functions.refusal = None
        await world.clock.advance(60)
        assert _data(world) == [["a"]]


@in_loop
async def test_failed_attempts_are_further_and_further_apart() -> None:
    world = _world(FAILS)
    async with world.opened():
        await world.stream()
        await world.map_stream()
        await world.put("a")
        await world.clock.advance(3600)
        moments = [each["at"] for each in world.functions.invocations]
        gaps = [after - before for before, after in itertools.pairwise(moments)]
        assert all(0.5 <= gap <= 60 for gap in gaps)
        assert gaps[0] <= 1
        assert 60 < len(gaps) < 130


@in_loop
async def test_keys_stay_in_order_when_the_number_of_lanes_changes() -> None:
    world = _world()
    async with world.opened():
        await world.stream()
        uuid = await world.map_stream(BatchSize=1)
        sent: list[str] = []
        for factor in (4, 2, 1, 3):
            for number in range(12):
                sent.append(f"{number % 5}:{factor}-{number}")
                await world.put(sent[-1], key=str(number % 5))
            await world.call("UpdateEventSourceMapping", UUID=uuid, ParallelizationFactor=factor)
        await settle()
        seen = [data for (data,) in _data(world)]
        for key in "01234":
            own = [data for data in dict.fromkeys(seen) if data.startswith(key)]
            assert own == [data for data in sent if data.startswith(key)]
        assert len(seen) == len(sent)


@in_loop
async def test_lanes_go_on_behind_a_restart() -> None:
    world = _world()
    async with world.opened():
        await world.stream()
        await world.map_stream(ParallelizationFactor=3)
        for number in range(10):
            await world.put(str(number), key=str(number))
    async with world.opened():
        await world.put("last", key="z")
        assert sorted(data for batch in _data(world) for data in batch) == sorted(
            [*map(str, range(10)), "last"]
        )


@in_loop
async def test_a_batch_in_work_is_settled_before_an_update_counts() -> None:
    world = _world({"takes": 2, "returns": None}, WORKS)
    async with world.opened():
        await world.stream()
        uuid = await world.map_stream()
        await world.put("a")
        await world.call("UpdateEventSourceMapping", UUID=uuid, BatchSize=5)
        await world.put("b")
        assert _data(world) == [["a"]]
        await world.clock.advance(2)
        assert _data(world) == [["a"], ["b"]]


@in_loop
async def test_a_deleted_mapping_leaves_no_checkpoint() -> None:
    world = _world({"takes": 2, "returns": None})
    async with world.opened():
        await world.stream(shards=2)
        uuid = await world.map_stream(ParallelizationFactor=2)
        await world.put("a")
        await world.call("DeleteEventSourceMapping", UUID=uuid)
        await world.clock.advance(5)
        assert await world.store.records.load("mapping-checkpoint") == {}
        assert await world.store.records.load("mapping") == {}


@in_loop
async def test_a_destination_needs_a_role_that_may_send() -> None:
    reads = [
        f"kinesis:{action}"
        for action in ("GetRecords", "GetShardIterator", "DescribeStreamSummary")
    ] + ["kinesis:ListShards", "kinesis:ListStreams"]
    world = _world(FAILS, roles={"r": reads})
    destination = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:dead"}}
    async with world.opened():
        await world.stream()
        with pytest.raises(LambdaError, match="permissions to call SendMessage on SQS"):
            await world.map_stream(DestinationConfig=destination)
        world.functions.allow("r", *reads, "sqs:SendMessage")
        uuid = await world.map_stream(DestinationConfig=destination, MaximumRetryAttempts=0)
        world.functions.allow("r", *reads)
        await world.put("a")
        assert world.parcels == []
        assert "SendMessage" in await _result(world, uuid)
        world.functions.allow("r", *reads, "sqs:SendMessage")
        await world.put("b")
        assert len(world.parcels) == 1


@in_loop
async def test_a_record_is_given_up_when_its_time_is_over() -> None:
    world = _world(FAILS)
    queue = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:dead"}}
    async with world.opened():
        await world.stream()
        await world.map_stream(DestinationConfig=queue, MaximumRecordAgeInSeconds=60)
        await world.put("a")
        await world.clock.advance(59.9)
        assert world.parcels == []
        await world.clock.advance(0.1)
        (parcel,) = world.parcels
        context = read_plain(parcel.body)["requestContext"]
        assert context["condition"] == "RecordAgeExceeded"
        assert context["approximateInvokeCount"] == len(world.functions.invocations) > 1


@in_loop
async def test_a_bucket_gets_the_event_too() -> None:
    world = _world(FAILS)
    bucket = {"OnFailure": {"Destination": "arn:aws:s3:::failures"}}
    async with world.opened():
        await world.stream()
        await world.map_stream(DestinationConfig=bucket, MaximumRetryAttempts=0)
        await world.put("a")
        (parcel,) = world.parcels
        assert parcel.arn == "arn:aws:s3:::failures"
        payload = read_plain(read_plain(parcel.body)["payload"])
        assert payload == world.functions.invocations[0]["event"]


@in_loop
async def test_a_destination_gets_exactly_this() -> None:
    world = _world(FAILS)
    queue = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:dead"}}
    async with world.opened():
        await world.stream()
        await world.clock.advance(0.25)
        await world.map_stream(DestinationConfig=queue, MaximumRetryAttempts=0)
        await world.put("a")
        (parcel,) = world.parcels
        sequence = world.functions.invocations[0]["event"]["Records"][0]["kinesis"]
        text = (
            '{"requestContext":{"requestId":"%s",'
            '"functionArn":"arn:aws:lambda:us-east-1:123456789012:function:f",'
            '"condition":"RetryAttemptsExhausted","approximateInvokeCount":1},'
            '"responseContext":{"statusCode":200,"executedVersion":"$LATEST",'
            '"functionError":"Unhandled"},"version":"1.0","timestamp":"2026-01-02T03:04:05.250Z",'
            '"KinesisBatchInfo":{"shardId":"shardId-000000000000","startSequenceNumber":"%s",'
            '"endSequenceNumber":"%s","approximateArrivalOfFirstRecord":"2026-01-02T03:04:05.250Z",'
            '"approximateArrivalOfLastRecord":"2026-01-02T03:04:05.250Z","batchSize":1,'
            '"streamArn":"arn:aws:kinesis:us-east-1:123456789012:stream/s"}}'
        )
        number, request = sequence["sequenceNumber"], world.functions.invocations[0]["request_id"]
        assert parcel.body.decode() == text % (request, number, number)


@in_loop
async def test_the_role_is_looked_at_with_each_poll() -> None:
    world = _world()
    async with world.opened():
        await world.stream()
        uuid = await world.map_stream()
        world.functions.allow("r")
        await world.clock.advance(61)
        await world.put("a")
        await world.clock.advance(30)
        assert _data(world) == []
        assert str(await _result(world, uuid)).startswith("PROBLEM: Cannot access stream arn:aws:")


@in_loop
async def test_idle_is_when_each_shard_waits() -> None:
    world = _world()
    async with world.opened():
        await world.stream(shards=3)
        await world.map_stream()
        for number in range(9):
            await world.put(str(number), key=str(number))
        await world.mappings.idle()
        assert sum(map(len, _data(world))) == 9


@in_loop
async def test_what_was_given_up_is_not_sent_again_behind_a_restart() -> None:
    world = _world(WORKS, FAILS, FAILS, {"takes": 100, "returns": None}, WORKS, timeout=300)
    queue = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:dead"}}
    async with world.opened():
        await world.stream()
        await world.map_stream(
            DestinationConfig=queue,
            MaximumRetryAttempts=0,
            BisectBatchOnFunctionError=True,
            MaximumBatchingWindowInSeconds=1,
        )
        await world.put("first")
        await world.clock.advance(1)
        await world.put("a")
        await world.put("b")
        await world.clock.advance(10)
        assert _data(world) == [["first"], ["a", "b"], ["a"], ["b"]]
    async with world.opened():
        await world.clock.advance(10)
        assert _data(world)[4:] == [["b"]]
        assert len(world.parcels) == 1
