"""`eventmatch run`: a router, and the events of files on their way through it."""

import argparse
import math
from typing import Final

from eventmatch.cli.inputs import refuse_stdin_twice

SUMMARY: Final = "route events to the targets that a configuration names"
EXAMPLE: Final = """\
Events are NDJSON, or one JSON document: entries of PutEvents, whose Detail may
be an object, or whole events, which keep their id, account, region and time.
Each that is refused is told with its line. The run ends when nothing is left to
do now; what waits for another attempt goes on with the next run.

example:
  eventmatch run router.json events.ndjson
  tail -f events.ndjson | eventmatch run router.json --keep-running

exit code: 0 clean, 1 some events were refused or some deliveries failed for
good, 2 the configuration or its store is of no use, 130 stopped"""

_FORMATS: Final = ("pretty", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("config", metavar="CONFIG", help="the configuration of the router")
    parser.add_argument(
        "events",
        nargs="*",
        default=["-"],
        metavar="EVENTS",
        help="files of events; - is stdin (default)",
    )
    parser.add_argument(
        "--bus",
        default="default",
        metavar="NAME",
        help="the bus of events that name none (default: default)",
    )
    parser.add_argument("--format", choices=_FORMATS, default="pretty", help="default: pretty")
    ending = parser.add_mutually_exclusive_group()
    ending.add_argument(
        "--wait",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="wait so long for further attempts, too",
    )
    ending.add_argument(
        "--drain", action="store_true", help="wait for further attempts, however long"
    )
    ending.add_argument("--keep-running", action="store_true", help="go on until Ctrl-C or SIGTERM")
    parser.add_argument("--verbose", action="store_true", help="log each failure to stderr")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not (math.isfinite(seconds) and seconds >= 0):
        raise argparse.ArgumentTypeError("must be a number of seconds")
    return seconds


def run(args: argparse.Namespace) -> int:
    """Route all events, and return 1 if some were refused or failed for good."""
    refuse_stdin_twice([args.config, *args.events], "CONFIG and the events")
    from eventmatch.cli.routing import route

    return route(args)
