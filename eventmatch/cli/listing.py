"""`eventmatch rules`: the rules of a router."""

import argparse
from typing import Final

SUMMARY: Final = "list the rules of a router"
EXAMPLE: Final = """\
Those that the configuration names, and those that its store has beside them.

example:
  eventmatch rules list router.json --bus orders

exit code: 0 listed, 2 usage"""

_FORMATS: Final = ("pretty", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    text = "list rules with what they match and how many targets they have"
    action = actions.add_parser("list", help=text, description=f"{text.capitalize()}.")
    action.add_argument("config", metavar="CONFIG", help="the configuration of the router")
    action.add_argument("--bus", metavar="NAME", help="only this bus")
    action.add_argument("--format", choices=_FORMATS, default="pretty", help="default: pretty")


def run(args: argparse.Namespace) -> int:
    """List the rules."""
    from eventmatch.cli.rule_list import list_rules

    return list_rules(args)
