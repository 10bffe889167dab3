"""The values that queues hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class RedrivePolicy:
    """After so many receives without a deletion a message moves to the queue with that name."""

    dead_letter_queue: str
    max_receive_count: int


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """The attributes of a queue; the defaults are those of SQS. All times are in seconds."""

    visibility_timeout: int = 30
    delay: int = 0
    receive_wait_time: int = 0
    retention: int = 345_600
    maximum_message_size: int = 1_048_576
    fifo: bool = False
    content_based_deduplication: bool = False
    redrive: RedrivePolicy | None = None


class Attribute(NamedTuple):
    """The value of an attribute with its type: String, Number or Binary, and what follows a dot.

    A Binary value is its base64 text.
    """

    value: str
    type: str = "String"


class Message(NamedTuple):
    """A message as it is sent. `delay` is in seconds; None takes that of the queue.

    An attribute that is a plain string has the type String.
    """

    body: str
    attributes: Mapping[str, str | Attribute] = {}
    group: str | None = None
    deduplication_id: str | None = None
    delay: int | None = None
    trace: str | None = None


class Sent(NamedTuple):
    """The receipt of a sender: the id of the message, and its place in the order of sending."""

    id: str
    sequence: int


class Stored(NamedTuple):
    """A message as the store keeps it. Moments are in seconds since 1970.

    `ordered_by` is the group whose order is kept; None in a standard queue. `source` is the queue
    that a dead letter comes from.
    """

    id: str
    message: Message
    sent: float
    visible: float
    sequence: int = 0
    ordered_by: str | None = None
    source: str | None = None


class Received(NamedTuple):
    """A message that was received; `receipt` is the handle of this receive."""

    stored: Stored
    receipt: str
    receive_count: int
    first_received: float
