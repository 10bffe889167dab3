"""Functions of Lambda as targets. Outcomes are told in `eventmatch.targets.aws.errors`.

An event is delivered once Lambda has queued it; what the function then does is Lambda's matter.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Final

from eventmatch.bus.arn import Arn
from eventmatch.delivery.model import DELIVERED, Attempt, Outcome
from eventmatch.targets.aws.batch import in_thread
from eventmatch.targets.aws.clients import CALL_TIMEOUT, ClientFactory
from eventmatch.targets.aws.errors import failure

_SERVICE: Final = "AWSLambda"


class LambdaTarget:
    """Invokes the function with that ARN asynchronously, once for each payload."""

    batch_size = 1
    concurrency = 16
    timeout = CALL_TIMEOUT

    def __init__(
        self, function: Arn, clients: ClientFactory, *, threads: Executor | None = None
    ) -> None:
        self._function = function
        self._clients = clients
        self._threads = threads

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Invoke the function one payload after the other."""
        return [
            await in_thread(self._threads, partial(self._invoke, attempt.payload))
            for attempt in batch
        ]

    async def close(self) -> None:
        """Nothing to give up: the clients are their owner's."""

    def _invoke(self, payload: bytes) -> Outcome:
        try:
            self._clients("lambda", self._function.region).invoke(
                FunctionName=str(self._function), InvocationType="Event", Payload=payload
            )
        except Exception as error:
            return failure(error, _SERVICE)
        return DELIVERED
