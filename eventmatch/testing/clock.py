"""A clock that moves when it is told to."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

# Whoever does not come to rest within so many turns of the loop is left running.
_TURNS: Final = 100_000


class VirtualClock:
    """A `Clock` that stands still until `advance`; `start` is in seconds since 1970."""

    def __init__(self, start: float = 1_767_323_045.0) -> None:
        self._now = start
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = itertools.count()

    def now(self) -> float:
        """Return the moment that was last advanced to."""
        return self._now

    async def sleep_until(self, moment: float) -> None:
        """Return when the clock was advanced to that moment, or at once if it has passed."""
        if moment > self._now:
            await self._alarm(moment)

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncIterator[None]:
        """Raise `TimeoutError` if what is inside takes longer than that, as far as advanced."""
        alarm = self._alarm(self._now + seconds)
        async with asyncio.timeout(None) as scope:
            now = asyncio.get_running_loop().time
            alarm.add_done_callback(
                lambda done: None if done.cancelled() else scope.reschedule(now())
            )
            try:
                yield
            finally:
                alarm.cancel()

    async def advance(
        self, seconds: float, rest: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Move on, and wake whoever sleeps, one moment after the other.

        `rest` returns when all that a moment brings is done; left out, threads are not waited for.
        """
        end, rest = self._now + seconds, rest or settle
        await rest()
        while self._sleepers and self._sleepers[0][0] <= end:
            moment, _, alarm = heapq.heappop(self._sleepers)
            if not alarm.done():
                self._now = max(self._now, moment)
                alarm.set_result(None)
                await rest()
        self._now = end
        await rest()

    def next_moment(self) -> float | None:
        """Return the first moment that anybody sleeps for; None if nobody does."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def _alarm(self, moment: float) -> asyncio.Future[None]:
        alarm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (moment, next(self._number), alarm))
        return alarm


async def settle() -> None:
    """Let everything run that waits for neither a thread nor the clock."""
    loop = asyncio.get_running_loop()
    for _ in range(_TURNS):
        await asyncio.sleep(0)
        # asyncio offers no other way to ask whether anything is ready to run.
        if not loop._ready:  # type: ignore[attr-defined]
            return
