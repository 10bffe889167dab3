"""`eventmatch dlq`: what could not be delivered, why, and another try."""

import argparse
import math
from typing import Final

SUMMARY: Final = "list, show, explain and redrive dead letters"
EXAMPLE: Final = """\
Of an ID, as many characters are needed as tell it from the others. The store of
the configuration must not be in use by a router that runs. A queue named with
--queue is looked into; without, all that targets and queues send dead letters
to are.

example:
  eventmatch dlq list router.json
  eventmatch dlq why router.json 3f58b091
  eventmatch dlq redrive router.json --rate 10

exit code: 0 clean, 1 some letters stay or failed again, 2 usage"""

_FORMATS: Final = ("pretty", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text in {
        "list": "list dead letters",
        "show": "show a whole dead letter",
        "why": "say why a delivery failed, and what the rule says of it today",
        "redrive": "send dead letters to the targets of today's rules again",
    }.items():
        action = actions.add_parser(name, help=text, description=f"{text.capitalize()}.")
        action.add_argument("config", metavar="CONFIG", help="the configuration of the router")
        action.add_argument("--queue", metavar="NAME", help="only this queue")
        if name in ("show", "why"):
            action.add_argument("id", metavar="ID", help="the id of a letter, or its beginning")
        if name == "redrive":
            _add_redrive(action)
        else:
            action.add_argument(
                "--format", choices=_FORMATS, default="pretty", help="default: pretty"
            )


def _add_redrive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "ids", nargs="*", metavar="ID", help="ids of letters, or their beginnings (default: all)"
    )
    parser.add_argument("--dry-run", action="store_true", help="only tell where each would go")
    parser.add_argument("--rate", type=_rate, metavar="N", help="at most so many letters a second")


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not (math.isfinite(rate) and rate > 0):
        raise argparse.ArgumentTypeError("must be a number above 0")
    return rate


def run(args: argparse.Namespace) -> int:
    """Do what the action says."""
    from eventmatch.cli.dead_letters import run_action

    return run_action(args)
