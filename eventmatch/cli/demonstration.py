"""What `eventmatch demo` does: a small world with a router, and a story in it."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any, Final

import eventmatch
from eventmatch.cli import function_story, showcase
from eventmatch.cli.letters import attempts_of, error_of, rule_of, target_of
from eventmatch.cli.library import library_rules
from eventmatch.cli.report import write
from eventmatch.cli.rules import Rule
from eventmatch.cli.session import logging_on
from eventmatch.cli.terminal import cut, paint_for, width
from eventmatch.delivery.ports import Metric
from eventmatch.jsontext import read_plain
from eventmatch.observers.tally import Tally
from eventmatch.queues.model import QueueSettings
from eventmatch.router.publishing import Accepted
from eventmatch.router.redriving import Letter
from eventmatch.router.router import Router
from eventmatch.testing.clock import VirtualClock

# The function that each rule of the library calls.
_FUNCTIONS: Final = {
    "ec2-instance-stopped-or-terminated": "notify-team",
    "guardduty-high-severity-finding": "page-on-call",
    "codepipeline-execution-failed": "open-ticket",
}
_FLAKY, _BROKEN = "page-on-call", "open-ticket"
_AUDIT: Final = "audit"
_LINE: Final = {
    "InputPathsMap": {"source": "$.source", "kind": "$.detail-type", "region": "$.region"},
    "InputTemplate": '"<source>: <kind> in <region>"',
}
_RETRIES: Final = 3
_PATIENCE: Final = 30.0


def demonstrate(args: argparse.Namespace) -> int:
    """Play it, and return 1 if something was not as it should be."""
    rules = library_rules()
    status = 0
    if args.library:
        status = showcase.run(rules)
        write()
    chosen = [rule for name in _FUNCTIONS for rule in rules if rule.name == name]
    with logging_on(sys.stderr, is_verbose=False):
        faults = asyncio.run(_play(chosen))
    for fault in faults:
        write(paint_for(sys.stdout)(f"wrong: {fault}", "red"))
    return int(bool(status or faults))


async def _play(rules: Sequence[Rule]) -> Sequence[str]:
    faults = list(await _Demonstration(rules).play())
    write()
    await function_story.tell(faults)
    return faults


class _Demonstration:
    """A router in memory, and functions that fail as they are told to."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.clock = VirtualClock()
        self.began = self.clock.now()
        self.tally = Tally()
        self.calls: Counter[str] = Counter()
        self.is_mended = False
        self.faults: list[str] = []
        self.paint = paint_for(sys.stdout)
        self.router = Router(clock=self.clock, random=Random(1), observer=self.tally)

    async def play(self) -> Sequence[str]:
        """Show everything, and return what was not as it should be."""
        async with self.router:
            await self._arrange()
            await self._put()
            await self._audit()
            await self._cure(await self._letter())
        return self.faults

    async def _arrange(self) -> None:
        self._title("Rules of the library, and where their events go")
        await self.router.queues.create_queue(_AUDIT, QueueSettings())
        queue = f"arn:aws:sqs:us-east-1:123456789012:{_AUDIT}"
        for rule in self.rules:
            name = _FUNCTIONS[rule.name]
            await self.router.put_rule(rule.name, event_pattern=rule.pattern)
            await self.router.put_targets(
                rule.name,
                {
                    name: {
                        "Arn": self.router.register(name, self._function(name)),
                        "RetryPolicy": {"MaximumRetryAttempts": _RETRIES},
                    },
                    _AUDIT: {"Arn": queue, "InputTransformer": _LINE},
                },
            )
            self._say(f"{rule.name} -> {name}, queue {_AUDIT}")

    async def _put(self) -> None:
        """Put an event that matches and a near miss of each rule, and let time pass."""
        events = [
            read_plain(next(each.event for each in rule.samples if each.matches is matches))
            for rule in self.rules
            for matches in (True, False)
        ]
        write()
        self._title(f"{len(events)} events are put, and time passes")
        results = await self.router.put_envelopes(events)
        accepted = sum(isinstance(result, Accepted) for result in results)
        await self.router.idle()
        await self.clock.advance(_PATIENCE)
        matched = self.tally.counts[Metric.MATCHED_EVENTS]
        self._say(f"{accepted} accepted, {matched} matched, {accepted - matched} near misses")
        self._check(accepted == len(events), "every event is accepted")
        self._check(matched == len(self.rules), "the near misses match nothing")
        self._check(self.calls[_FLAKY] == 3, f"{_FLAKY} works at the third attempt")
        self._check(self.calls[_BROKEN] == 1 + _RETRIES, f"{_BROKEN} is tried again")

    async def _audit(self) -> None:
        write()
        self._title(f"What the queue {_AUDIT} got, as its transformer words it")
        messages = await self.router.queues.receive(_AUDIT, 10)
        for message in messages:
            self._say(message.stored.message.body)
        self._check(len(messages) == len(self.rules), "the queue has a line for each event")

    async def _letter(self) -> Letter:
        """Show the one dead letter, and why it is one."""
        write()
        self._title("What could not be delivered, and why")
        letters = [letter async for letter in self.router.letters.letters("dead-letters")]
        self._check(len(letters) == 1, "there is one dead letter")
        letter = letters[0]
        ended = letter.attributes.get("EXHAUSTED_RETRY_CONDITION", "")
        self._say(f"{rule_of(letter)} -> {target_of(letter)}")
        self._say(f"{error_of(letter)}: {letter.attributes.get('ERROR_MESSAGE')}")
        self._say(f"{attempts_of(letter)} attempts; {ended} ran out")
        pattern = self.router.letters.rule(letter).event_pattern or ""
        explanation = eventmatch.explain(pattern, letter.body)
        for line in str(explanation).splitlines():
            self._say(f"today's rule: {line.strip()}")
        self._check(explanation.matched, "the event is right, and the target is not")
        return letter

    async def _cure(self, letter: Letter) -> None:
        write()
        self._title(f"{_BROKEN} is mended, and the letter redriven")
        self.is_mended = True
        reasons = await self.router.letters.redrive([letter])
        await self.router.idle()
        left = [letter async for letter in self.router.letters.letters("dead-letters")]
        waiting = sum((await self.router.dispatcher.backlog()).values())
        made = sum(self.router.dispatcher.delivered.values())
        self._say(f"{len(left)} dead letters, {waiting} waiting, {made} deliveries made")
        self._check(reasons == [None], "the letter goes")
        self._check(self.calls[_BROKEN] == 2 + _RETRIES, f"{_BROKEN} gets it")
        self._check(not left and not waiting, "nothing is left")
        self._check(made == 2 * len(self.rules), "every delivery is made")

    def _function(self, name: str) -> Any:
        async def function(event: dict[str, Any]) -> None:
            self.calls[name] += 1
            seconds = self.clock.now() - self.began
            try:
                self._work(name)
            except ConnectionError as error:
                self._say(f"{seconds:5.1f} s  {name:<12}  fails: {error}")
                raise
            self._say(f"{seconds:5.1f} s  {name:<12}  gets it: {event['detail-type']}")

        return function

    def _work(self, name: str) -> None:
        if name == _FLAKY and self.calls[name] < 3:
            raise ConnectionError("the pager is busy")
        if name == _BROKEN and not self.is_mended:
            raise ConnectionError("the tracker is down")

    def _title(self, text: str) -> None:
        write(self.paint(cut(text, width()), "bold"))

    def _say(self, text: str) -> None:
        write(cut(f"  {text}", width()))

    def _check(self, is_so: bool, claim: str) -> None:
        if not is_so:
            self.faults.append(claim)
