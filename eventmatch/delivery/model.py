"""The values that a delivery is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

_LANE_BITS: Final = 16
MOST_DELIVERIES: Final = 1 << _LANE_BITS
TRACE: Final = "trace"
"""The fact of an event that is its trace header."""


class ErrorCode(StrEnum):
    """Why an attempt failed: the values of ERROR_CODE that AWS documents for dead letters."""

    CONNECTION_FAILURE = "CONNECTION_FAILURE"
    CROSS_ACCOUNT_INGESTION_FAILED = "CROSS_ACCOUNT_INGESTION_FAILED"
    CROSS_REGION_INGESTION_FAILED = "CROSS_REGION_INGESTION_FAILED"
    EVENTS_IN_BATCH_REQUEST_REJECTED = "EVENTS_IN_BATCH_REQUEST_REJECTED"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    RESOURCE_LIMIT_EXCEEDED = "RESOURCE_LIMIT_EXCEEDED"
    RESOURCE_MODIFICATION_COLLISION = "RESOURCE_MODIFICATION_COLLISION"
    SDK_CLIENT_ERROR = "SDK_CLIENT_ERROR"
    THROTTLING = "THROTTLING"
    TIMEOUT = "TIMEOUT"

    ERROR_FROM_TARGET = "ERROR_FROM_TARGET"
    FAILED_TO_ASSUME_ROLE = "FAILED_TO_ASSUME_ROLE"
    INVALID_JSON = "INVALID_JSON"
    INVALID_PARAMETER = "INVALID_PARAMETER"
    NO_PERMISSIONS = "NO_PERMISSIONS"
    NO_RESOURCE = "NO_RESOURCE"
    RESOURCE_ALREADY_EXISTS = "RESOURCE_ALREADY_EXISTS"
    THIRD_ACCOUNT_HOP_DETECTED = "THIRD_ACCOUNT_HOP_DETECTED"
    THIRD_REGION_HOP_DETECTED = "THIRD_REGION_HOP_DETECTED"
    TRANSIENT_ASSUME_ROLE = "TRANSIENT_ASSUME_ROLE"
    UNKNOWN = "UNKNOWN"

    @property
    def is_retryable(self) -> bool:
        """Whether another attempt may help."""
        return self in _RETRYABLE


_RETRYABLE: Final = frozenset(
    {
        ErrorCode.CONNECTION_FAILURE,
        ErrorCode.CROSS_ACCOUNT_INGESTION_FAILED,
        ErrorCode.CROSS_REGION_INGESTION_FAILED,
        ErrorCode.EVENTS_IN_BATCH_REQUEST_REJECTED,
        ErrorCode.INTERNAL_ERROR,
        ErrorCode.RESOURCE_LIMIT_EXCEEDED,
        ErrorCode.RESOURCE_MODIFICATION_COLLISION,
        ErrorCode.SDK_CLIENT_ERROR,
        ErrorCode.THROTTLING,
        ErrorCode.TIMEOUT,
    }
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt: delivered, if there is no code.

    `is_retryable` is that of the code unless an adapter knows better. `retry_after` is the seconds
    that the target asked to be left alone. An attempt that is not `counted` uses up no retry: the
    target is not there yet, and was not asked.
    """

    code: ErrorCode | None = None
    message: str = ""
    retry_after: float | None = None
    retryable: bool | None = None
    counted: bool = True

    @property
    def is_delivered(self) -> bool:
        """Whether the target has taken the payload."""
        return self.code is None

    @property
    def is_retryable(self) -> bool:
        """Whether another attempt may help."""
        if self.retryable is not None or self.code is None:
            return bool(self.retryable)
        return self.code.is_retryable


DELIVERED: Final = Outcome()


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a target is tried; the defaults and bounds are AWS's.

    `maximum_retry_attempts` counts those behind the first, 0 to 185. `maximum_event_age` is in
    seconds from the acceptance of the event, 60 to 86,400.
    """

    maximum_retry_attempts: int = 185
    maximum_event_age: int = 86_400


class Event(NamedTuple):
    """An event that was accepted.

    `body` is the envelope as compact JSON; `accepted` the moment of its ingestion, in seconds since
    1970; `facts` what travels beside the envelope, such as hops and the trace header.
    """

    id: int
    body: bytes
    accepted: float
    facts: Mapping[str, str] = {}


class Delivery(NamedTuple):
    """One event on its way to one target.

    A lane is the number under which the store keeps the description of a target. `due` is the
    moment of the next attempt; None for one that is handed to the dispatcher as it is accepted.
    """

    id: int
    lane: int
    event: Event
    attempts: int = 0
    due: float | None = None


def delivery_id(event: int, number: int) -> int:
    """Return the id of the delivery with that number, from 0, of an event.

    All deliveries of an event stand together in the order of ids, so that the store finds the last
    of them without an index.
    """
    return event << _LANE_BITS | number


def event_of(delivery: int) -> int:
    """Return the id of the event that a delivery carries."""
    return delivery >> _LANE_BITS


class Attempt(NamedTuple):
    """What an adapter sees of a delivery: the JSON text for the target, and the event.

    `number` says which attempt it is; 1 is the first. `attributes` go with the payload where the
    target has a place for them: a text, or a text and its type (`("200", "Number")`).
    """

    payload: bytes
    event: Event
    number: int = 1
    attributes: Mapping[str, str | tuple[str, str]] = {}


class Retry(NamedTuple):
    """A delivery that failed and is tried again: its id, attempts so far, and the next moment."""

    id: int
    attempts: int
    due: float


class DeadLetter(NamedTuple):
    """What becomes of a delivery that nothing helps: the payload that was attempted, and why.

    `attributes` are AWS's: RULE_ARN, TARGET_ARN, ERROR_CODE, ERROR_MESSAGE, and behind retries
    EXHAUSTED_RETRY_CONDITION and RETRY_ATTEMPTS.
    """

    payload: bytes
    event: Event
    attributes: Mapping[str, str]
