"""Messages and records go that have been kept for as long as their queue or stream keeps them."""

import asyncio
import logging
from typing import Final

from eventmatch.clock import Clock
from eventmatch.errors import StoreError
from eventmatch.queues.queue import Queues
from eventmatch.streams.stream import Streams

MINUTE: Final = 60.0
DAY: Final = 86_400.0

_log: Final = logging.getLogger("eventmatch.router")


class Sweeper:
    """Looks for such messages and records as often as the shortest time that a queue keeps them."""

    def __init__(self, queues: Queues, streams: Streams, clock: Clock) -> None:
        self._queues = queues
        self._streams = streams
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._task is not None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._sweep())

    def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _sweep(self) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + self._until_sweep())
            try:
                await self._queues.expire()
                await self._streams.expire()
            except StoreError as error:
                _log.error("%s", error)

    def _until_sweep(self) -> float:
        """Return the shortest time that a queue keeps messages, but a minute to a day."""
        names = self._queues.list_queues()
        kept = (self._queues.describe_queue(name).retention for name in names)
        return min(max(min(kept, default=DAY), MINUTE), DAY)
