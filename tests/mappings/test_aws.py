"""Queues and streams of AWS as sources, played by moto."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from eventmatch.functions.errors import LambdaError
from eventmatch.mappings.records import attributes_md5
from eventmatch.queues.model import Attribute
from eventmatch.targets.threads import DaemonThreads
from tests.loops import in_loop
from tests.mappings.worlds import World
from tests.targets.cloud import Cloud

_LONGEST = 20.0


async def _until(world: World, is_done: Callable[[], bool], threads: DaemonThreads) -> None:
    """Let the clock go on, and the calls, until something has happened."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _LONGEST
    while loop.time() < end:
        if is_done():
            return
        await loop.run_in_executor(threads, lambda: None)
        await world.clock.advance(0.5)
    raise AssertionError("it never happened")


def _world(cloud: Cloud, *answers: Any) -> tuple[World, DaemonThreads]:
    threads = DaemonThreads(2)
    steps = {"work": [{"returns": answer} for answer in answers or (None,)]}
    world = World(steps, clients=cloud.clients, threads=threads, long_poll=1)
    world.functions.add("f", "work")
    return world, threads


def _records(world: World) -> list[Any]:
    return [record for each in world.functions.invocations for record in each["event"]["Records"]]


@in_loop
async def test_sqs(cloud: Cloud) -> None:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="mapped")["QueueUrl"]
    arn = str(cloud.queue("mapped"))
    attributes = {"kind": {"DataType": "String", "StringValue": "a"}}
    sent = sqs.send_message(QueueUrl=url, MessageBody="hello", MessageAttributes=attributes)
    world, threads = _world(cloud)
    async with world.opened():
        await world.call("CreateEventSourceMapping", EventSourceArn=arn, FunctionName="f")
        await _until(world, lambda: bool(_records(world)), threads)
        (record,) = _records(world)
        await _until(world, lambda: _count(sqs, url) == 0, threads)
    assert record["body"] == "hello"
    assert record["messageId"] == sent["MessageId"]
    assert record["receiptHandle"]
    assert record["awsRegion"] == arn.split(":")[3]
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == arn
    assert record["messageAttributes"] == {
        "kind": {
            "stringValue": "a",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "String",
        }
    }
    assert record["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["md5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]


def test_attributes_have_the_digest_of_sqs(cloud: Cloud) -> None:
    url = cloud.client("sqs").create_queue(QueueName="digests")["QueueUrl"]
    answer = cloud.client("sqs").send_message(
        QueueUrl=url,
        MessageBody="a",
        MessageAttributes={
            "z": {"DataType": "String", "StringValue": "ü"},
            "n": {"DataType": "Number.int", "StringValue": "7"},
            "b": {"DataType": "Binary", "BinaryValue": b"\1\2\3"},
        },
    )
    attributes = {
        "b": Attribute("AQID", "Binary"),
        "z": Attribute("ü"),
        "n": Attribute("7", "Number.int"),
    }
    assert attributes_md5(attributes) == answer["MD5OfMessageAttributes"]


