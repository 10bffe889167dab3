"""An adapter that sees other attempts than were made."""

from collections.abc import Callable, Sequence

from eventmatch.delivery.model import Attempt, Outcome
from eventmatch.delivery.ports import Adapter


class Changing:
    """Hands each attempt over as `change` returns it; all else is as the adapter has it."""

    def __init__(self, adapter: Adapter, change: Callable[[Attempt], Attempt]) -> None:
        self._adapter = adapter
        self._change = change
        self.batch_size = adapter.batch_size
        self.concurrency = adapter.concurrency
        self.timeout = adapter.timeout

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Hand the attempts over."""
        return await self._adapter.deliver([self._change(attempt) for attempt in batch])

    async def close(self) -> None:
        """Give up what the adapter holds."""
        await self._adapter.close()
