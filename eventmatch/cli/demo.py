"""`eventmatch demo`: the whole way of some events, a failure on it, and the cure."""

import argparse
from typing import Final

SUMMARY: Final = "show the whole way of some events, a failure and its cure"
EXAMPLE: Final = """\
Nothing is kept, and nothing waits: the clock is set by hand. With the extra
lambda, real code runs in a process. Whatever is shown is checked as well.

example:
  eventmatch demo

exit code: 0 all was as it should be, 1 something was not"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--library", action="store_true", help='show first what "library run" shows'
    )


def run(args: argparse.Namespace) -> int:
    """Play it, and return 1 if something was not as it should be."""
    from eventmatch.cli.demonstration import demonstrate

    return demonstrate(args)
