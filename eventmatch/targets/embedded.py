"""What the parts of this process that serve as targets refuse, as outcomes.

| refusal                                                   | outcome                     |
|-----------------------------------------------------------|-----------------------------|
| `NotFound`, or AWS's code for a resource that is not there | NO_RESOURCE                 |
| an error with another code of AWS                         | as `eventmatch.targets.codes` has it |
| `StoreError`                                              | INTERNAL_ERROR, tried again |
| anything else                                             | UNKNOWN                     |
"""

from collections.abc import Awaitable, Sequence
from typing import NamedTuple

from eventmatch.delivery.model import DELIVERED, ErrorCode, Outcome
from eventmatch.errors import EventmatchError, NotFound, StoreError
from eventmatch.targets.codes import code_of
from eventmatch.targets.outcomes import described, service_message


class Part(NamedTuple):
    """The service that a part of the process stands for, and its text for a missing resource."""

    service: str
    missing: str


def refusal(error: Exception, part: Part) -> Outcome:
    """Return the outcome that an error of a part means."""
    if isinstance(error, NotFound):
        return Outcome(ErrorCode.NO_RESOURCE, part.missing)
    if isinstance(error, StoreError):
        return Outcome(ErrorCode.INTERNAL_ERROR, described(error))
    name = getattr(error, "code", None)
    if not isinstance(error, EventmatchError) or not isinstance(name, str):
        return Outcome(ErrorCode.UNKNOWN, described(error))
    code = code_of(name, 400)
    if code is ErrorCode.NO_RESOURCE:
        return Outcome(code, part.missing)
    text = getattr(error, "message", str(error))
    return Outcome(code, service_message(text, part.service, 400, name))


async def outcomes_of(
    sending: Awaitable[Sequence[object]], count: int, part: Part
) -> Sequence[Outcome]:
    """Return an outcome for each result of a batch; an exception among them is a refusal."""
    try:
        results = await sending
    except Exception as error:
        return [refusal(error, part)] * count
    return [refusal(each, part) if isinstance(each, Exception) else DELIVERED for each in results]
