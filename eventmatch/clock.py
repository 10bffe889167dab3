"""The clock as a port, so that whatever waits can be tested without waiting."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

# The seconds behind which a clock that was set, or a machine that slept, is found out.
_LONGEST_SLEEP: Final = 20.0


class Clock(Protocol):
    """Tells the time, and wakes whoever waits for a moment of it."""

    def now(self) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z."""

    async def sleep_until(self, moment: float) -> None:
        """Return at that moment, or at once if it has passed."""

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """Return a context that raises `TimeoutError` if what it holds takes longer than that."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z."""
        return time.time()

    async def sleep_until(self, moment: float) -> None:
        """Return when this machine's clock has come to that moment, also if it is set meanwhile."""
        while (left := moment - time.time()) > 0:
            await asyncio.sleep(min(left, _LONGEST_SLEEP))

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """Return a context that raises `TimeoutError` if what it holds takes longer than that."""
        return asyncio.timeout(seconds)
