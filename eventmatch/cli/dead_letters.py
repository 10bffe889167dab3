"""What `eventmatch dlq` does: letters are listed, shown, explained and redriven."""

import argparse
import asyncio
import json
import sys
import textwrap
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

import eventmatch
from eventmatch.cli import redrive
from eventmatch.cli.explain import explanation_lines
from eventmatch.cli.letters import (
    ID_ROOM,
    age,
    attempts_of,
    chosen_queues,
    error_of,
    every_letter,
    facts,
    named_letters,
    rule_of,
    target_of,
)
from eventmatch.cli.report import write, write_json
from eventmatch.cli.session import logging_on, opened_router
from eventmatch.cli.terminal import cut, cut_left, fill, paint_for, width
from eventmatch.cli.wording import count
from eventmatch.clock import SystemClock
from eventmatch.router.redriving import Letter, Stays, event_members
from eventmatch.router.router import Router

_WIDE: Final = 72


def run_action(args: argparse.Namespace) -> int:
    """Do what the action says, and return the exit code."""
    with logging_on(sys.stderr, is_verbose=False):
        return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with opened_router(args.config, needs_store=True) as router:
        return await _ACTIONS[args.action](router, args)


async def _list(router: Router, args: argparse.Namespace) -> int:
    queues, now = await chosen_queues(router.letters, args.queue), SystemClock().now()
    letters = [letter async for letter in every_letter(router.letters, queues)]
    if args.format == "json":
        write_json([facts(letter, now) for letter in letters])
        return 0
    is_wide = width() >= _WIDE
    if letters and is_wide:
        write(f"{'id':<{ID_ROOM}}  {'age':>4}  {'attempts'}  {'error':<19}  rule -> target")
    show = _row if is_wide else _rows
    for letter in letters:
        show(letter, now)
    places = f" in {', '.join(queues)}" if queues else ""
    write(f"{count(len(letters), 'dead letter')}{places}")
    return 0


def _row(letter: Letter, now: float) -> None:
    start = f"{letter.id[:ID_ROOM]}  {age(letter, now):>4}  {attempts_of(letter):>8,}  "
    start += f"{cut(error_of(letter), 19):<19}  "
    write(start + cut(f"{rule_of(letter)} -> {target_of(letter)}", width() - len(start)))


def _rows(letter: Letter, now: float) -> None:
    attempts = count(attempts_of(letter), "attempt")
    write(cut(f"{letter.id[:ID_ROOM]}  {age(letter, now)}, {attempts}", width()))
    write(cut(f"  {error_of(letter)}", width()))
    write(f"  {cut_left(f'{rule_of(letter)} -> {target_of(letter)}', width() - 2)}")


async def _letter(router: Router, args: argparse.Namespace) -> Letter:
    queues = await chosen_queues(router.letters, args.queue)
    (letter,) = await named_letters(router.letters, queues, [args.id])
    return letter


async def _show(router: Router, args: argparse.Namespace) -> int:
    letter, now = await _letter(router, args), SystemClock().now()
    if args.format == "json":
        attributes = dict(letter.attributes)
        write_json(facts(letter, now) | {"attributes": attributes, "body": _value(letter)})
        return 0
    write(f"id: {letter.id}\nqueue: {letter.queue}\nage: {age(letter, now)}")
    for name, value in letter.attributes.items():
        write(f"{name}: {value}")
    write()
    value = _value(letter)
    is_text = isinstance(value, str)
    write(letter.body if is_text else json.dumps(value, indent=2, ensure_ascii=False))
    return 0


def _value(letter: Letter) -> Any:
    """Return the body as a value; what is not JSON, as a text."""
    try:
        return json.loads(letter.body)
    except (ValueError, RecursionError):
        return letter.body


async def _why(router: Router, args: argparse.Namespace) -> int:
    letter, now = await _letter(router, args), SystemClock().now()
    today = _today(router, letter)
    if args.format == "json":
        verdict = today if isinstance(today, str) else today.to_dict()
        write_json(facts(letter, now) | {"today": verdict, "redrive": _way(router, letter)})
        return 0
    _show_failure(letter, now)
    paint = paint_for(sys.stdout)
    write(paint("\ntoday's rule:", "bold"))
    if isinstance(today, str):
        write(fill(today))
    else:
        for line in explanation_lines(today, paint, partial(textwrap.fill, width=width())):
            write(line)
    write(fill(_way(router, letter)))
    return 0


def _show_failure(letter: Letter, now: float) -> None:
    paint = paint_for(sys.stdout)
    write(fill(f"{rule_of(letter)} -> {target_of(letter)}, dead since {age(letter, now)}"))
    message = letter.attributes.get("ERROR_MESSAGE", "no reason was given")
    write(paint(fill(f"{error_of(letter)}: {message}"), "red"))
    ended = letter.attributes.get("EXHAUSTED_RETRY_CONDITION")
    attempts = count(attempts_of(letter), "attempt")
    write(fill(f"{attempts}; {f'{ended} ran out' if ended else 'no other would have helped'}"))


def _way(router: Router, letter: Letter) -> str:
    """Return where the letter would go now."""
    try:
        rule, target = router.letters.goal(letter)
    except Stays as reason:
        return f"redriven, it would stay: {reason}"
    return f"redriven, it would go to {rule.key}/{target.id}"


def _today(router: Router, letter: Letter) -> eventmatch.Explanation | str:
    """Return what today's rule says of the letter, or why it says nothing."""
    try:
        rule = router.letters.rule(letter)
    except Stays as reason:
        return str(reason)
    if not rule.event_pattern:
        return f"{rule.name} is a schedule, which matches nothing"
    if event_members(letter.body) is None:
        return "the body is no whole event: the target gets a part of one, or another text"
    return eventmatch.explain(rule.event_pattern, letter.body)


_ACTIONS: Final[Mapping[str, Callable[[Router, argparse.Namespace], Awaitable[int]]]] = {
    "list": _list,
    "show": _show,
    "why": _why,
    "redrive": redrive.redrive,
}
