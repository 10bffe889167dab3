"""`eventmatch explain`: why an event matches or not."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

import eventmatch
from eventmatch.cli.choice import add_choice, chosen_rules
from eventmatch.cli.events import EventText
from eventmatch.cli.inputs import refuse_stdin_twice, text_or_file
from eventmatch.cli.report import write, write_json
from eventmatch.cli.rules import Rule, by_name, matcher_of
from eventmatch.cli.terminal import Paint, paint_for

SUMMARY: Final = "say why an event matches a pattern or not"
EXAMPLE: Final = """\
Of several rules, those that match are named, and those that nearly matched are
explained, the nearest first. + marks a field that is as expected, - one that
is not.

example:
  eventmatch explain --rules rules/ event.json
  eventmatch explain --pattern '{"source": ["aws.ec2"]}' '{"source": "aws.s3"}'

exit code: 0 explained, 1 the event or a pattern is bad"""

_MARK_STYLES: Final = {"+": "green", "-": "red"}
_SUMMARY_STYLES: Final = {True: "bold green", False: "bold red"}


class Fill(Protocol):
    """Breaks a line as `textwrap.fill` does."""

    def __call__(self, text: str, /, *, subsequent_indent: str) -> str:
        """Return the line, broken where it is too long."""


def _as_it_is(text: str, /, *, subsequent_indent: str) -> str:  # noqa: ARG001
    return text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_choice(parser)
    parser.add_argument(
        "event",
        nargs="?",
        default="-",
        metavar="EVENT",
        help="an event, or its file; - is stdin (default)",
    )
    parser.add_argument(
        "--limit",
        type=int,
        default=5,
        metavar="N",
        help="of several rules, explain at most N (default: 5)",
    )
    parser.add_argument(
        "--format", choices=("pretty", "json"), default="pretty", help="default: pretty"
    )


def run(args: argparse.Namespace) -> int:
    """Explain, and return 1 if the event is bad."""
    sources = args.rules or [args.pattern]
    refuse_stdin_twice([*sources, args.event], "the rules and the event")
    rules = chosen_rules(args)
    file, text = text_or_file(args.event)
    data = text.encode("utf-8", "surrogateescape")
    is_json = args.format == "json"
    try:
        if len(rules) == 1:
            _one(rules[0], data, is_json=is_json)
        else:
            _several(rules, data, args.limit, is_json=is_json)
    except eventmatch.EventError as error:
        sys.stderr.write(f"{EventText(file, 1, data, len(data)).complaint(error)}\n")
        return 1
    return 0


def _one(rule: Rule, event: bytes, *, is_json: bool) -> None:
    explanation = eventmatch.explain(rule.pattern, event)
    if is_json:
        write_json({"rule": rule.name} | explanation.to_dict())
        return
    for line in explanation_lines(explanation, paint_for(sys.stdout)):
        write(line)


def _several(rules: Sequence[Rule], event: bytes, limit: int, *, is_json: bool) -> None:
    matched = matcher_of(rules).match(event)
    near = eventmatch.nearest(by_name(rules), event, limit=limit)
    if is_json:
        explained = [{"rule": each.name} | each.explanation.to_dict() for each in near]
        write_json({"matched": matched, "nearest": explained})
        return
    paint = paint_for(sys.stdout)
    write(f"matched: {paint(', '.join(matched), 'green') if matched else 'no rule'}")
    for each in near:
        write()
        first, *rest = explanation_lines(each.explanation, paint)
        write(f"{paint(each.name, 'bold')}: {first}")
        for line in rest:
            write(line)


def explanation_lines(
    explanation: eventmatch.Explanation, paint: Paint, fill: Fill = _as_it_is
) -> Iterator[str]:
    """Yield the explanation for people, each verdict in its colour; `fill` breaks long lines."""
    first, *rest = str(explanation).splitlines()
    yield paint(fill(first, subsequent_indent="  "), _SUMMARY_STYLES[explanation.matched])
    for line in rest:
        mark = line.strip()[:1]
        filled = fill(line, subsequent_indent="    ")
        yield filled.replace(mark, paint(mark, _MARK_STYLES.get(mark, "dim")), 1)
