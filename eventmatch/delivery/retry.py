"""What follows an attempt that failed: a decision without a clock, a store or chance of its own."""

from dataclasses import dataclass
from random import Random
from typing import Final

from eventmatch.delivery.model import Outcome, RetryPolicy

# AWS keeps its curve to itself; these are ours.
FIRST_DELAY: Final = 1.0
LONGEST_DELAY: Final = 900.0
# Behind so many doublings the longest delay has long been reached.
_MOST_DOUBLINGS: Final = 20


@dataclass(frozen=True, slots=True)
class Again:
    """It is tried again at that moment."""

    due: float


@dataclass(frozen=True, slots=True)
class Dead:
    """Nothing helps. `condition` is what ran out, in AWS's words; None if no retry would help."""

    condition: str | None


Step = Again | Dead


def next_step(
    outcome: Outcome,
    attempts: int,
    accepted: float,
    policy: RetryPolicy,
    now: float,
    random: Random,
) -> Step:
    """Return what follows an attempt that failed.

    `attempts` counts this one. Retries back off exponentially with full jitter, and leave a target
    alone for as long as it asked to be. The last comes when the event's time runs out at the
    latest. Source: AWS, "Event retry policy and using dead-letter queues".
    """
    if not outcome.is_retryable:
        return Dead(None)
    if outcome.counted and attempts > policy.maximum_retry_attempts:
        return Dead("MaximumRetryAttempts")
    end, asked = accepted + policy.maximum_event_age, now + (outcome.retry_after or 0.0)
    if now >= end or asked > end:
        return Dead("MaximumEventAgeInSeconds")
    return Again(min(max(now + backoff(attempts, random), asked), end))


def backoff(attempts: int, random: Random) -> float:
    """Return the seconds to wait behind so many attempts, at most `LONGEST_DELAY`."""
    longest = FIRST_DELAY * 2.0 ** min(attempts - 1, _MOST_DOUBLINGS)
    return random.uniform(0.0, min(LONGEST_DELAY, longest))
