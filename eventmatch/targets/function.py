"""Functions of this process as targets.

| what happens                                     | outcome           |
|--------------------------------------------------|-------------------|
| the event is durable in the function's queue     | delivered         |
| there is no such function, version or alias      | NO_RESOURCE       |
| its policy does not let the rule invoke it       | NO_PERMISSIONS    |
| the payload is too large                         | INVALID_PARAMETER |

and any other refusal as `eventmatch.targets.embedded` tells. What the function then does with the
event is no matter of the target: service reference §3.5.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from eventmatch.delivery.model import DELIVERED, TRACE, Attempt, ErrorCode, Outcome
from eventmatch.errors import StoreError
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.invoking import Source
from eventmatch.targets.codes import code_of
from eventmatch.targets.outcomes import described, service_message

_SERVICE: Final = "AWSLambda"
_STATUS: Final = {
    LambdaCode.ACCESS_DENIED: 403,
    LambdaCode.REQUEST_TOO_LARGE: 413,
    LambdaCode.RESOURCE_NOT_FOUND: 404,
    LambdaCode.TOO_MANY_REQUESTS: 429,
}


class Enqueue(Protocol):
    """Invokes a function asynchronously."""

    async def __call__(
        self, function: str, events: Sequence[tuple[bytes, str | None]], source: Source | None
    ) -> Sequence[object]:
        """Keep payloads durably for a function; return for each what it became, or what refused it.

        Each comes with its trace header. Raises `LambdaError` where there is no such function, or
        the source may not invoke it, and `StoreError`.
        """


class FunctionTarget:
    """Invokes the function with that ARN asynchronously, once for each payload.

    `source` is who its policy must let invoke it; None where a role was asked before.
    """

    batch_size = 100
    concurrency = 1
    timeout = 30.0

    def __init__(self, enqueue: Enqueue, function: str, source: Source | None = None) -> None:
        self._enqueue = enqueue
        self._function = function
        self._source = source

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Queue the payloads, and return once they are durable."""
        events = [(attempt.payload, attempt.event.facts.get(TRACE)) for attempt in batch]
        try:
            results = await self._enqueue(self._function, events, self._source)
        except (LambdaError, StoreError) as error:
            return [_outcome(error)] * len(batch)
        return [_outcome(result) for result in results]

    async def close(self) -> None:
        """Nothing to give up: functions are their owner's."""


def _outcome(result: object) -> Outcome:
    if isinstance(result, LambdaError):
        status = _STATUS.get(result.code, 400)
        text = service_message(result.message, _SERVICE, status, result.code)
        return Outcome(code_of(result.code, status), text)
    if isinstance(result, StoreError):
        return Outcome(ErrorCode.INTERNAL_ERROR, described(result))
    return DELIVERED