def _count(sqs: Any, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(map(int, answer["Attributes"].values()))


@in_loop
async def test_no_such_queue_or_stream(cloud: Cloud) -> None:
    world, _ = _world(cloud)
    async with world.opened():
        with pytest.raises(LambdaError, match="NonExistentQueue"):
            await world.map_queue("nowhere")
        with pytest.raises(LambdaError, match="Stream not found"):
            await world.map_stream("nowhere")


@in_loop
async def test_kinesis(cloud: Cloud) -> None:
    kinesis = cloud.client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    world, threads = _world(cloud)
    async with world.opened():
        await world.map_stream("clicks", BatchSize=2)
        for data in (b"a", b"b", b"c"):
            kinesis.put_record(StreamName="clicks", Data=data, PartitionKey="k")
        await _until(world, lambda: len(_records(world)) == 3, threads)
    records = _records(world)
    assert [each["kinesis"]["data"] for each in records] == ["YQ==", "Yg==", "Yw=="]
    assert (
        records[0]["eventID"] == "shardId-000000000000:" + records[0]["kinesis"]["sequenceNumber"]
    )
    assert records[0]["kinesis"]["partitionKey"] == "k"
    assert records[0]["invokeIdentityArn"] == "arn:aws:iam::123456789012:role/r"


@in_loop
async def test_kinesis_behind_a_split(cloud: Cloud) -> None:
    kinesis = cloud.client("kinesis")
    kinesis.create_stream(StreamName="split", ShardCount=1)
    world, threads = _world(cloud)
    async with world.opened():
        await world.map_stream("split")
        kinesis.put_record(StreamName="split", Data=b"a", PartitionKey="k")
        middle = {"ShardToSplit": "shardId-000000000000", "NewStartingHashKey": str(1 << 127)}
        kinesis.split_shard(StreamName="split", **middle)
        for key in "bcde":
            kinesis.put_record(StreamName="split", Data=key.encode(), PartitionKey=key)
        await _until(world, lambda: len(_records(world)) == 5, threads)
    assert {each["kinesis"]["partitionKey"] for each in _records(world)} == set("kbcde")


@in_loop
async def test_kinesis_from_the_newest(cloud: Cloud) -> None:
    kinesis = cloud.client("kinesis")
    kinesis.create_stream(StreamName="later", ShardCount=1)
    world, threads = _world(cloud)
    async with world.opened():
        await world.clock.advance(4e9)  # behind what moto calls now
        kinesis.put_record(StreamName="later", Data=b"old", PartitionKey="k")
        uuid = await world.map_stream("later", StartingPosition="LATEST")
        answer = await world.call("GetEventSourceMapping", UUID=uuid)
        assert answer["StartingPosition"] == "LATEST"
        for _ in range(10):
            await _until(world, lambda: True, threads)
            await world.clock.advance(1)
    assert _records(world) == []


def _table(dynamodb: Any, name: str) -> str:
    """Make a table with a stream; return the ARN of the stream."""
    table = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    arn: str = table["TableDescription"]["LatestStreamArn"]
    return arn


@in_loop
async def test_dynamodb(cloud: Cloud) -> None:
    dynamodb = cloud.client("dynamodb")
    arn = _table(dynamodb, "orders")
    world, threads = _world(cloud)
    pattern = json.dumps({"dynamodb": {"NewImage": {"n": {"N": ["1"]}}}})
    async with world.opened():
        await world.call(
            "CreateEventSourceMapping",
            EventSourceArn=arn,
            FunctionName="f",
            StartingPosition="TRIM_HORIZON",
            FilterCriteria={"Filters": [{"Pattern": pattern}]},
        )
        for id_, number in (("a", "1"), ("b", "2"), ("c", "1")):
            item = {"id": {"S": id_}, "n": {"N": number}}
            dynamodb.put_item(TableName="orders", Item=item)
        await _until(world, lambda: len(_records(world)) == 2, threads)
    first, second = _records(world)
    assert first["eventName"] == "INSERT"
    assert first["eventSource"] == "aws:dynamodb"
    assert first["eventSourceARN"] == arn
    assert first["dynamodb"]["NewImage"] == {"id": {"S": "a"}, "n": {"N": "1"}}
    assert second["dynamodb"]["Keys"] == {"id": {"S": "c"}}


@in_loop
async def test_dynamodb_from_the_newest(cloud: Cloud) -> None:
    dynamodb = cloud.client("dynamodb")
    arn = _table(dynamodb, "later")
    world, threads = _world(cloud)
    async with world.opened():
        for number in ("1", "2"):
            dynamodb.put_item(TableName="later", Item={"id": {"S": "a"}, "n": {"N": number}})
        answer = await world.call(
            "CreateEventSourceMapping",
            EventSourceArn=arn,
            FunctionName="f",
            StartingPosition="LATEST",
        )
        assert (answer["BatchSize"], answer["StateTransitionReason"]) == (100, "User action")
        dynamodb.put_item(TableName="later", Item={"id": {"S": "a"}, "n": {"N": "3"}})
        dynamodb.delete_item(TableName="later", Key={"id": {"S": "a"}})
        await _until(world, lambda: len(_records(world)) == 2, threads)
    modified, removed = _records(world)
    names = [modified["eventName"], removed["eventName"]]
    assert names == ["MODIFY", "REMOVE"]
    assert modified["dynamodb"]["OldImage"]["n"] == {"N": "2"}
    assert modified["dynamodb"]["NewImage"]["n"] == {"N": "3"}
    assert removed["dynamodb"]["OldImage"]["n"] == {"N": "3"}
    assert "NewImage" not in removed["dynamodb"]


@pytest.mark.parametrize(("moment", "count"), [(1.0, 2), (4e9, 0)])
@in_loop
async def test_kinesis_from_a_moment(cloud: Cloud, moment: float, count: int) -> None:
    kinesis = cloud.client("kinesis")
    name = f"from-{count}"
    kinesis.create_stream(StreamName=name, ShardCount=1)
    for data in (b"a", b"b"):
        kinesis.put_record(StreamName=name, Data=data, PartitionKey="k")
    world, threads = _world(cloud)
    async with world.opened():
        await world.map_stream(
            name, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=moment
        )
        if count:
            await _until(world, lambda: len(_records(world)) == count, threads)
        for _ in range(10):
            await _until(world, lambda: True, threads)
            await world.clock.advance(1)
    assert len(_records(world)) == count
