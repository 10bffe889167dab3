"""What `eventmatch events replay` does."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Final

from eventmatch.bus.archive_model import Archive, Replay, ReplayState
from eventmatch.bus.moments import moment_text
from eventmatch.cli.report import write, write_line
from eventmatch.cli.session import complaints, logging_on, opened_router
from eventmatch.cli.summary import Summary, show_deliveries, summary_of
from eventmatch.cli.terminal import fill, live
from eventmatch.cli.wording import count
from eventmatch.clock import SystemClock
from eventmatch.delivery.ports import Metric
from eventmatch.observers.tally import Tally
from eventmatch.router.router import Router


def replay_archive(args: argparse.Namespace) -> int:
    """Replay, and return 1 if that failed or deliveries did."""
    with logging_on(sys.stderr, is_verbose=False):
        return asyncio.run(_replay(args))


async def _replay(args: argparse.Namespace) -> int:
    tally = Tally()
    async with opened_router(args.config, needs_store=True, observer=tally) as router:
        with complaints(args.config):
            archive = router.archives.archive(args.archive)
            rules = [await _rule_arn(router, archive, name) for name in args.rule or ()]
            await router.start()
            replay = await _begin(router, args, rules)
        with live("replaying", None, lambda: _status(tally)):
            await router.idle()
        replay = await router.replays.describe_replay(replay.name)
        summary = await summary_of(router, tally, events=0, refused=0, seconds=0.0)
    _FORMAT[args.format](replay, summary)
    return int(replay.state is not ReplayState.COMPLETED or not summary.is_clean)


async def _begin(router: Router, args: argparse.Namespace, rules: Sequence[str]) -> Replay:
    now = SystemClock().now()
    return await router.replays.start_replay(
        args.name or f"{args.archive[:40]}-{int(now * 1000)}",
        archive=args.archive,
        start=args.start,
        end=now if args.end is None else args.end,
        filter_arns=rules,
    )


async def _rule_arn(router: Router, archive: Archive, name: str) -> str:
    rule = await router.plane.describe_rule(name, event_bus_name=archive.bus)
    return rule.arn


def _status(tally: Tally) -> str:
    delivered = tally.counts[Metric.SUCCESSFUL_INVOCATION_ATTEMPTS]
    return f"{count(tally.counts[Metric.MATCHED_EVENTS], 'event')} matched, {delivered:,} delivered"


def _show(replay: Replay, summary: Summary) -> None:
    start, end = (moment_text(int(moment)) for moment in (replay.start, replay.end))
    write(fill(f"{replay.name}: {str(replay.state).lower()}, events of {start} to {end}"))
    if replay.state_reason:
        write(replay.state_reason)
    write(f"{count(summary.matched, 'event')} matched")
    show_deliveries(summary)


def _show_line(replay: Replay, summary: Summary) -> None:
    write_line(
        {
            "replay": replay.name,
            "state": str(replay.state),
            "matched": summary.matched,
            "delivered": summary.delivered,
            "retried": summary.retried,
            "dead_letters": summary.dead_letters,
            "waiting": summary.waiting,
            "targets": summary.to_dict()["targets"],
        }
    )


_FORMAT: Final = {"pretty": _show, "json": _show_line}
