"""`eventmatch events`: events of an archive once more."""

import argparse
from typing import Final

from eventmatch.bus.moments import read_moment

SUMMARY: Final = "replay the events of an archive"
EXAMPLE: Final = """\
A replay that is interrupted goes on with the next run of the router.

example:
  eventmatch events replay router.json orders --from 2026-01-01 --to 2026-02-01

exit code: 0 clean, 1 the replay or some deliveries failed, 2 usage"""

_FORMATS: Final = ("pretty", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    text = "put the events of an archive on their bus once more"
    action = actions.add_parser("replay", help=text, description=f"{text.capitalize()}.")
    action.add_argument("config", metavar="CONFIG", help="the configuration of the router")
    action.add_argument("archive", metavar="ARCHIVE", help="the name of the archive")
    action.add_argument(
        "--from",
        type=_moment,
        default=0,
        dest="start",
        metavar="TIME",
        help="the first moment, as 2026-01-31 or 2026-01-31T12:00:00Z (default: the first event)",
    )
    action.add_argument(
        "--to", type=_moment, dest="end", metavar="TIME", help="the end (default: now)"
    )
    action.add_argument(
        "--rule", action="append", metavar="NAME", help="only this rule; may be repeated"
    )
    action.add_argument("--name", metavar="NAME", help="how the replay is called")
    action.add_argument("--format", choices=_FORMATS, default="pretty", help="default: pretty")


def _moment(text: str) -> int:
    try:
        return read_moment(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is no time like 2026-01-31T12:00:00Z') from None


def run(args: argparse.Namespace) -> int:
    """Replay, and return 1 if that failed or deliveries did."""
    from eventmatch.cli.replay import replay_archive

    return replay_archive(args)
