"""`eventmatch function`: Lambda functions of a router."""

import argparse
from typing import Final

SUMMARY: Final = "invoke, list, publish and delete functions, and read their logs"
EXAMPLE: Final = """\
PAYLOAD is JSON text, a file, or - for stdin. NAME may have a version or an
alias after it: orders:live. The store of the configuration must not be in use
by a router that runs, but for logs, which are files beside it:
router.db.logs/orders.log. What the configuration names it makes again each
time.

example:
  eventmatch function list router.json
  eventmatch function invoke router.json orders '{"total": 12}' --log
  eventmatch function alias router.json orders live 3 --weight 4=0.1
  eventmatch function logs router.json orders --lines 20

exit code: 0 done, 1 the function failed, 2 usage"""

_FORMATS: Final = ("pretty", "json")
_MOST_LINES: Final = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, (text, add) in _ACTIONS.items():
        action = actions.add_parser(name, help=text, description=f"{text.capitalize()}.")
        action.add_argument("config", metavar="CONFIG", help="the configuration of the router")
        add(action)


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--versions", action="store_true", help="all versions of each function")
    _add_format(parser)


def _add_invoke(parser: argparse.ArgumentParser) -> None:
    _add_name(parser)
    parser.add_argument(
        "payload", nargs="?", default="{}", metavar="PAYLOAD", help="the event (default: {})"
    )
    parser.add_argument("--qualifier", metavar="NAME", help="a version or an alias")
    parser.add_argument(
        "--type",
        choices=("RequestResponse", "Event", "DryRun"),
        default="RequestResponse",
        help="wait for the result (default), leave the event to the next run, or run nothing",
    )
    parser.add_argument("--log", action="store_true", help="show what the function wrote")


def _add_create(parser: argparse.ArgumentParser) -> None:
    _add_name(parser)
    _add_code(parser, required=True)
    parser.add_argument(
        "--handler", required=True, metavar="MODULE.FUNCTION", help="what is called"
    )
    _add_configuration(parser)


def _add_update(parser: argparse.ArgumentParser) -> None:
    _add_name(parser)
    _add_code(parser, required=False)
    parser.add_argument("--handler", metavar="MODULE.FUNCTION", help="what is called")
    _add_configuration(parser)


def _add_code(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--code", required=required, metavar="PATH", help="the code: a folder or a zip file"
    )


def _add_configuration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runtime", metavar="NAME", help="default: python3.12")
    parser.add_argument("--role", metavar="ARN", help="default: one that may do everything")
    parser.add_argument("--timeout", type=int, metavar="SECONDS", help="default: 3")
    parser.add_argument("--memory", type=int, metavar="MB", help="default: 128")
    parser.add_argument("--description", metavar="TEXT")
    parser.add_argument(
        "--env",
        action="append",
        type=_variable,
        metavar="NAME=VALUE",
        help="an environment variable; may be repeated",
    )
    parser.add_argument("--publish", action="store_true", help="publish it as a version, too")


def _variable(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise argparse.ArgumentTypeError("must be NAME=VALUE")
    return name, value


def _add_publish(parser: argparse.ArgumentParser) -> None:
    _add_name(parser)
    parser.add_argument("--description", metavar="TEXT", help="that of the version")


def _add_alias(parser: argparse.ArgumentParser) -> None:
    _add_name(parser)
    parser.add_argument("alias", nargs="?", metavar="ALIAS", help="its name (default: list all)")
    parser.add_argument("version", nargs="?", metavar="VERSION", help="where it points")
    parser.add_argument(
        "--weight",
        type=_weight,
        metavar="VERSION=SHARE",
        help="another version that gets a share of the invocations, 0 to 1",
    )
    parser.add_argument("--delete", action="store_true", help="delete the alias")


def _weight(text: str) -> tuple[str, float]:
    version, sign, share = text.partition("=")
    try:
        return version, float(share if sign else "")
    except ValueError:
        raise argparse.ArgumentTypeError("must be VERSION=SHARE, such as 2=0.1") from None


def _add_delete(parser: argparse.ArgumentParser) -> None:
    _add_name(parser)
    parser.add_argument("--qualifier", metavar="VERSION", help="only this version")


def _add_logs(parser: argparse.ArgumentParser) -> None:
    _add_name(parser)
    parser.add_argument(
        "--lines", type=_lines, default=100, metavar="N", help="the last N lines (default: 100)"
    )
    _add_format(parser)


def _lines(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= _MOST_LINES):
        raise argparse.ArgumentTypeError(f"must be a number from 1 to {_MOST_LINES}")
    return int(text)


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the name of a function, or its ARN")


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=_FORMATS, default="pretty", help="default: pretty")


_ACTIONS: Final = {
    "list": ("list functions, or all their versions", _add_list),
    "invoke": ("invoke a function", _add_invoke),
    "logs": ("show what a function has written", _add_logs),
    "create": ("make a function of a folder or a zip file", _add_create),
    "update": ("change the code or the configuration of a function", _add_update),
    "publish": ("keep code and configuration as a version", _add_publish),
    "alias": ("list, make, move or delete aliases", _add_alias),
    "delete": ("delete a function, or a version of it", _add_delete),
}


def run(args: argparse.Namespace) -> int:
    """Do what the action says."""
    from eventmatch.cli.function_actions import run_action

    return run_action(args)
