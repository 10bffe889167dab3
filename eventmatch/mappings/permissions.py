"""What an execution role must be allowed for a mapping to work.

Meaning: service reference §6.5. An action is looked for on the source or the destination itself.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from eventmatch.bus.arn import Arn
from eventmatch.functions.ports import Directory
from eventmatch.mappings import refusals
from eventmatch.mappings.model import EventSourceMapping, SourceKind

_QUEUE_ACTIONS: Final = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
_STREAM_ACTIONS: Final[Mapping[SourceKind, tuple[str, Sequence[str]]]] = {
    SourceKind.KINESIS: (
        "kinesis",
        ("GetRecords", "GetShardIterator", "DescribeStream", "ListShards", "ListStreams"),
    ),
    SourceKind.DYNAMODB: (
        "dynamodb",
        ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"),
    ),
}
# Either of the two will do.
_INSTEAD: Final[Mapping[str, str]] = {"DescribeStream": "DescribeStreamSummary"}
_SENDING: Final[Mapping[str, tuple[str, str]]] = {
    "sqs": ("SendMessage", "SQS"),
    "sns": ("Publish", "SNS"),
    "s3": ("PutObject", "S3"),
}


def role_of(directory: Directory, mapping: EventSourceMapping) -> str:
    """Return the execution role of the function; raises `LambdaError` if there is none."""
    return directory.resolve(mapping.function).version.configuration.role


def refuse_reading(directory: Directory, mapping: EventSourceMapping) -> None:
    """Raise `LambdaError` unless the role of the function may read the source."""
    role, arn = role_of(directory, mapping), mapping.source
    if mapping.kind.is_queue:
        for action in _QUEUE_ACTIONS:
            if not directory.role_allows(role, f"sqs:{action}", arn):
                raise refusals.role_lacks(action, "SQS")
        return
    service, actions = _STREAM_ACTIONS[mapping.kind]
    for action in actions:
        names = (f"{service}:{action}", f"{service}:{_INSTEAD.get(action, action)}")
        if not any(directory.role_allows(role, name, arn) for name in names):
            told = f"{', '.join(actions[:-1])}, and {actions[-1]}"
            raise refusals.stream_denied(arn, told)


def refuse_sending(directory: Directory, mapping: EventSourceMapping) -> None:
    """Raise `LambdaError` unless the role of the function may send to the destination."""
    destination = mapping.settings.on_failure or ""
    role, arn = role_of(directory, mapping), Arn.parse(destination)
    if arn is not None and arn.service in _SENDING:
        action, service = _SENDING[arn.service]
        if not directory.role_allows(role, f"{arn.service}:{action}", destination):
            raise refusals.role_lacks(action, service)
