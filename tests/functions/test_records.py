"""What is told of events that have ended: service reference §6.3, §6.4, byte by byte."""

import json
from dataclasses import replace
from typing import Any

import pytest

from eventmatch.functions.model import LATEST, Configuration, Reply, Resolved
from eventmatch.functions.ports import LambdaMetric
from eventmatch.functions.records import (
    Ended,
    Refusal,
    invocation_record,
    to_dead_letters,
    to_destination,
)
from eventmatch.functions.retrying import Condition
from tests.functions.worlds import ARN, QUEUE, ROLE, Directory, fails, succeeds

NOW = 1_764_025_868.1239
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/results"


def ended(outcome: Reply | Refusal, **members: Any) -> Ended:
    directory = Directory()
    directory.configuration = Configuration(handler="m.h", role=ROLE)
    resolved = directory.resolve("f")
    condition = Condition.SUCCESS
    whole = Ended(condition, resolved, "r-1", b'{ "order": 1.50 }', 1, outcome)
    return whole._replace(**members)


def test_the_record_of_a_success() -> None:
    assert invocation_record(ended(succeeds({"ok": True})), NOW).decode() == (
        '{"version":"1.0","timestamp":"2025-11-24T23:11:08.123Z","requestContext":'
        f'{{"requestId":"r-1","functionArn":"{ARN}:$LATEST","condition":"Success",'
        '"approximateInvokeCount":1},"requestPayload":{"order":1.50},"responseContext":'
        '{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":{"ok":true}}'
    )


def test_the_record_of_a_failure_has_the_error() -> None:
    whole = ended(fails("boom"), condition=Condition.RETRIES_EXHAUSTED, attempts=3)
    record = json.loads(invocation_record(whole, NOW))
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert record["responsePayload"]["errorMessage"] == "boom"


def test_the_record_names_the_qualifier_and_the_version_that_ran() -> None:
    whole = ended(succeeds())
    version = replace(whole.resolved.version, number="3")
    whole = whole._replace(resolved=Resolved(version, f"{ARN}:live", "live"))
    record = json.loads(invocation_record(whole, NOW))
    assert record["requestContext"]["functionArn"] == f"{ARN}:live"
    assert record["responseContext"]["executedVersion"] == "3"


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"null", None),
        (b"", None),
        (b"not json", "not json"),
        (b"\xff", "\ufffd"),
        (b'{"a":1e400}', None),
    ],
)
def test_whatever_a_function_returns_the_record_is_json(payload: bytes, told: Any) -> None:
    record = invocation_record(ended(Reply(payload, None, 0.1)), NOW)
    if told is None and payload.startswith(b"{"):
        assert b'"responsePayload":{"a":1e400}' in record
    else:
        assert json.loads(record)["responsePayload"] == told


def test_a_bus_gets_the_record_as_an_event_from_lambda() -> None:
    parcel = to_destination(ended(succeeds(1)), BUS, NOW, lambda: "e-1")
    event = json.loads(parcel.body)
    detail = event.pop("detail")
    assert event == {
        "version": "0",
        "id": "e-1",
        "detail-type": "Lambda Function Invocation Result - Success",
        "source": "lambda",
        "account": "123456789012",
        "time": "2025-11-24T23:11:08Z",
        "region": "us-east-1",
        "resources": [BUS, f"{ARN}:{LATEST}"],
    }
    assert detail == json.loads(invocation_record(ended(succeeds(1)), NOW))
    assert parcel.failure is LambdaMetric.DESTINATION_DELIVERY_FAILURES


def test_a_bus_is_told_of_a_failure_by_the_detail_type() -> None:
    whole = ended(fails(), condition=Condition.EVENT_AGE_EXCEEDED)
    event = json.loads(to_destination(whole, BUS, NOW, lambda: "e-1").body)
    assert event["detail-type"] == "Lambda Function Invocation Result - Failure"


def test_any_other_destination_gets_the_record_itself() -> None:
    whole = ended(succeeds())
    parcel = to_destination(whole, QUEUE + "q", NOW, lambda: "e-1")
    assert parcel.body == invocation_record(whole, NOW)
    assert not parcel.attributes


def test_a_dead_letter_is_the_event_as_it_came_with_three_attributes() -> None:
    whole = ended(fails("boom"), condition=Condition.RETRIES_EXHAUSTED)
    parcel = to_dead_letters(whole, QUEUE + "dead")
    assert parcel.body == b'{ "order": 1.50 }'
    assert parcel.attributes == {
        "RequestID": ("r-1", "String"),
        "ErrorCode": ("200", "Number"),
        "ErrorMessage": ("boom", "String"),
    }
    assert parcel.failure is LambdaMetric.DEAD_LETTER_ERRORS


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("a\0b", "a\ufffdb"),
        ("x" * 1025, "x" * 1024),
        ("ä" * 600, "ä" * 512),
        ("x" + "ä" * 600, "x" + "ä" * 511),
    ],
)
def test_a_dead_letter_has_the_first_kilobyte_of_the_error_as_queues_take_it(
    message: str, told: str
) -> None:
    assert to_dead_letters(ended(fails(message)), QUEUE).attributes["ErrorMessage"][0] == told


@pytest.mark.parametrize(
    ("payload", "told"), [(b'"text"', '"text"'), (b"", "Unknown error"), (b"\xff", "\ufffd")]
)
def test_an_error_without_a_message_is_told_whole(payload: bytes, told: str) -> None:
    reply = Reply(payload, "Unhandled", 0.1)
    assert to_dead_letters(ended(reply), QUEUE).attributes["ErrorMessage"][0] == told


def test_a_dead_letter_of_what_never_ran_has_the_status_of_the_refusal() -> None:
    attributes = to_dead_letters(ended(Refusal(429, "Rate Exceeded.")), QUEUE).attributes
    assert attributes["ErrorCode"] == ("429", "Number")
    assert attributes["ErrorMessage"] == ("Rate Exceeded.", "String")
