"""What `eventmatch run` does: a router, and the events of files on their way through it."""

import argparse
import asyncio
import sys
from contextlib import suppress
from typing import Final

from eventmatch.cli.events import total_size
from eventmatch.cli.feeding import Feed
from eventmatch.cli.inputs import UsageError
from eventmatch.cli.running import Ending, Running
from eventmatch.cli.session import complaints, logging_on, opened_router
from eventmatch.cli.summary import Summary, show, show_line, summary_of
from eventmatch.cli.terminal import live
from eventmatch.clock import SystemClock
from eventmatch.observers.tally import Tally
from eventmatch.router.router import Router

_INTERRUPTED: Final = 130


def route(args: argparse.Namespace) -> int:
    """Route all events, and return 1 if some were refused or failed for good."""
    with logging_on(sys.stderr, is_verbose=args.verbose):
        return asyncio.run(_route(args))


async def _route(args: argparse.Namespace) -> int:
    tally, clock = Tally(), SystemClock()
    async with opened_router(args.config, observer=tally, clock=clock) as router:
        await _require_bus(router, args.bus)
        await router.start()
        running, feed = Running(router, tally, clock, args.bus), Feed(args.events)
        await _with_status(running, feed, args)
        summary = await summary_of(
            router, tally, events=running.events, refused=running.refused, seconds=running.seconds
        )
        is_durable = router.is_durable
    _FORMATS[args.format](summary)
    if summary.waiting and not is_durable:
        sys.stderr.write(f'eventmatch: what waits is lost: {args.config} names no "store"\n')
    if feed.missing:
        raise UsageError("; ".join(feed.missing))
    return _status(summary, is_interrupted=running.is_stopped and not args.keep_running)


async def _with_status(running: Running, feed: Feed, args: argparse.Namespace) -> None:
    """Run, and show how far it is where there is a terminal."""
    ending = Ending(wait=None if args.drain else args.wait, keeps_running=args.keep_running)
    total = total_size(args.events)
    watching = asyncio.create_task(running.watch()) if sys.stderr.isatty() else None
    try:
        with live("routing", total, running.status) as advance:
            await running.all(feed, advance, ending, by_bytes=total is not None)
    finally:
        if watching is not None:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


async def _require_bus(router: Router, name: str) -> None:
    with complaints(name):
        await router.plane.describe_event_bus(name)


def _status(summary: Summary, *, is_interrupted: bool) -> int:
    return _INTERRUPTED if is_interrupted else int(not summary.is_clean)


_FORMATS: Final = {"pretty": show, "json": show_line}
