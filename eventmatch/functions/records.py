"""What is told of an asynchronous event that has ended. Meaning: service reference §6.3, §6.4."""

import math
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from eventmatch.bus.arn import Arn
from eventmatch.bus.entries import Entry
from eventmatch.bus.envelope import Origin, envelope
from eventmatch.bus.moments import moment_text
from eventmatch.functions.model import Reply, Resolved
from eventmatch.functions.ports import LambdaMetric, Parcel
from eventmatch.functions.retrying import Condition
from eventmatch.jsontext import compact, read_plain, to_compact
from eventmatch.queues.admission import FORBIDDEN

# So many bytes of an error go with a dead letter.
_LONGEST_MESSAGE: Final = 1024


class Refusal(NamedTuple):
    """Why a function was not run: the HTTP status of the invocation, and its text."""

    status: int
    message: str


class Ended(NamedTuple):
    """An event that has ended.

    `attempts` is how often the function has run, `outcome` the reply of the last time, or what kept
    it from running.
    """

    condition: Condition
    resolved: Resolved
    request_id: str
    payload: bytes
    attempts: int
    outcome: Reply | Refusal

    @property
    def function_arn(self) -> str:
        """The ARN of the function with the qualifier that was named."""
        return f"{self.resolved.version.arn}:{self.resolved.qualifier}"


def invocation_record(ended: Ended, now: float) -> bytes:
    """Return the record that destinations get, as compact JSON with members in AWS's order."""
    told = b'{"version":"1.0","timestamp":"%b","requestContext":%b,"requestPayload":%b' % (
        _timestamp(now).encode(),
        to_compact(
            {
                "requestId": ended.request_id,
                "functionArn": ended.function_arn,
                "condition": ended.condition.value,
                "approximateInvokeCount": ended.attempts,
            }
        ),
        _value(ended.payload),
    )
    if isinstance(ended.outcome, Refusal):
        return told + b"}"
    return told + b',"responseContext":%b,"responsePayload":%b}' % (
        to_compact(_response_context(ended.resolved, ended.outcome)),
        _value(ended.outcome.payload),
    )


def to_destination(ended: Ended, arn: str, now: float, new_id: Callable[[], str]) -> Parcel:
    """Return the record as the destination with that ARN gets it: on a bus it is an event."""
    record = invocation_record(ended, now)
    parsed = Arn.parse(arn)
    if parsed is not None and parsed.service == "events":
        record = _event(ended, record, arn, now, new_id())
    function = ended.resolved.version.function
    return Parcel(arn, record, {}, function, LambdaMetric.DESTINATION_DELIVERY_FAILURES)


def to_dead_letters(ended: Ended, arn: str) -> Parcel:
    """Return the event as the dead-letter queue or topic with that ARN gets it."""
    refusal = _refusal(ended.outcome)
    attributes = {
        "RequestID": (ended.request_id, "String"),
        "ErrorCode": (str(refusal.status), "Number"),
        "ErrorMessage": (_cut(refusal.message), "String"),
    }
    function = ended.resolved.version.function
    return Parcel(arn, ended.payload, attributes, function, LambdaMetric.DEAD_LETTER_ERRORS)


def _response_context(resolved: Resolved, reply: Reply) -> dict[str, Any]:
    context = {"statusCode": 200, "executedVersion": resolved.version.number}
    return context if reply.error is None else {**context, "functionError": reply.error}


def _event(ended: Ended, record: bytes, bus: str, now: float, identity: str) -> bytes:
    ending = "Success" if ended.condition is Condition.SUCCESS else "Failure"
    entry = Entry(
        bus,
        "lambda",
        f"Lambda Function Invocation Result - {ending}",
        record,
        (bus, ended.function_arn),
    )
    place = Arn.parse(ended.function_arn)
    assert place is not None
    return envelope(entry, identity, now, Origin(place.account, place.region))


def _refusal(outcome: Reply | Refusal) -> Refusal:
    """Return the status and the text of an outcome; that a function failed is status 200."""
    if isinstance(outcome, Refusal):
        return outcome
    return Refusal(200, _error_message(outcome.payload))


def _error_message(payload: bytes) -> str:
    """Return what an error says; of one without a message, its whole text."""
    try:
        error = read_plain(payload)
    except ValueError:
        error = None
    message = error.get("errorMessage") if isinstance(error, dict) else None
    return message if isinstance(message, str) and message else payload.decode("utf-8", "replace")


def _cut(text: str) -> str:
    """Return the first bytes of a text as an attribute may have it, and none may be empty."""
    sound = FORBIDDEN.sub("\ufffd", text).encode("utf-8", "replace")
    return sound[:_LONGEST_MESSAGE].decode("utf-8", "ignore") or "Unknown error"


def _value(payload: bytes) -> bytes:
    """Return a payload as a JSON value; what a runtime returned that is no JSON, as a string."""
    try:
        return compact(payload or b"null")
    except ValueError:
        return to_compact(payload.decode("utf-8", "replace"))


def _timestamp(now: float) -> str:
    second = math.floor(now)
    thousandths = math.floor((now - second) * 1000)
    return f"{moment_text(second).removesuffix('Z')}.{thousandths:03d}Z"
