"""`eventmatch match`: which rules match which events."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import eventmatch
from eventmatch.cli.choice import add_dialect
from eventmatch.cli.events import EventText, read_events, total_size
from eventmatch.cli.inputs import UsageError, refuse_stdin_twice
from eventmatch.cli.report import compact, write, write_line
from eventmatch.cli.rules import BadRules, Rule, by_name, matcher_of, usable_rules
from eventmatch.cli.terminal import Paint, paint_for, progress
from eventmatch.cli.wording import count, elapsed

SUMMARY: Final = "tell which rules match which events"
EXAMPLE: Final = """\
Events are NDJSON, which is read line by line, or one JSON document: an event
or an array of them. A bad event is reported with its line, and the run goes on.

example:
  eventmatch match --rules rules/ events.ndjson
  tail -f events.ndjson | eventmatch match --rules rules/ --why 1

exit code: 0 all events were read, 1 some were bad or a pattern is invalid"""

_LONG: Final = 1_000_000
_MOST_IDLE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The rules of one event; `near` are those that nearly matched, if none did."""

    event: EventText
    names: Sequence[str]
    near: Sequence[eventmatch.RuleExplanation]


@dataclass(slots=True)
class Tally:
    """What has happened so far; changes while the run lasts."""

    events: int = 0
    matched: int = 0
    bad: int = 0
    seconds: float = 0.0
    rules: Counter[str] = field(default_factory=Counter)

    def add(self, names: Sequence[str]) -> None:
        """Count an event and its rules."""
        self.events += 1
        self.matched += bool(names)
        self.rules.update(names)


