"""`eventmatch mapping`: event source mappings of a router."""

import argparse
from typing import Final

SUMMARY: Final = "list, make, enable, disable and delete event source mappings"
EXAMPLE: Final = """\
Of a UUID, as many characters are needed as tell it from the others. The store
of the configuration must not be in use by a router that runs.

example:
  eventmatch mapping list router.json
  eventmatch mapping create router.json orders --queue incoming --batch-size 5
  eventmatch mapping create router.json orders --stream clicks --start TRIM_HORIZON
  eventmatch mapping disable router.json 3f58b091

exit code: 0 done, 2 usage"""

_FORMATS: Final = ("pretty", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text in {
        "list": "list mappings",
        "create": "let a function get what comes to a queue or a stream",
        "enable": "go on with a mapping",
        "disable": "let a mapping rest",
        "delete": "delete a mapping",
    }.items():
        action = actions.add_parser(name, help=text, description=f"{text.capitalize()}.")
        action.add_argument("config", metavar="CONFIG", help="the configuration of the router")
        if name == "list":
            action.add_argument(
                "--format", choices=_FORMATS, default="pretty", help="default: pretty"
            )
        elif name == "create":
            _add_create(action)
        else:
            action.add_argument("uuid", metavar="UUID", help="its UUID, or the beginning of it")


def _add_create(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("function", metavar="FUNCTION", help="the name of a function")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--queue", metavar="NAME", help="the queue that is read")
    source.add_argument("--stream", metavar="NAME", help="the stream that is read")
    source.add_argument("--source", metavar="ARN", help="what is read, by its ARN")
    parser.add_argument("--batch-size", type=int, metavar="N", help="at most so many at once")
    parser.add_argument(
        "--window", type=int, metavar="SECONDS", help="so long a batch may wait until it is full"
    )
    parser.add_argument(
        "--start", choices=("TRIM_HORIZON", "LATEST"), help="where the reading of a stream begins"
    )
    parser.add_argument(
        "--filter",
        action="append",
        metavar="PATTERN",
        help="only what this pattern matches; may be repeated",
    )
    parser.add_argument(
        "--report-failures",
        action="store_true",
        help="the function tells which items of a batch failed",
    )
    parser.add_argument("--disabled", action="store_true", help="do not read yet")


def run(args: argparse.Namespace) -> int:
    """Do what the action says."""
    from eventmatch.cli.mapping_actions import run_action

    return run_action(args)
