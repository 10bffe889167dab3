"""Records as functions get them, with every member."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from eventmatch.jsontext import read_plain
from eventmatch.mappings.batches import event_of
from eventmatch.mappings.records import Put, Source, dynamodb_record, kinesis_record, sqs_message

STREAM: Final = Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/clicks")
TABLE: Final = Source.of("arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/x")
QUEUE: Final = Source.of("arn:aws:sqs:eu-west-1:123456789012:orders")
OLD: Final = {"id": {"S": "a"}, "n": {"N": "1"}}
NEW: Final = {"id": {"S": "a"}, "n": {"N": "2"}, "b": {"B": b"\1\2"}, "l": {"L": [{"BS": [b"x"]}]}}
NEW_TEXT: Final = {**NEW, "b": {"B": "AQI="}, "l": {"L": [{"BS": ["eA=="]}]}}


@pytest.mark.parametrize(
    ("name", "images", "told"),
    [
        ("INSERT", {"NewImage": NEW}, {"NewImage": NEW_TEXT}),
        ("MODIFY", {"NewImage": NEW, "OldImage": OLD}, {"NewImage": NEW_TEXT, "OldImage": OLD}),
        ("REMOVE", {"OldImage": OLD}, {"OldImage": OLD}),
    ],
)
def test_a_change_of_a_table(name: str, images: dict[str, Any], told: dict[str, Any]) -> None:
    read = {
        "eventID": "e",
        "eventName": name,
        "eventVersion": "1.0",
        "eventSource": "aws:dynamodb",
        "awsRegion": "elsewhere",
        "dynamodb": {
            "ApproximateCreationDateTime": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            "Keys": {"id": {"S": "a"}},
            **images,
            "SequenceNumber": "111",
            "SizeBytes": 26,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }
    assert read_plain(event_of([dynamodb_record(read, TABLE)])) == {
        "Records": [
            {
                "eventID": "e",
                "eventName": name,
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": "eu-west-1",
                "dynamodb": {
                    "ApproximateCreationDateTime": 1_767_323_045,
                    "Keys": {"id": {"S": "a"}},
                    **told,
                    "SequenceNumber": "111",
                    "SizeBytes": 26,
                    "StreamViewType": "NEW_AND_OLD_IMAGES",
                },
                "eventSourceARN": TABLE.arn,
            }
        ]
    }


def test_a_record_of_a_stream() -> None:
    put = Put("7", b"hello", "k", 1_767_323_045.1234)
    record = kinesis_record(put, "shardId-000000000001", STREAM, "arn:role")
    assert read_plain(event_of([record])) == {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "k",
                    "sequenceNumber": "7",
                    "data": "aGVsbG8=",
                    "approximateArrivalTimestamp": 1_767_323_045.123,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": "shardId-000000000001:7",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "arn:role",
                "awsRegion": "eu-west-1",
                "eventSourceARN": STREAM.arn,
            }
        ]
    }


def test_a_message_as_a_client_gives_it() -> None:
    attributes = {
        "ApproximateReceiveCount": "1",
        "SentTimestamp": "1767323045000",
        "SenderId": "AIDA",
        "ApproximateFirstReceiveTimestamp": "1767323045001",
        "SequenceNumber": "18849496460467696128",
        "MessageGroupId": "g",
        "MessageDeduplicationId": "d",
        "AWSTraceHeader": "Root=1",
    }
    received = {
        "MessageId": "m",
        "ReceiptHandle": "r",
        "Body": "hello",
        "MD5OfBody": "5d41402abc4b2a76b9719d911017c592",
        "Attributes": attributes,
        "MessageAttributes": {
            "text": {"DataType": "String", "StringValue": "red"},
            "bytes": {"DataType": "Binary", "BinaryValue": b"\1\2"},
        },
        "MD5OfMessageAttributes": "0e100abbdb586534c96bb74fa19f29f6",
    }
    message = sqs_message(received, QUEUE)
    assert (message.id, message.handle) == ("m", "r")
    lists: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    assert read_plain(event_of([message])) == {
        "Records": [
            {
                "messageId": "m",
                "receiptHandle": "r",
                "body": "hello",
                "attributes": attributes,
                "messageAttributes": {
                    "text": {"stringValue": "red", **lists, "dataType": "String"},
                    "bytes": {"binaryValue": "AQI=", **lists, "dataType": "Binary"},
                },
                "md5OfBody": "5d41402abc4b2a76b9719d911017c592",
                "md5OfMessageAttributes": "0e100abbdb586534c96bb74fa19f29f6",
                "eventSource": "aws:sqs",
                "eventSourceARN": QUEUE.arn,
                "awsRegion": "eu-west-1",
            }
        ]
    }
