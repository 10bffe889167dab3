"""`eventmatch gen`: events made for a pattern."""

import argparse
import sys
from typing import Final

from eventmatch.cli.choice import add_choice, chosen_rules
from eventmatch.cli.inputs import UsageError
from eventmatch.cli.report import write_line
from eventmatch.cli.rules import Rule

SUMMARY: Final = "make events that match a pattern"
EXAMPLE: Final = """\
Prints distinct events as NDJSON; the same seed gives the same events. Needs an
extra: pip install 'eventmatch[hypothesis]'.

example:
  eventmatch gen --pattern '{"detail": {"size": [{"numeric": [">", 100]}]}}' --count 3
  eventmatch gen --rules rules/ --rule stopped --near-misses"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_choice(parser)
    parser.add_argument(
        "--count", type=_positive, default=10, metavar="N", help="how many events (default: 10)"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="S",
        help="which events of the many there are (default: 0)",
    )
    parser.add_argument(
        "--near-misses",
        action="store_true",
        help="events that do not match, for the sake of one field",
    )


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be a number of at least 1")
    return number


def run(args: argparse.Namespace) -> int:
    """Print the events."""
    rule = _only(chosen_rules(args))
    try:
        from eventmatch.testing import drawing
    except ImportError as error:
        message = "gen needs hypothesis: pip install 'eventmatch[hypothesis]'"
        raise UsageError(message) from error
    make = drawing.near_misses_of if args.near_misses else drawing.events_of
    try:
        events = make(rule.pattern, count=args.count, seed=args.seed)
    except ValueError as error:
        raise UsageError(str(error)) from error
    for event in events:
        write_line(event)
    if len(events) < args.count:
        sys.stderr.write(f"eventmatch: found {len(events)} distinct events, not {args.count}\n")
    return 0


def _only(rules: list[Rule]) -> Rule:
    if len(rules) > 1:
        raise UsageError(f"there are {len(rules)} rules: choose one with --rule NAME")
    return rules[0]
