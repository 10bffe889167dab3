"""`eventmatch schedule`: when schedule expressions fire, and what is wrong with them."""

import argparse
from typing import Final

SUMMARY: Final = "say when schedules fire, and check them"
EXAMPLE: Final = """\
EXPR is cron(...) or rate(...) as in rules, at(...) and zones as in EventBridge
Scheduler, or unix(...) for ordinary cron of five fields. A rule file is the
output of "aws events list-rules" or "aws scheduler get-schedule", or rules of
the same form; a folder stands for every *.json below it but the tests.

example:
  eventmatch schedule next "cron(0 10 ? * MON-FRI *)" --timezone Europe/Berlin
  eventmatch schedule explain "cron(0 0 LW * ? *)"
  eventmatch schedule check rules/
  eventmatch schedule calendar rules/ --year 2027

exit code: 0 clean, 1 errors or never (check --strict: warnings too), 2 usage"""

_FORMATS: Final = ("pretty", "json")
_CHECK_FORMATS: Final = ("pretty", "json", "jsonl", "github", "junit")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text in {
        "next": "list the next times at which a schedule fires",
        "explain": "say in plain words when a schedule fires",
        "check": "report what is wrong with schedules",
        "calendar": "show a year of schedules, and the busiest minutes",
    }.items():
        action = actions.add_parser(name, help=text, description=f"{text.capitalize()}.")
        _ARGUMENTS[name](action)
        action.add_argument(
            "--timezone", metavar="ZONE", help="an IANA name such as Europe/Berlin (default: UTC)"
        )
        formats = _CHECK_FORMATS if name == "check" else _FORMATS
        action.add_argument("--format", choices=formats, default="pretty", help="default: pretty")


def _add_next(parser: argparse.ArgumentParser) -> None:
    _add_expression(parser)
    parser.add_argument(
        "--count", type=_count, default=5, metavar="N", help="so many times (default: 5)"
    )
    parser.add_argument(
        "--after", metavar="TIME", help="those after it, such as 2027-01-31T10:00 (default: now)"
    )


def _count(text: str) -> int:
    return _number(text, 1, 1_000_000)


def _add_expression(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("expression", metavar="EXPR", help="a schedule expression")
    _add_dialect(parser)


def _add_dialect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dialect",
        choices=("rules", "scheduler", "unix"),
        help="the service that counts (default: what the expression and the zone ask for)",
    )


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_schedules(parser)
    parser.add_argument("--strict", action="store_true", help="warnings are findings, too")


def _add_calendar(parser: argparse.ArgumentParser) -> None:
    _add_schedules(parser)
    parser.add_argument("--year", type=_year, metavar="YEAR", help="default: this year")


def _year(text: str) -> int:
    return _number(text, 1970, 9998)


def _number(text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"must be a number from {least} to {most}")
    return number


def _add_schedules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "schedules",
        nargs="*",
        default=["-"],
        metavar="EXPR|PATH",
        help="schedule expressions, rule files or folders; - is stdin (default)",
    )
    _add_dialect(parser)


_ARGUMENTS: Final = {
    "next": _add_next,
    "explain": _add_expression,
    "check": _add_check,
    "calendar": _add_calendar,
}


def run(args: argparse.Namespace) -> int:
    """Do what the action says."""
    from eventmatch.cli.schedule_actions import run_action

    return run_action(args)
