"""What all adapters say in the same words, and how one bad attempt leaves the others alone."""

import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from eventmatch.delivery.model import Attempt, ErrorCode, Outcome
from eventmatch.queues.admission import FORBIDDEN

Prepared = TypeVar("Prepared")

_LONGEST: Final = 1000

INVALID_INPUT: Final = Outcome(ErrorCode.INVALID_JSON, "Invalid input for target.")


def service_message(text: str, service: str, status: int, code: str, request: str = "null") -> str:
    """Return the text that the service's own client gives such a refusal."""
    return (
        f"{text} (Service: {service}; Status Code: {status}; Error Code: {code}; "
        f"Request ID: {request}; Proxy: null)"
    )


def described(error: BaseException) -> str:
    """Return the kind of an error and what it says."""
    try:
        text = str(error)
    except Exception:
        text = "what it says cannot be told"
    return presentable(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def presentable(text: str) -> str:
    """Return the text as attributes of dead letters may have it: never empty, and not too long."""
    return FORBIDDEN.sub("\ufffd", text)[:_LONGEST] or "no reason was given"


def is_unknown_host(error: BaseException | None) -> bool:
    """Whether the error comes from a host name that does not exist, so that no retry helps."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, socket.gaierror) and error.errno != socket.EAI_AGAIN:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def connection_failure(error: BaseException) -> Outcome:
    """Return the outcome of an attempt that did not get through to the target."""
    retryable = False if is_unknown_host(error) else None
    return Outcome(ErrorCode.CONNECTION_FAILURE, described(error), retryable=retryable)


def text_of(payload: bytes) -> str | Outcome:
    """Return the payload as text, in which the two characters that SQS refuses are escapes."""
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        return INVALID_INPUT
    return text.replace("\ufffe", r"\ufffe").replace("\uffff", r"\uffff")


async def deliver_prepared(
    batch: Sequence[Attempt],
    prepare: Callable[[Attempt], Prepared | Outcome],
    send: Callable[[Sequence[Prepared]], Awaitable[Sequence[Outcome]]],
) -> list[Outcome]:
    """Send what could be prepared, and return the outcomes of all in order."""
    prepared = [prepare(attempt) for attempt in batch]
    sound = [each for each in prepared if not isinstance(each, Outcome)]
    outcomes = iter(await send(sound) if sound else ())
    return [each if isinstance(each, Outcome) else next(outcomes) for each in prepared]
