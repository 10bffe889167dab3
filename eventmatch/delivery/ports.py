"""What deliveries need of the world: adapters, a store, a place for dead letters, an observer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from eventmatch.delivery.model import (
    Attempt,
    DeadLetter,
    Delivery,
    Event,
    Outcome,
    Retry,
    RetryPolicy,
)


class Adapter(Protocol):
    """Hands payloads over to one target. One adapter serves one lane."""

    @property
    def batch_size(self) -> int:
        """How many attempts one call may be given."""

    @property
    def concurrency(self) -> int:
        """How many calls may run at once."""

    @property
    def timeout(self) -> float:
        """The seconds after which a call is given up; what it has not answered is TIMEOUT."""

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Return one outcome for each attempt, in order.

        An exception is an outcome UNKNOWN for all of them. A target must expect repetitions:
        delivery is at least once.
        """

    async def close(self) -> None:
        """Give up what the adapter holds."""


class InvalidPayload(Exception):
    """What was rendered for a target is not JSON; `text` is what it is."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the deliveries of a lane go.

    `render` makes the payload of an event; None where it is the envelope itself. It may raise
    `InvalidPayload`, and return None where nothing is to be delivered. `dead_letters` is the ARN of
    a queue; without one, what nothing helps is dropped. `attributes` (RULE_ARN, TARGET_ARN) are
    those of every dead letter, which also tells facts of its event: `told` are their names by
    those of the attributes. `dimensions` (EventBusName, RuleName) are those of every metric; None
    where nothing is counted.
    """

    name: str
    adapter: Adapter
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    render: Callable[[Event], bytes | None] | None = None
    dead_letters: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    dimensions: Mapping[str, str] | None = field(default_factory=dict)


class Destinations(Protocol):
    """Tells where a lane goes."""

    def destination(self, description: bytes) -> Destination:
        """Return where the deliveries of the lane with that description go.

        A target that cannot be made is a destination whose adapter answers with the reason.
        """


class DeadLetters(Protocol):
    """Where deliveries end that nothing helps."""

    async def send(self, queue: str, letters: Sequence[DeadLetter]) -> Sequence[Outcome]:
        """Keep the letters durably in the queue with that ARN; one outcome for each."""


class DeliveryStore(Protocol):
    """Keeps what was accepted until it is settled. Every write is durable when it returns.

    Each method raises `StoreError`, and then has changed nothing.
    """

    async def lane(self, description: bytes) -> int:
        """Return the number of the lane with that description, the same for the same bytes."""

    def reserve(self, count: int) -> int:
        """Return the first of so many ids, one behind the other, that no other event gets."""

    async def append(self, events: Sequence[Event], deliveries: Sequence[Delivery]) -> None:
        """Keep events with their deliveries.

        A delivery that has a `due` waits for whoever asks for it with `waiting`; one without is on
        its way already.
        """

    async def settle(self, done: Sequence[int], again: Sequence[Retry]) -> None:
        """Forget deliveries that have ended, and let others wait for their next attempt.

        An event goes with the last of its deliveries. An id that is not there is passed over.
        """

    async def waiting(self, lane: int, until: float, limit: int) -> Sequence[Delivery]:
        """Return the deliveries of a lane that are due by a moment, the longest due first.

        They stay as they are: whoever asks again before they are settled gets them again.
        """

    async def next_due(self, lane: int, after: float) -> float | None:
        """Return the first moment behind another at which a waiting delivery of a lane is due."""

    async def recover(self) -> Mapping[int, bytes]:
        """Let everything that was on its way wait, due at once; return the lanes that have any.

        For a start, after an end that may have been sudden.
        """

    async def backlog(self) -> Mapping[int, int]:
        """Return how many deliveries each lane has that are not settled."""


class Metric(StrEnum):
    """What is counted: AWS's names in the namespace AWS/Events."""

    MATCHED_EVENTS = "MatchedEvents"
    TRIGGERED_RULES = "TriggeredRules"
    INVOCATIONS = "Invocations"
    FAILED_INVOCATIONS = "FailedInvocations"
    INVOCATION_ATTEMPTS = "InvocationAttempts"
    SUCCESSFUL_INVOCATION_ATTEMPTS = "SuccessfulInvocationAttempts"
    RETRY_INVOCATION_ATTEMPTS = "RetryInvocationAttempts"
    THROTTLED_RULES = "ThrottledRules"
    DEAD_LETTER_INVOCATIONS = "DeadLetterInvocations"
    INVOCATIONS_SENT_TO_DLQ = "InvocationsSentToDlq"
    INVOCATIONS_FAILED_TO_BE_SENT_TO_DLQ = "InvocationsFailedToBeSentToDlq"
    INGESTION_TO_INVOCATION_START_LATENCY = "IngestionToInvocationStartLatency"
    INGESTION_TO_INVOCATION_COMPLETE_LATENCY = "IngestionToInvocationCompleteLatency"
    INGESTION_TO_INVOCATION_SUCCESS_LATENCY = "IngestionToInvocationSuccessLatency"


class Observer(Protocol):
    """Is told what happens, in sums; must return at once."""

    def count(self, metric: Metric, amount: int, dimensions: Mapping[str, str], /) -> None:
        """So many more of something."""

    def measure(self, metric: Metric, seconds: float, dimensions: Mapping[str, str], /) -> None:
        """One latency."""
