"""Embedded queues and topics as targets."""

from collections.abc import Callable
from typing import Any

import pytest

from eventmatch.delivery.model import ErrorCode
from eventmatch.delivery.ports import Adapter
from eventmatch.errors import (
    EventmatchError,
    NotFound,
    ServiceCode,
    ServiceError,
    StoreCode,
    StoreError,
)
from eventmatch.targets import QueueTarget, TopicTarget, parameter
from tests.targets.attempts import BAD_TEXT, attempt, codes, deliver
from tests.targets.fakes import Shelves

Make = Callable[..., Adapter]


class Refusal(EventmatchError):
    """What queues raise: an error with a code of AWS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = "Refused."


@pytest.fixture(params=[QueueTarget, TopicTarget])
def make(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_the_trace_travels_beside_the_payload(make: Make) -> None:
    shelves = Shelves("x")
    deliver(make(shelves, "x"), attempt(facts={"trace": "Root=1-2-3"}), attempt())
    assert [message.trace for message in shelves.messages["x"]] == ["Root=1-2-3", None]


def test_a_group_may_come_from_the_event(make: Make) -> None:
    shelves = Shelves("x.fifo")
    target = make(shelves, "x.fifo", parameter("$.detail.customer"))
    deliver(target, attempt(b"1", detail={"customer": "c-1"}), attempt(b"2", detail={}))
    assert [message.group for message in shelves.messages["x.fifo"]] == ["c-1", "{}"]


def test_there_is_no_group_and_no_deduplication_id_unless_asked_for(make: Make) -> None:
    shelves = Shelves("x")
    deliver(make(shelves, "x"), attempt())
    (message,) = shelves.messages["x"]
    assert (message.group, message.deduplication_id) == (None, None)


def test_one_refused_message_fails_alone(make: Make) -> None:
    shelves = Shelves("x")
    batch = [attempt(b'"bad"'), attempt(b'"x"'), attempt(BAD_TEXT)]
    outcomes = deliver(make(shelves, "x"), *batch)
    assert codes(outcomes) == [ErrorCode.INVALID_PARAMETER, None, ErrorCode.INVALID_JSON]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            QueueTarget,
            "The specified queue does not exist or you do not have access to it. "
            "(Service: AmazonSQS; Status Code: 400; "
            "Error Code: AWS.SimpleQueueService.NonExistentQueue; Request ID: null; Proxy: null)",
        ),
        (
            TopicTarget,
            "Topic does not exist (Service: AmazonSNS; Status Code: 404; "
            "Error Code: NotFound; Request ID: null; Proxy: null)",
        ),
    ],
)
@pytest.mark.parametrize(
    "error",
    [
        NotFound("queue", "x"),
        Refusal("AWS.SimpleQueueService.NonExistentQueue"),
        Refusal("NotFound"),
        ServiceError(ServiceCode.RESOURCE_NOT_FOUND, "gone"),
    ],
)
def test_what_is_missing_is_told_in_the_words_of_aws(
    make: Make, text: str, error: Exception
) -> None:
    (outcome,) = deliver(make(Shelves(fault=error), "x"), attempt())
    assert (outcome.code, outcome.message) == (ErrorCode.NO_RESOURCE, text)
    assert not outcome.is_retryable


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StoreError(StoreCode.FULL, "full"), ErrorCode.INTERNAL_ERROR),
        (ServiceError(ServiceCode.ACCESS_DENIED, "no"), ErrorCode.NO_PERMISSIONS),
        (ServiceError(ServiceCode.LIMIT_EXCEEDED, "no"), ErrorCode.RESOURCE_LIMIT_EXCEEDED),
        (Refusal("InvalidMessageContents"), ErrorCode.INVALID_PARAMETER),
        (Refusal("SomethingNew"), ErrorCode.ERROR_FROM_TARGET),
        (RuntimeError("odd"), ErrorCode.UNKNOWN),
    ],
)
def test_each_fault_has_its_code(make: Make, error: Exception, code: ErrorCode) -> None:
    outcomes = deliver(make(Shelves(fault=error), "x"), attempt(), attempt())
    assert codes(outcomes) == [code] * 2
    assert outcomes[0].message
