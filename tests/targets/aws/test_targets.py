"""What the services are asked: entries, batches, groups."""

import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import ANY

from eventmatch.delivery.model import DELIVERED, ErrorCode
from eventmatch.errors import ConfigurationError
from eventmatch.targets import parameter
from eventmatch.targets.aws.batch import Entry, batches
from eventmatch.targets.aws.clients import Clients
from eventmatch.targets.aws.events import EventsTarget
from eventmatch.targets.aws.lambda_ import LambdaTarget
from eventmatch.targets.aws.sns import SnsTarget
from eventmatch.targets.aws.sqs import SqsTarget
from tests.targets.attempts import attempt, codes, deliver, envelope
from tests.targets.aws.stubs import stub
from tests.targets.cloud import Cloud, arn, session

QUEUE = arn("sqs", "q")
QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/q"


def sent(count: int) -> dict[str, Any]:
    """The answer to a batch that SQS took."""
    entry = {"MessageId": "m", "MD5OfMessageBody": "d"}
    return {"Successful": [{"Id": str(number), **entry} for number in range(count)], "Failed": []}


def published(count: int) -> dict[str, Any]:
    return {"Successful": [{"Id": str(number)} for number in range(count)], "Failed": []}


def test_a_message_has_body_and_trace_and_no_more() -> None:
    expected = {
        "QueueUrl": QUEUE_URL,
        "Entries": [
            {
                "Id": "0",
                "MessageBody": '"text"',
                "MessageSystemAttributes": {
                    "AWSTraceHeader": {"StringValue": "Root=1", "DataType": "String"}
                },
            },
            {"Id": "1", "MessageBody": "2"},
        ],
    }
    with stub("sqs") as queues:
        queues.answer("send_message_batch", sent(2), expected)
        batch = [attempt(b'"text"', facts={"trace": "Root=1"}), attempt(b"2")]
        assert deliver(SqsTarget(QUEUE, queues), *batch) == [DELIVERED] * 2


def test_attributes_go_along_with_their_types() -> None:
    members = {
        "RULE_ARN": {"StringValue": "r", "DataType": "String"},
        "ErrorCode": {"StringValue": "200", "DataType": "Number"},
    }
    one = attempt(b"1")._replace(attributes={"RULE_ARN": "r", "ErrorCode": ("200", "Number")})
    entry = {"Id": "0", "MessageBody": "1", "MessageAttributes": members}
    with stub("sqs") as queues:
        expected = {"QueueUrl": QUEUE_URL, "Entries": [entry]}
        queues.answer("send_message_batch", sent(1), expected)
        assert deliver(SqsTarget(QUEUE, queues), one) == [DELIVERED]
    topic = arn("sns", "t")
    entry = {"Id": "0", "Message": "1", "MessageAttributes": members}
    with stub("sns") as topics:
        wanted = {"TopicArn": str(topic), "PublishBatchRequestEntries": [entry]}
        topics.answer("publish_batch", published(1), wanted)
        assert deliver(SnsTarget(topic, topics), one) == [DELIVERED]


def test_a_fifo_queue_keeps_order_and_drops_duplicates_by_content(cloud: Cloud) -> None:
    queue = cloud.queue("ordered.fifo")
    target = SqsTarget(queue, cloud.clients, group=parameter("$.detail.customer"))
    batch = [attempt(b"%d" % number, detail={"customer": "c"}) for number in (1, 2, 2, 3)]
    assert deliver(target, *batch) == [DELIVERED] * 4
    messages = cloud.messages(queue)
    assert [message["Body"] for message in messages] == ["1", "2", "3"]
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"c"}


def test_a_fifo_queue_without_a_group_is_an_invalid_parameter(cloud: Cloud) -> None:
    queue = cloud.queue("groupless.fifo")
    outcomes = deliver(SqsTarget(queue, cloud.clients), attempt(), attempt())
    assert codes(outcomes) == [ErrorCode.INVALID_PARAMETER] * 2


def test_a_message_has_no_subject_and_may_have_a_group() -> None:
    topic = arn("sns", "t.fifo")
    expected = {
        "TopicArn": str(topic),
        "PublishBatchRequestEntries": [{"Id": "0", "Message": "1", "MessageGroupId": "all"}],
    }
    with stub("sns") as topics:
        topics.answer("publish_batch", published(1), expected)
        target = SnsTarget(topic, topics, group=parameter("all"))
        assert deliver(target, attempt(b"1")) == [DELIVERED]


def test_a_function_is_invoked_asynchronously_with_its_qualifier() -> None:
    function = arn("lambda", "function:f:live")
    expected = {
        "FunctionName": f"{function}",
        "InvocationType": "Event",
        "Payload": b'{"a":1.0}',
    }
    with stub("lambda") as functions:
        functions.answer("invoke", {"StatusCode": 202}, expected)
        assert deliver(LambdaTarget(function, functions), attempt(b'{"a":1.0}')) == [DELIVERED]


