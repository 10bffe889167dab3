"""What filters see of a record: what the vectors do not tell."""

import json
from typing import Any

import pytest

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.jsontext import read_plain
from eventmatch.mappings.batches import item
from eventmatch.mappings.filtering import Filters, check_filters
from eventmatch.mappings.letters import Condition, letter
from eventmatch.mappings.model import (
    EventSourceMapping,
    Position,
    Settings,
    SourceKind,
    Start,
    kind_of,
)
from eventmatch.mappings.units import Unit

QUEUE = SourceKind.QUEUE


def _accepts(pattern: dict[str, Any], body: str) -> bool:
    return Filters(QUEUE, [json.dumps(pattern)]).accepts({"body": body, "messageId": "m"})


@pytest.mark.parametrize(
    ("pattern", "body", "accepted"),
    [
        ({"body": {"a": [1]}}, '{"a":1}', True),
        ({"body": {"a": [1]}}, ' \n{"a": 1.0}', True),
        ({"body": {"a": [1]}}, '{"a":1},"x":{}', False),
        ({"body": {"a": [{"exists": False}]}}, "text", False),
        ({"body": {"a": [{"exists": False}]}}, "{broken", False),
        ({"body": {"a": [{"exists": False}]}}, "{}", True),
        ({"body": ["{broken"]}, "{broken", True),
        ({"body": [{"exists": True}]}, "text", True),
        ({"body": [{"exists": False}]}, '{"a":1}', False),
        ({"body": [{"anything-but": "b"}]}, '{"a":1}', False),
        ({"body": ["5"]}, "5", True),
        ({"body": [5]}, "5", False),
        ({"messageId": ["m"]}, "text", True),
        ({"messageId": ["m"]}, '{"a":1}', True),
        ({"messageId": ["m"], "body": {"a": [1]}}, "text", False),
        ({"body": {"a": ["x"]}}, '[{"a":"x"}]', True),
        ({"body": {"a": [1]}}, '{"a":' * 2000 + "1" + "}" * 2000, False),
        ({"$or": [{"body": ["t"]}, {"messageId": ["n"]}]}, "t", True),
    ],
)
def test_body(pattern: dict[str, Any], body: str, *, accepted: bool) -> None:
    assert _accepts(pattern, body) is accepted


def test_data_that_is_no_text_is_no_json() -> None:
    record = {"kinesis": {"data": "/////w==", "partitionKey": "k"}}
    patterns = ['{"data":{"a":[{"exists":false}]}}']
    assert not Filters(SourceKind.KINESIS, patterns).accepts(record)
    assert Filters(SourceKind.KINESIS, ['{"partitionKey":["k"]}']).accepts(record)


def test_changes_of_tables_are_seen_as_they_are() -> None:
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": {"n": {"N": "1"}}}}
    accepts = Filters(
        SourceKind.DYNAMODB,
        ['{"eventName":["REMOVE"]}', '{"dynamodb":{"NewImage":{"n":{"N":["1"]}}}}'],
    ).accepts
    assert accepts(record)
    assert not accepts({"eventName": "MODIFY", "dynamodb": {}})


def test_a_dialect_without_wildcards() -> None:
    with pytest.raises(LambdaError, match=r"Invalid filter pattern definition\."):
        check_filters(['{"body":[{"wildcard":"a*"}]}'], 5)


def test_at_most_so_many() -> None:
    check_filters(['{"body":["a"]}'] * 10, 10)
    with pytest.raises(LambdaError) as raised:
        check_filters(['{"body":["a"]}'] * 11, 10)
    assert raised.value.code is LambdaCode.INVALID_PARAMETER_VALUE


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        ("arn:aws:sqs:us-east-1:123456789012:q", SourceKind.QUEUE),
        ("arn:aws:sqs:us-east-1:123456789012:q.fifo", SourceKind.FIFO_QUEUE),
        ("arn:aws:kinesis:us-east-1:123456789012:stream/s", SourceKind.KINESIS),
        ("arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/x", SourceKind.DYNAMODB),
        ("arn:aws:dynamodb:us-east-1:123456789012:table/t", None),
        ("arn:aws:kinesis:us-east-1:123456789012:s", None),
        ("arn:aws:sns:us-east-1:123456789012:t", None),
        ("q", None),
    ],
)
def test_kinds(arn: str, kind: SourceKind | None) -> None:
    assert kind_of(arn) is kind


def _mapping() -> EventSourceMapping:
    return EventSourceMapping(
        uuid="u",
        source="arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/x",
        kind=SourceKind.DYNAMODB,
        function="arn:aws:lambda:us-east-1:123456789012:function:f:PROD",
        is_enabled=True,
        last_modified=1.5,
        settings=Settings(batch_size=1, filters=("{}",), on_failure="arn:aws:sqs:::dead"),
        start=Start(Position.AT_TIMESTAMP, 2.5),
    )


def test_a_mapping_survives_being_written_down() -> None:
    assert EventSourceMapping.from_record(_mapping().to_record()) == _mapping()


def test_the_letter_of_a_table() -> None:
    unit = Unit([item("7", {}, arrived=1_767_323_045.9)])
    parcel = letter(_mapping(), "shard", unit, Condition.AGE_EXCEEDED, 1_767_323_046.0, "r")
    assert parcel.arn == "arn:aws:sqs:::dead"
    assert read_plain(parcel.body) == {
        "requestContext": {
            "requestId": "r",
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
            "condition": "RecordAgeExceeded",
            "approximateInvokeCount": 0,
        },
        "version": "1.0",
        "timestamp": "2026-01-02T03:04:06.000Z",
        "DDBStreamBatchInfo": {
            "shardId": "shard",
            "startSequenceNumber": "7",
            "endSequenceNumber": "7",
            "approximateArrivalOfFirstRecord": "2026-01-02T03:04:05Z",
            "approximateArrivalOfLastRecord": "2026-01-02T03:04:05Z",
            "batchSize": 1,
            "streamArn": "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/x",
        },
    }


@pytest.mark.parametrize(
    "body",
    ['{"a": 1e400}', "[" * 1005 + "]" * 1005, "[" * 100_000, '{"a": 1} {', '{"a": 1}, "x": {}', ""],
    ids=["huge", "deep", "endless", "two", "spliced", "empty"],
)
def test_no_body_hides_the_rest_of_a_message(body: str) -> None:
    pattern = '{"messageId": ["1"], "x": [{"exists": false}]}'
    filters = Filters(SourceKind.QUEUE, [pattern])
    assert filters.accepts({"messageId": "1", "body": body})
    assert not filters.accepts({"messageId": "2", "body": body})


def test_numbers_of_a_body_keep_their_digits() -> None:
    filters = Filters(SourceKind.QUEUE, ['{"body": {"a": [0.30000000000000004]}}'])
    assert not filters.accepts({"body": '{"a": 0.3000000000000000444}'})
    assert filters.accepts({"body": '{"a": 0.30000000000000004}'})