class Output(Protocol):
    """A format: told each result, each bad event and the end."""

    def result(self, result: Result) -> None:
        """Show the rules of an event."""

    def bad(self, event: EventText, error: eventmatch.EventError) -> None:
        """Show that an event is bad."""

    def end(self, tally: Tally, names: Sequence[str]) -> None:
        """Show the summary; `names` are all rules."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--rules",
        action="append",
        required=True,
        metavar="PATH",
        help="rule files or folders; may be repeated",
    )
    parser.add_argument(
        "events",
        nargs="*",
        default=["-"],
        metavar="EVENTS",
        help="files of events; - is stdin (default)",
    )
    parser.add_argument("--format", choices=FORMATS, default="pretty", help="default: pretty")
    add_dialect(parser)
    parser.add_argument("--strict", action="store_true", help="stop at the first bad event")
    parser.add_argument(
        "--why",
        type=int,
        default=0,
        metavar="N",
        help="of an event without a match, show the N nearest rules and the reason",
    )


def run(args: argparse.Namespace) -> int:
    """Match all events, and return 1 if some were bad."""
    refuse_stdin_twice([*args.rules, *args.events], "--rules and the events")
    rules = _rules(args)
    run = _Run(matcher_of(rules), by_name(rules), FORMATS[args.format](), args.why, args.strict)
    total = total_size(args.events)
    started = time.perf_counter()
    if total is not None and total < _LONG:
        run.all(args.events, lambda _: None)
    else:
        with progress("matching", total) as advance:
            run.all(args.events, advance)
    run.tally.seconds = time.perf_counter() - started
    if len(run.missing) < len(args.events) or args.format != "pretty":
        run.output.end(run.tally, run.matcher.names())
    if run.missing:
        raise UsageError("; ".join(run.missing))
    return int(run.tally.bad > 0)


def _rules(args: argparse.Namespace) -> list[Rule]:
    try:
        return usable_rules(args.rules, args.dialect)
    except BadRules as error:
        invalid = count(len(error.findings), "invalid pattern")
        raise BadRules(error.findings, f"no events were matched: {invalid}") from error


@dataclass(frozen=True, slots=True)
class _Run:
    """One run over all events."""

    matcher: eventmatch.Matcher
    patterns: Mapping[str, str]
    output: Output
    why: int
    is_strict: bool
    tally: Tally = field(default_factory=Tally)
    missing: list[str] = field(default_factory=list)

    def all(self, paths: Sequence[str], advance: Callable[[int], None]) -> None:
        """Match the events of all files, up to the first bad one if that is asked for."""
        for event in self._read(paths):
            advance(event.size)
            try:
                names = self.matcher.match(event.data)
            except eventmatch.EventError as error:
                self._refuse(event, error)
                if self.is_strict:
                    sys.stderr.write("eventmatch: stopped at the first bad event (--strict)\n")
                    return
            else:
                self.tally.add(names)
                near = [] if names or self.why < 1 else self._near(event)
                self.output.result(Result(event=event, names=names, near=near))

    def _read(self, paths: Sequence[str]) -> Iterator[EventText]:
        for path in paths:
            try:
                yield from read_events(path)
            except UsageError as error:
                self.missing.append(str(error))

    def _near(self, event: EventText) -> list[eventmatch.RuleExplanation]:
        return eventmatch.nearest(self.patterns, event.data, limit=self.why)

    def _refuse(self, event: EventText, error: eventmatch.EventError) -> None:
        self.tally.bad += 1
        self.output.bad(event, error)


class _Pretty:
    """Lines for people."""

    def __init__(self) -> None:
        self.paint: Paint = paint_for(sys.stdout)

    def result(self, result: Result) -> None:
        names = ", ".join(result.names)
        shown = self.paint(names, "green") if names else self.paint("(no rule)", "dim")
        write(f"{result.event.file}:{result.event.line}: {shown}")
        for near in result.near:
            write(f"  {near.name}: {near.explanation.summary}")

    def bad(self, event: EventText, error: eventmatch.EventError) -> None:
        """Tell on stderr, in its place among the results."""
        sys.stdout.flush()
        sys.stderr.write(f"{event.complaint(error)}\n")

    def end(self, tally: Tally, names: Sequence[str]) -> None:
        bad = f", {count(tally.bad, 'bad event')}" if tally.bad else ""
        write(
            f"\n{count(tally.events, 'event')}, {tally.matched:,} matched{bad}; "
            f"{count(len(names), 'rule')}; {elapsed(tally.events, tally.seconds)}"
        )
        digits = max((len(f"{n:,}") for n in tally.rules.values()), default=1)
        for name, number in tally.rules.most_common():
            write(f"  {number:>{digits},} {name}")
        idle = [name for name in names if name not in tally.rules]
        if idle:
            more = len(idle) - _MOST_IDLE
            rest = f" and {more:,} more" if more > 0 else ""
            write(f"  matched nothing: {', '.join(idle[:_MOST_IDLE])}{rest}")


class _JsonLines:
    """An object for each event, and one for the summary."""

    def result(self, result: Result) -> None:
        write_line(_result_dict(result))

    def bad(self, event: EventText, error: eventmatch.EventError) -> None:
        write_line(_bad_dict(event, error))

    def end(self, tally: Tally, names: Sequence[str]) -> None:
        write_line({"summary": _summary(tally, names)})


class _Json:
    """One document, written as the events come."""

    def __init__(self) -> None:
        self.opening = '{"events": [\n'

    def result(self, result: Result) -> None:
        self._item(_result_dict(result))

    def bad(self, event: EventText, error: eventmatch.EventError) -> None:
        self._item(_bad_dict(event, error))

    def end(self, tally: Tally, names: Sequence[str]) -> None:
        opening = "" if self.opening == ",\n" else self.opening
        write(f'{opening}\n],\n"summary": {json.dumps(_summary(tally, names), indent=2)}}}')

    def _item(self, item: object) -> None:
        sys.stdout.write(self.opening + compact(item))
        self.opening = ",\n"


def _result_dict(result: Result) -> dict[str, Any]:
    facts = {"file": result.event.file, "line": result.event.line, "rules": list(result.names)}
    near = [{"rule": each.name} | each.explanation.to_dict() for each in result.near]
    return facts | ({"nearest": near} if near else {})


def _bad_dict(event: EventText, error: eventmatch.EventError) -> dict[str, Any]:
    line = event.line + (error.line or 1) - 1
    facts = {"code": str(error.code), "message": error.message, "column": error.column}
    return {"file": event.file, "line": line, "error": facts}


def _summary(tally: Tally, names: Sequence[str]) -> dict[str, Any]:
    return {
        "events": tally.events,
        "matched": tally.matched,
        "bad": tally.bad,
        "seconds": round(tally.seconds, 6),
        "rules": {name: tally.rules[name] for name in names},
    }


FORMATS: Final[Mapping[str, Callable[[], Output]]] = {
    "pretty": _Pretty,
    "json": _Json,
    "jsonl": _JsonLines,
}
