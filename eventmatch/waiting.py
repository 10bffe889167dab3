"""Whoever waits for something to happen stands in a line, and is woken by a ring."""

import asyncio
from collections import deque
from contextlib import suppress

from eventmatch.clock import Clock


class Bell:
    """The line of those who wait for one thing. Belongs to the event loop that waits.

    Where each of them takes what has come, as messages of a queue, `ring` wakes the first only, and
    whoever leaves the line for good is to wake the next: so one message costs one wakened receiver
    and not all, and no ring is lost with someone who gave up. Where all of them see what has come,
    as records of a shard, `ring_all` wakes them all.
    """

    def __init__(self) -> None:
        self._line: deque[asyncio.Future[None]] = deque()
        self.rings = 0

    def ring(self) -> None:
        """Wake the first in the line; tell those who are on their way that something happened."""
        self.rings += 1
        if self._line:
            self._line.popleft().set_result(None)

    def ring_all(self) -> None:
        """Wake all; tell those who are on their way that something happened."""
        self.rings += 1
        while self._line:
            self._line.popleft().set_result(None)

    async def wait(self, rings: int, clock: Clock, until: float) -> None:
        """Return at that moment or when woken; at once if the bell has not rung just so often."""
        if self.rings != rings:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(waiter)
        sleeper = asyncio.ensure_future(clock.sleep_until(until))
        try:
            await asyncio.wait((waiter, sleeper), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
            with suppress(ValueError):
                self._line.remove(waiter)
