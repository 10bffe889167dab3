"""Where deliveries end that nothing helps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from eventmatch.delivery.model import Attempt, DeadLetter, Outcome
from eventmatch.delivery.ports import Adapter
from eventmatch.queues.model import Message
from eventmatch.queues.queue import Queues
from eventmatch.targets import Adapters, Maker, Resources


class LetterBoxes:
    """The embedded queues as targets of dead letters, which may be larger than messages."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues

    async def send_batch(self, queue: str, messages: Sequence[Message]) -> Sequence[object]:
        """Keep letters durably; return for each what it became."""
        return await self._queues.keep_letters(queue, messages)


class DeadLetterQueues:
    """Sends dead letters to queues as to any target, with AWS's attributes beside the payload.

    `makers` are further kinds of places for them.
    """

    def __init__(
        self, queues: Queues, resources: Resources, makers: Mapping[str, Maker] | None = None
    ) -> None:
        self._adapters = Adapters(replace(resources, queues=LetterBoxes(queues)), makers)
        self._queues: dict[str, Adapter] = {}

    async def send(self, queue: str, letters: Sequence[DeadLetter]) -> Sequence[Outcome]:
        """Keep the letters durably in the queue with that ARN; one outcome for each."""
        adapter = self._queues.get(queue)
        if adapter is None:
            adapter = self._queues[queue] = self._adapters.adapter(queue)
        outcomes: list[Outcome] = []
        for start in range(0, len(letters), adapter.batch_size):
            some = letters[start : start + adapter.batch_size]
            attempts = [
                Attempt(letter.payload, letter.event, attributes=letter.attributes)
                for letter in some
            ]
            outcomes += await adapter.deliver(attempts)
        return outcomes

    async def close(self) -> None:
        """Give up what the queues hold."""
        for adapter in self._queues.values():
            await adapter.close()
