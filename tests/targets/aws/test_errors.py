"""What the services refuse, as outcomes."""

import socket
from typing import Any

import pytest
from botocore import exceptions

from eventmatch.delivery.model import ErrorCode
from eventmatch.targets.aws.errors import failure
from eventmatch.targets.aws.lambda_ import LambdaTarget
from eventmatch.targets.aws.sqs import SqsTarget
from eventmatch.targets.codes import code_of
from tests.targets.attempts import attempt, codes, deliver
from tests.targets.aws.stubs import stub
from tests.targets.cloud import Cloud, arn

ENDPOINT = {"endpoint_url": "http://x"}


def test_a_refusal_has_the_text_of_the_service() -> None:
    text = "User: events.amazonaws.com is not authorized to perform: sqs:sendmessage"
    with stub("sqs") as sqs:
        sqs.refuse("send_message_batch", "AccessDenied", text, 403)
        (outcome,) = deliver(SqsTarget(arn("sqs", "q"), sqs), attempt())
    assert outcome.code is ErrorCode.NO_PERMISSIONS
    assert outcome.message == (
        f"{text} (Service: AmazonSQS; Status Code: 403; Error Code: AccessDenied; "
        "Request ID: a1b2; Proxy: null)"
    )


def test_a_missing_queue_has_the_code_of_the_service(cloud: Cloud) -> None:
    (outcome,) = deliver(SqsTarget(arn("sqs", "none"), cloud.clients), attempt())
    assert outcome.message.startswith("The specified queue does not exist")
    assert "Status Code: 400; Error Code: AWS.SimpleQueueService.NonExistentQueue" in (
        outcome.message
    )


@pytest.mark.parametrize(
    ("name", "status", "code", "retried"),
    [
        ("ResourceNotFoundException", 404, ErrorCode.NO_RESOURCE, False),
        ("AccessDeniedException", 403, ErrorCode.NO_PERMISSIONS, False),
        ("TooManyRequestsException", 429, ErrorCode.THROTTLING, True),
        ("ThrottlingException", 400, ErrorCode.THROTTLING, True),
        ("SomethingNew", 429, ErrorCode.THROTTLING, True),
        ("ResourceConflictException", 409, ErrorCode.RESOURCE_MODIFICATION_COLLISION, True),
        ("InvalidRequestContentException", 400, ErrorCode.INVALID_JSON, False),
        ("RequestTooLargeException", 413, ErrorCode.INVALID_PARAMETER, False),
        ("ServiceException", 500, ErrorCode.INTERNAL_ERROR, True),
        ("EC2UnexpectedException", 502, ErrorCode.INTERNAL_ERROR, True),
        ("UnrecognizedClientException", 403, ErrorCode.SDK_CLIENT_ERROR, True),
        ("ExpiredTokenException", 403, ErrorCode.SDK_CLIENT_ERROR, True),
        ("SomethingNew", 400, ErrorCode.ERROR_FROM_TARGET, False),
    ],
)
def test_each_refusal_has_its_code(name: str, status: int, code: ErrorCode, retried: bool) -> None:
    with stub("lambda") as functions:
        functions.refuse("invoke", name, status=status)
        (outcome,) = deliver(LambdaTarget(arn("lambda", "function:f"), functions), attempt())
    assert (outcome.code, outcome.is_retryable) == (code, retried)
    assert f"Service: AWSLambda; Status Code: {status}; Error Code: {name};" in outcome.message


@pytest.mark.parametrize(
    ("error", "code", "retried"),
    [
        (exceptions.ConnectTimeoutError(**ENDPOINT), ErrorCode.TIMEOUT, True),
        (exceptions.ReadTimeoutError(**ENDPOINT), ErrorCode.TIMEOUT, True),
        (
            exceptions.EndpointConnectionError(error=OSError("refused"), **ENDPOINT),
            ErrorCode.CONNECTION_FAILURE,
            True,
        ),
        (
            exceptions.EndpointConnectionError(
                error=socket.gaierror(socket.EAI_NONAME, "unknown"), **ENDPOINT
            ),
            ErrorCode.CONNECTION_FAILURE,
            False,
        ),
        (
            exceptions.ConnectionClosedError(error=OSError("reset"), **ENDPOINT),
            ErrorCode.CONNECTION_FAILURE,
            True,
        ),
        (exceptions.NoCredentialsError(), ErrorCode.SDK_CLIENT_ERROR, True),
        (exceptions.ParamValidationError(report="odd"), ErrorCode.INVALID_PARAMETER, False),
        (RuntimeError("odd"), ErrorCode.UNKNOWN, False),
    ],
)
def test_each_failure_of_a_call_has_its_code(
    error: Exception, code: ErrorCode, retried: bool
) -> None:
    outcome = failure(error, "AmazonSQS")
    assert (outcome.code, outcome.is_retryable) == (code, retried)
    assert outcome.message


def test_the_refusal_of_one_entry_is_its_own() -> None:
    failed: list[dict[str, Any]] = [
        {"Id": "1", "SenderFault": True, "Code": "InvalidMessageContents", "Message": "Odd."},
        {"Id": "3", "SenderFault": False, "Code": "InternalError"},
    ]
    with stub("sqs") as sqs:
        good = [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": "d"}]
        sqs.answer("send_message_batch", {"Successful": good, "Failed": failed})
        outcomes = deliver(SqsTarget(arn("sqs", "q"), sqs), *[attempt()] * 4)
    assert codes(outcomes) == [
        None,
        ErrorCode.INVALID_PARAMETER,
        ErrorCode.INTERNAL_ERROR,
        ErrorCode.INTERNAL_ERROR,
    ]
    assert [outcome.is_retryable for outcome in outcomes] == [False, False, True, True]
    assert "Odd. (Service: AmazonSQS; Status Code: 400;" in outcomes[1].message
    assert "did not answer" in outcomes[2].message


def test_an_unknown_code_is_judged_by_its_status() -> None:
    assert code_of("Brand.New", 503) is ErrorCode.INTERNAL_ERROR
    assert code_of("Brand.New", 404) is ErrorCode.ERROR_FROM_TARGET