@pytest.mark.parametrize(
    "body",
    [
        envelope(resources=["r"]).replace(b'{"total":100,"customer":"Zo\xc3\xab"}', b'{"a":1.00}'),
        b'{"detail":{"a":1},"source":"shop.orders","detail-type":"Order Placed",'
        b'"time":"2026-01-02T03:04:05Z","resources":["r"]}',
    ],
)
def test_an_event_is_put_as_it_was_accepted(body: bytes) -> None:
    bus = arn("events", "event-bus/b")
    detail = '{"a":1.00}' if b"1.00" in body else '{"a":1}'
    expected = {
        "Source": "shop.orders",
        "DetailType": "Order Placed",
        "Detail": detail,
        "Resources": ["r"],
        "Time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "TraceHeader": "Root=1",
        "EventBusName": str(bus),
    }
    put = attempt(b'"a payload is for other targets"', facts={"trace": "Root=1"})
    with stub("events") as buses:
        answer = {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]}
        buses.answer("put_events", answer, {"Entries": [expected]})
        event = put.event._replace(body=body)
        assert deliver(EventsTarget(bus, buses), put._replace(event=event)) == [DELIVERED]


def test_events_are_refused_one_by_one() -> None:
    answers = [
        {"EventId": "e"},
        {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "No."},
        {"ErrorCode": "ThrottlingException", "ErrorMessage": "Slow."},
        {"ErrorCode": "InternalFailure", "ErrorMessage": "Oh."},
        {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."},
    ]
    with stub("events") as buses:
        buses.answer("put_events", {"FailedEntryCount": 4, "Entries": answers})
        target = EventsTarget(arn("events", "event-bus/b"), buses)
        outcomes = deliver(target, *[attempt()] * 5)
    assert codes(outcomes) == [
        None,
        ErrorCode.NO_PERMISSIONS,
        ErrorCode.THROTTLING,
        ErrorCode.INTERNAL_ERROR,
        ErrorCode.INVALID_JSON,
    ]


@pytest.mark.parametrize("body", [b"[]", b"{}", b"", b'{"time":5}'])
def test_what_is_no_envelope_is_refused_alone(body: bytes) -> None:
    bad = attempt()
    with stub("events") as buses:
        buses.answer("put_events", {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]})
        target = EventsTarget(arn("events", "event-bus/b"), buses)
        bad = bad._replace(event=bad.event._replace(body=body))
        outcomes = deliver(target, bad, attempt())
    assert codes(outcomes) == [ErrorCode.INVALID_JSON, None]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1] * 10, [10]),
        ([1] * 23, [10, 10, 3]),
        ([50, 50, 1], [2, 1]),
        ([200, 1, 1], [1, 2]),
        ([1, 200, 1], [1, 1, 1]),
    ],
)
def test_batches_hold_ten_entries_and_so_many_bytes(sizes: list[int], expected: list[int]) -> None:
    entries = [Entry({}, size) for size in sizes]
    divided = list(batches(entries, 100))
    assert [len(batch) for batch in divided] == expected
    assert [entry for batch in divided for entry in batch] == entries


def test_large_messages_go_in_several_calls() -> None:
    large = b'"' + b"x" * 600_000 + b'"'
    with stub("sqs") as queues:
        for _ in range(2):
            queues.answer("send_message_batch", sent(1))
        assert deliver(SqsTarget(QUEUE, queues), *[attempt(large)] * 2) == [DELIVERED] * 2


def test_the_limits_are_those_of_the_services() -> None:
    limits = [kind.most_bytes for kind in (SqsTarget, SnsTarget, EventsTarget)]
    assert limits == [1_048_576, 262_144, 262_144]
    assert SqsTarget.batch_size == SnsTarget.batch_size == EventsTarget.batch_size == 10


def test_a_batch_that_one_entry_spoilt_is_sent_again_one_by_one() -> None:
    with stub("sqs") as queues:
        queues.refuse("send_message_batch", "InvalidMessageContents")
        queues.answer("send_message_batch", sent(1))
        queues.refuse("send_message_batch", "InvalidMessageContents")
        queues.answer("send_message_batch", sent(1))
        outcomes = deliver(SqsTarget(QUEUE, queues), *[attempt()] * 3)
    assert codes(outcomes) == [None, ErrorCode.INVALID_PARAMETER, None]


def test_a_refused_call_refuses_only_what_it_carried() -> None:
    large = b'"' + b"x" * 600_000 + b'"'
    with stub("sqs") as queues:
        queues.answer("send_message_batch", sent(1), {"QueueUrl": ANY, "Entries": ANY})
        queues.refuse("send_message_batch", "RequestThrottled", status=403)
        outcomes = deliver(SqsTarget(QUEUE, queues), *[attempt(large)] * 2)
    assert codes(outcomes) == [None, ErrorCode.THROTTLING]


def test_clients_are_made_once_for_each_service_and_region() -> None:
    made = Clients(session=session())
    assert made("sqs", "us-east-1") is made("sqs", "us-east-1")
    assert made("sqs", "eu-west-1") is not made("sqs", "us-east-1")
    assert made("sqs", "eu-west-1").meta.endpoint_url == "https://sqs.eu-west-1.amazonaws.com"
    made.close()


def test_clients_leave_retries_to_deliveries() -> None:
    made = Clients(session=session())
    assert made("sqs", "us-east-1").meta.config.retries["total_max_attempts"] == 1
    made.close()


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ConfigurationError, match=r"install \"eventmatch\[aws\]\""):
        Clients()
