"""What `eventmatch rules list` does."""

import argparse
import asyncio
import sys
from typing import Any, Final

from eventmatch.bus.model import Rule
from eventmatch.cli.report import write, write_json
from eventmatch.cli.session import complaints, logging_on, opened_router
from eventmatch.cli.terminal import cut, width
from eventmatch.cli.wording import count
from eventmatch.jsontext import read_plain
from eventmatch.router.router import Router
from eventmatch.router.rules import every_rule

_NAME_ROOM: Final = 30


def list_rules(args: argparse.Namespace) -> int:
    """List the rules, and return 0."""
    with logging_on(sys.stderr, is_verbose=False):
        rules = asyncio.run(_rules(args))
    if args.format == "json":
        write_json([_facts(rule) for rule in rules])
        return 0
    room = min(max((len(_name(rule)) for rule in rules), default=0), _NAME_ROOM, width() // 2)
    for rule in rules:
        _show(rule, room)
    write(count(len(rules), "rule"))
    return 0


async def _rules(args: argparse.Namespace) -> list[Rule]:
    async with opened_router(args.config) as router:
        return await _rules_of(router, args.bus)


async def _rules_of(router: Router, bus: str | None) -> list[Rule]:
    with complaints(bus or ""):
        return [rule async for rule in every_rule(router.plane, bus)]


def _show(rule: Rule, room: int) -> None:
    """Show a rule on a line; what it matches is cut where the line ends."""
    state = "on " if rule.is_enabled else "off"
    targets = count(len(rule.targets), "target")
    write(
        cut(f"{cut(_name(rule), room):<{room}}  {state}  {targets:<10}  {_subject(rule)}", width())
    )


def _name(rule: Rule) -> str:
    return rule.name if rule.bus == "default" else rule.key


def _subject(rule: Rule) -> str:
    """Return the schedule and the pattern on one line."""
    pattern = " ".join((rule.event_pattern or "").split())
    return " ".join(filter(None, [rule.schedule_expression, pattern]))


def _facts(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "bus": rule.bus,
        "arn": rule.arn,
        "state": str(rule.state),
        "pattern": read_plain(rule.event_pattern) if rule.event_pattern else None,
        "schedule": rule.schedule_expression,
        "targets": len(rule.targets),
    }
