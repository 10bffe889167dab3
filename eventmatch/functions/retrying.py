"""What follows an attempt at an asynchronous event. Pure decisions; meaning: reference §6.2."""

from enum import StrEnum
from typing import Final, NamedTuple

from eventmatch.functions.model import EventInvokeConfig

MAXIMUM_RETRY_ATTEMPTS: Final = 2
MAXIMUM_EVENT_AGE: Final = 21_600

# The seconds after the first failure of the function, and after the second.
_DELAYS: Final = (60.0, 120.0)
_LONGEST_DELAY: Final = 300.0


class Condition(StrEnum):
    """Why an event has ended: AWS's words in the record of an invocation."""

    SUCCESS = "Success"
    RETRIES_EXHAUSTED = "RetriesExhausted"
    EVENT_AGE_EXCEEDED = "EventAgeExceeded"
    ZERO_RESERVED_CONCURRENCY = "ZeroReservedConcurrency"


class Terms(NamedTuple):
    """How often an event is tried again, and for how many seconds from its acceptance."""

    maximum_retry_attempts: int = MAXIMUM_RETRY_ATTEMPTS
    maximum_event_age: int = MAXIMUM_EVENT_AGE


def terms_of(config: EventInvokeConfig | None) -> Terms:
    """Return what a configuration says, or the defaults."""
    if config is None:
        return Terms()
    retries, age = config.maximum_retry_attempts, config.maximum_event_age
    return Terms(
        MAXIMUM_RETRY_ATTEMPTS if retries is None else retries,
        MAXIMUM_EVENT_AGE if age is None else age,
    )


def before_attempt(age: float, terms: Terms, reserved: int | None) -> Condition | None:
    """Return why an event of that age is not tried at all; None if it is."""
    if reserved == 0:
        return Condition.ZERO_RESERVED_CONCURRENCY
    return Condition.EVENT_AGE_EXCEEDED if age >= terms.maximum_event_age else None


def after_failure(attempts: int, age: float, terms: Terms) -> float | Condition:
    """Return the seconds to wait once the function has failed so often, or why the event ends."""
    if attempts > terms.maximum_retry_attempts:
        return Condition.RETRIES_EXHAUSTED
    return _within(_DELAYS[min(attempts, len(_DELAYS)) - 1], age, terms)


def after_refusal(failures: int, age: float, terms: Terms) -> float | Condition:
    """Return the seconds to wait once an attempt came to nothing, or why the event ends.

    They double from one second on. An event that is tried at 0, 1, 3, 7... seconds, counted from
    its acceptance or from its retry once the function has failed, has waited for one second less
    than it waits next, so that its age tells all.
    """
    waited = max(0.0, age - sum(_DELAYS[:failures]))
    return _within(min(waited + 1.0, _LONGEST_DELAY), age, terms)


def _within(delay: float, age: float, terms: Terms) -> float | Condition:
    """Return the delay, unless the event is too old by then."""
    return Condition.EVENT_AGE_EXCEEDED if age + delay >= terms.maximum_event_age else delay
