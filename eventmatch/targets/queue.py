"""Embedded queues as targets. One that does not exist is NO_RESOURCE, in the words of SQS."""

from collections.abc import Sequence
from functools import partial
from typing import Final, Protocol

from eventmatch.errors import QueueCode
from eventmatch.queues.model import Message
from eventmatch.targets.embedded import Part
from eventmatch.targets.message import MessageTarget
from eventmatch.targets.outcomes import service_message
from eventmatch.targets.path import Parameter

_SERVICE: Final = "AmazonSQS"
# Dead letters have a longer text than the queue's own refusal.
_MISSING: Final = service_message(
    "The specified queue does not exist or you do not have access to it.",
    _SERVICE,
    400,
    QueueCode.NON_EXISTENT_QUEUE,
)


class Queues(Protocol):
    """Queues by their names."""

    async def send_batch(self, queue: str, messages: Sequence[Message]) -> Sequence[object]:
        """Keep messages durably; return for each what it became, or the exception that refused it.

        Raises an error that says so where there is no such queue.
        """


class QueueTarget(MessageTarget):
    """Sends payloads to a queue."""

    # Each call is a transaction of its own.
    batch_size = 500

    def __init__(self, queues: Queues, queue: str, group: Parameter | None = None) -> None:
        super().__init__(partial(queues.send_batch, queue), Part(_SERVICE, _MISSING), group)
