"""Embedded queues as sources of mappings."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from eventmatch.bus.arn import Arn
from eventmatch.errors import QueueError, QueueNotFound
from eventmatch.mappings.batches import Item
from eventmatch.mappings.ports import SourceFailure, SourceMissing, Waiting
from eventmatch.mappings.records import Source, message
from eventmatch.queues.queue import Queues


class EmbeddedQueue:
    """A queue of this process; whoever waits for a message waits for a bell."""

    def __init__(self, queues: Queues, arn: Arn) -> None:
        self._queues = queues
        self._name = arn.resource
        self._sender = arn.account
        self._source = Source(str(arn), arn.region)

    async def visibility_timeout(self) -> int:
        """Return for how many seconds a received message is hidden."""
        with _failing():
            return self._queues.describe_queue(self._name).visibility_timeout

    async def receive(self, limit: int, wait: int, waiting: Waiting) -> Sequence[Item]:
        """Take up to `limit` messages; where there are none, wait up to `wait` seconds."""
        with _failing():
            is_fifo = self._queues.describe_queue(self._name).fifo
            received = await self._queues.receive(self._name, limit, wait=wait, waiting=waiting)
            return [message(each, self._source, self._sender, is_fifo=is_fifo) for each in received]

    async def delete(self, items: Sequence[Item]) -> None:
        """Delete messages that were taken."""
        with _failing():
            await self._queues.delete(self._name, [each.handle for each in items])

    async def release(self, items: Sequence[Item]) -> None:
        """Let messages that were taken be received again at once."""
        with _failing():
            await self._queues.change_visibility(self._name, [each.handle for each in items], 0)


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except QueueNotFound as error:
        raise SourceMissing(error.message) from error
    except QueueError as error:
        raise SourceFailure(error.message) from error
