"""What queues need of the store, and topics of functions."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from eventmatch.queues.model import Received, RedrivePolicy, Sent, Stored


class Counts(NamedTuple):
    """How many messages of a queue can be received, are delayed, and are being worked on."""

    visible: int
    delayed: int
    in_flight: int


class Taking(NamedTuple):
    """What one receive asks for: up to `limit` messages, hidden from `now` until `visible`.

    What was sent before `sent_since` is forgotten in passing, and what `redrive` says to be dead
    moves to the dead-letter queue.
    """

    now: float
    visible: float
    limit: int
    sent_since: float
    redrive: RedrivePolicy | None = None


class Taken(NamedTuple):
    """What one receive got, and how many messages it moved to the dead-letter queue.

    If it got nothing, `next_visible` is when the first message may be received; None if there is
    no such moment.
    """

    received: Sequence[Received]
    moved: int = 0
    next_visible: float | None = None


class Fate(Enum):
    """What becomes of a message that could be received."""

    READY = "it is received"
    DEAD = "it moves to the dead-letter queue"
    EXPIRED = "it is forgotten"


def fate(sent: float, receive_count: int, taking: Taking) -> Fate:
    """Return what becomes of a message that was received so often before."""
    if sent < taking.sent_since:
        return Fate.EXPIRED
    if taking.redrive and receive_count >= taking.redrive.max_receive_count:
        return Fate.DEAD
    return Fate.READY


class QueueStore(Protocol):
    """Keeps messages by the name of their queue. Each method is one transaction.

    Each raises `StoreError`, and then changed nothing. A standard queue gives its messages in the
    order in which they became visible. A message that is ordered by a group is not received while
    an earlier one of the group is in flight or delayed.
    """

    async def send(
        self, queue: str, messages: Sequence[Stored], duplicates_since: float
    ) -> Sequence[Sent]:
        """Keep messages durably, in order.

        One whose deduplication id was sent to the queue since that moment, or stands earlier in
        the sequence, is not kept: it is answered as the first was.
        """

    async def receive(self, queue: str, taking: Taking) -> Taken:
        """Take messages: hide them, count the receive, and give each a new receipt."""

    async def delete(self, queue: str, receipts: Sequence[str]) -> Sequence[bool]:
        """Delete received messages; tell for each whether its receipt was the latest."""

    async def hide(self, queue: str, receipts: Sequence[str], visible: float) -> Sequence[bool]:
        """Change until when received messages are hidden; tell as `delete` does."""

    async def move(self, source: str, target: str, sequences: Sequence[int], now: float) -> int:
        """Send the messages with these sequence numbers anew to another queue.

        Those that are hidden at that moment stay. Return how many were moved.
        """

    async def pick(
        self, queue: str, sequences: Sequence[int], now: float, visible: float
    ) -> Sequence[Received]:
        """Receive the messages with these sequence numbers, and hide them until `visible`.

        Those that are hidden at `now` stay as they are.
        """

    async def peek(self, queue: str, after: int, limit: int) -> Sequence[Received]:
        """Return messages behind a sequence number, in order, without receiving them."""

    async def counts(self, queue: str, now: float) -> Counts:
        """Return how many messages there are."""

    async def expire(self, queue: str, sent_before: float, duplicates_before: float) -> int:
        """Forget messages and deduplication ids of before two moments.

        Messages may be many, and go in portions, the oldest first: return how many have gone, and 0
        when there are no more.
        """

    async def purge(self, queue: str) -> None:
        """Forget all messages and deduplication ids of a queue."""


class Functions(Protocol):
    """The functions that may subscribe to topics."""

    def arn_of(self, function: str) -> str:
        """Return the ARN of a function that is named by its name, partial ARN or ARN.

        Raises `EventmatchError` where there is none.
        """

    async def enqueue(
        self, function: str, events: Sequence[tuple[bytes, str | None]], topic: str
    ) -> Sequence[object]:
        """Invoke a function asynchronously on behalf of a topic; both are named by their ARNs.

        There is one invocation for each payload, which comes with its trace header; return for
        each what it became, or the exception that refuses it. All others are durable. Raises
        `StoreError`, and another `EventmatchError` where all are refused.
        """
