"""One run of a router: events in from files, until nothing is left to do or somebody ends it."""

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from eventmatch.cli.entries import Entry, put, read_entry
from eventmatch.cli.events import EventText
from eventmatch.cli.feeding import Feed
from eventmatch.cli.inputs import UsageError
from eventmatch.cli.terminal import Advance
from eventmatch.cli.wording import count
from eventmatch.clock import Clock
from eventmatch.delivery.ports import Metric
from eventmatch.errors import EventError, StoreError
from eventmatch.observers.tally import Tally
from eventmatch.router.router import Router

# Whoever ends a run waits so many seconds at most for what is under way.
_GRACE: Final = 5.0
_POLL: Final = 0.1
_ONE_SIGNAL: Final = 0.5
_WATCH: Final = 0.5
_COLLECTOR: Final = (10_000, 20, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When a run ends: `wait` is for so many seconds for what is tried again, None for ever."""

    wait: float | None = 0.0
    keeps_running: bool = False


class Running:
    """A run; counts change while it lasts. `seconds` are until nothing was left to do now."""

    def __init__(self, router: Router, tally: Tally, clock: Clock, bus: str) -> None:
        self.events = self.refused = self.waiting = 0
        self.seconds = 0.0
        self.is_stopped = False
        self._router = router
        self._tally = tally
        self._clock = clock
        self._bus = bus
        self._stop = asyncio.Event()

    async def all(self, feed: Feed, advance: Advance, ending: Ending, *, by_bytes: bool) -> None:
        """Put all that a feed has, and wait as the ending says."""
        started = time.perf_counter()
        # What is there by now stays: a collector that looks at it each time takes an eighth of all.
        gc.freeze()
        gc.set_threshold(*_COLLECTOR)
        with feed, self._stopped_by_signals(feed):
            while batch := await feed.batch():
                await self._put(batch)
                advance(sum(text.size for text in batch) if by_bytes else len(batch))
            await self._unless_stopped(self._router.idle())
            self.seconds = time.perf_counter() - started
            await self._wait(ending)
        if self.is_stopped:
            await self._unless_late(self._router.idle())
        await self.look()

    async def watch(self) -> None:
        """Keep the number of waiting deliveries up to date."""
        while True:
            await self.look()
            await self._clock.sleep_until(self._clock.now() + _WATCH)

    async def look(self) -> None:
        """Count the waiting deliveries."""
        self.waiting = sum((await self._router.dispatcher.backlog()).values())

    def status(self) -> str:
        """Return how far it is, in one line."""
        counts = self._tally.counts
        return ", ".join(
            (
                count(self.events, "event"),
                f"{counts[Metric.SUCCESSFUL_INVOCATION_ATTEMPTS]:,} delivered",
                f"{counts[Metric.FAILED_INVOCATIONS]:,} failed",
                f"{counts[Metric.RETRY_INVOCATION_ATTEMPTS]:,} retried",
                f"{counts[Metric.INVOCATIONS_SENT_TO_DLQ]:,} dead",
                f"{self.waiting:,} waiting",
            )
        )

    def stop(self, feed: Feed) -> None:
        """End the run: nothing more is read, and nobody waits any longer."""
        self.is_stopped = True
        self._stop.set()
        feed.close()

    async def _put(self, batch: Sequence[EventText]) -> None:
        self.events += len(batch)
        entries: list[Entry] = []
        complaints: dict[int, str] = {}
        for number, text in enumerate(batch):
            try:
                entries.append(read_entry(number, text))
            except EventError as error:
                complaints[number] = text.complaint(error)
        try:
            complaints |= await put(self._router, entries, self._bus)
        except StoreError as error:
            place = f"{batch[0].file}:{batch[0].line}"
            raise UsageError(f"{place}: {error}; all before it was accepted") from error
        self.refused += len(complaints)
        for _, complaint in sorted(complaints.items()):
            sys.stderr.write(f"{complaint}\n")

    async def _wait(self, ending: Ending) -> None:
        if ending.keeps_running:
            await self._stop.wait()
        started = self._clock.now()
        while not self.is_stopped and (
            ending.wait is None or self._clock.now() < started + ending.wait
        ):
            await self.look()
            if not self.waiting:
                return
            await self._unless_stopped(self._clock.sleep_until(self._clock.now() + _POLL))
            await self._unless_stopped(self._router.idle())

    async def _unless_stopped(self, work: Awaitable[None]) -> None:
        tasks = [asyncio.ensure_future(work), asyncio.ensure_future(self._stop.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _unless_late(self, work: Awaitable[None]) -> None:
        try:
            async with self._clock.timeout(_GRACE):
                await work
        except TimeoutError:
            pass

    @contextmanager
    def _stopped_by_signals(self, feed: Feed) -> Iterator[None]:
        """End the run on Ctrl-C or SIGTERM; the second time, at once."""
        loop = asyncio.get_running_loop()
        caught: list[signal.Signals] = []

        def stop() -> None:
            # Some send a signal to the process as well as to its group: that is one.
            loop.call_later(_ONE_SIGNAL, restore)
            self.stop(feed)

        def restore() -> None:
            while caught:
                loop.remove_signal_handler(caught.pop())

        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop)
                caught.append(number)
            except (NotImplementedError, RuntimeError, ValueError):  # no such thing here
                pass
        try:
            yield
        finally:
            restore()
