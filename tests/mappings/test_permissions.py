"""What the execution role of a function must be allowed."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Final

import pytest

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.mappings.model import EventSourceMapping, Settings, SourceKind
from eventmatch.mappings.permissions import refuse_reading, refuse_sending

QUEUE: Final = "arn:aws:sqs:us-east-1:123456789012:orders"
STREAM: Final = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"
TABLE: Final = "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/x"
READING: Final = {
    SourceKind.QUEUE: (QUEUE, ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")),
    SourceKind.KINESIS: (
        STREAM,
        ("GetRecords", "GetShardIterator", "DescribeStream", "ListShards", "ListStreams"),
    ),
    SourceKind.DYNAMODB: (
        TABLE,
        ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"),
    ),
}


class Role:
    """A directory whose only role may do some actions on one resource."""

    def __init__(self, arn: str, actions: Sequence[str]) -> None:
        self._allowed = {("role", action, arn) for action in actions}

    def resolve(self, _: str) -> Any:
        configuration = SimpleNamespace(role="role")
        return SimpleNamespace(version=SimpleNamespace(configuration=configuration))

    def role_allows(self, role: str, action: str, resource: str) -> bool:
        return (role, action, resource) in self._allowed


def directory(arn: str, actions: Sequence[str]) -> Any:
    return Role(arn, actions)


def mapping(kind: SourceKind, source: str, on_failure: str | None = None) -> EventSourceMapping:
    return EventSourceMapping(
        uuid="u",
        source=source,
        kind=kind,
        function="arn:aws:lambda:us-east-1:123456789012:function:f",
        is_enabled=True,
        last_modified=0.0,
        settings=Settings(batch_size=1, on_failure=on_failure),
    )


def needed(kind: SourceKind, without: str = "") -> list[str]:
    source, actions = READING[kind]
    service = source.split(":")[2]
    return [f"{service}:{action}" for action in actions if action != without]


@pytest.mark.parametrize("kind", READING)
def test_what_a_source_needs_is_enough(kind: SourceKind) -> None:
    source, _ = READING[kind]
    refuse_reading(directory(source, needed(kind)), mapping(kind, source))


@pytest.mark.parametrize(
    ("kind", "missing"), [(kind, each) for kind, (_, told) in READING.items() for each in told]
)
def test_each_action_is_needed(kind: SourceKind, missing: str) -> None:
    source, actions = READING[kind]
    with pytest.raises(LambdaError) as refused:
        refuse_reading(directory(source, needed(kind, missing)), mapping(kind, source))
    assert refused.value.code is LambdaCode.INVALID_PARAMETER_VALUE
    if kind is SourceKind.QUEUE:
        assert refused.value.message == (
            f"The provided execution role does not have permissions to call {missing} on SQS"
        )
    else:
        told = ", ".join(actions[:-1]) + f", and {actions[-1]}"
        assert refused.value.message == (
            f"Cannot access stream {source}. Please ensure the role can perform the {told} "
            "Actions on your stream in IAM."
        )


@pytest.mark.parametrize("kind", [SourceKind.KINESIS, SourceKind.DYNAMODB])
def test_a_summary_of_the_stream_is_enough(kind: SourceKind) -> None:
    source, _ = READING[kind]
    summary = f"{source.split(':')[2]}:DescribeStreamSummary"
    allowed = directory(source, [*needed(kind, "DescribeStream"), summary])
    refuse_reading(allowed, mapping(kind, source))


@pytest.mark.parametrize("kind", READING)
def test_another_source_is_not_this_one(kind: SourceKind) -> None:
    source, _ = READING[kind]
    with pytest.raises(LambdaError):
        refuse_reading(directory(f"{source}2", needed(kind)), mapping(kind, source))


@pytest.mark.parametrize(
    ("destination", "action", "text"),
    [
        ("arn:aws:sqs:us-east-1:123456789012:dead", "sqs:SendMessage", "SendMessage on SQS"),
        ("arn:aws:sns:us-east-1:123456789012:dead", "sns:Publish", "Publish on SNS"),
        ("arn:aws:s3:::dead", "s3:PutObject", "PutObject on S3"),
    ],
)
def test_a_destination_needs_an_action(destination: str, action: str, text: str) -> None:
    told = mapping(SourceKind.KINESIS, STREAM, destination)
    refuse_sending(directory(destination, [action]), told)
    with pytest.raises(LambdaError) as refused:
        refuse_sending(directory(destination, []), told)
    assert refused.value.message == (
        f"The provided execution role does not have permissions to call {text}"
    )
