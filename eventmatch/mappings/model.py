"""The values of event source mappings. Meaning: service reference §6.5."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from eventmatch.bus.arn import Arn
from eventmatch.jsontext import read_plain, write_plain

FOREVER: Final = -1
"""The age or the number of retries that has no bound."""


class SourceKind(StrEnum):
    """What a mapping reads."""

    QUEUE = "queue"
    FIFO_QUEUE = "fifo-queue"
    KINESIS = "kinesis"
    DYNAMODB = "dynamodb"

    @property
    def is_queue(self) -> bool:
        """Whether it is a queue, and no stream."""
        return self in (SourceKind.QUEUE, SourceKind.FIFO_QUEUE)


def kind_of(arn: str) -> SourceKind | None:
    """Return what kind of source an ARN names; None for what no mapping reads."""
    parsed = Arn.parse(arn)
    if parsed is None:
        return None
    if parsed.service == "sqs":
        is_fifo = parsed.resource.endswith(".fifo")
        return SourceKind.FIFO_QUEUE if is_fifo else SourceKind.QUEUE
    if parsed.service == "kinesis" and parsed.resource.startswith("stream/"):
        return SourceKind.KINESIS
    if parsed.service == "dynamodb" and "/stream/" in parsed.resource:
        return SourceKind.DYNAMODB
    return None


class Position(StrEnum):
    """Where the reading of a stream begins."""

    TRIM_HORIZON = "TRIM_HORIZON"
    LATEST = "LATEST"
    AT_TIMESTAMP = "AT_TIMESTAMP"


class State(StrEnum):
    """How far AWS is with a mapping."""

    CREATING = "Creating"
    ENABLING = "Enabling"
    ENABLED = "Enabled"
    DISABLING = "Disabling"
    DISABLED = "Disabled"
    UPDATING = "Updating"
    DELETING = "Deleting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a source is read. Times are in seconds; `FOREVER` is no bound.

    `filters` are patterns, of which one must match. `on_failure` is the ARN of a destination.
    What a kind of source has not keeps its default.
    """

    batch_size: int
    batching_window: int = 0
    filters: tuple[str, ...] = ()
    reports_failures: bool = False
    maximum_concurrency: int | None = None
    parallelization_factor: int = 1
    maximum_record_age: int = FOREVER
    maximum_retry_attempts: int = FOREVER
    bisects: bool = False
    tumbling_window: int = 0
    on_failure: str | None = None


class Start(NamedTuple):
    """Where the reading of a stream begins; `moment`, in seconds since 1970, for AT_TIMESTAMP."""

    position: Position
    moment: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSourceMapping:
    """That a function gets what comes to a source.

    `source` is an ARN, and so is `function`, with its qualifier if it was named with one.
    `last_modified` is in seconds since 1970. A queue has no `start`.
    """

    uuid: str
    source: str
    kind: SourceKind
    function: str
    is_enabled: bool
    last_modified: float
    settings: Settings
    start: Start | None = None

    @property
    def unqualified_function(self) -> str:
        """The ARN of the function without its qualifier."""
        return ":".join(self.function.split(":")[:7])

    def to_record(self) -> bytes:
        """Return the mapping as JSON text."""
        return write_plain(asdict(self))

    @classmethod
    def from_record(cls, record: bytes) -> "EventSourceMapping":
        """Return the mapping that a JSON text tells."""
        members: Mapping[str, Any] = read_plain(record)
        settings, start = members["settings"], members["start"]
        return cls(
            **{
                **members,
                "kind": SourceKind(members["kind"]),
                "settings": Settings(**{**settings, "filters": tuple(settings["filters"])}),
                "start": start and Start(Position(start[0]), start[1]),
            }
        )
