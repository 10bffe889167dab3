"""Whoever waits for records of a shard is woken by a ring."""

import asyncio

from eventmatch.clock import Clock


class Bell:
    """Those who wait for one shard. Belongs to the event loop that waits.

    A ring wakes all of them: each reads the same records for itself.
    """

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self.rings = 0

    def ring(self) -> None:
        """Wake all; tell those who are on their way that something happened."""
        self.rings += 1
        waiting, self._waiting = self._waiting, set()
        for waiter in waiting:
            waiter.set_result(None)

    async def wait(self, rings: int, clock: Clock, until: float) -> None:
        """Return at that moment or when woken; at once if the bell has not rung just so often."""
        if self.rings != rings:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        sleeper = asyncio.ensure_future(clock.sleep_until(until))
        try:
            await asyncio.wait((waiter, sleeper), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
            self._waiting.discard(waiter)
