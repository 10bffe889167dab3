"""The command `eventmatch`: reads the arguments, runs a command, turns failures into codes."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, Protocol

import eventmatch
from eventmatch.cli import (
    check,
    demo,
    dlq,
    explain,
    function,
    gen,
    library,
    listing,
    mapping,
    match,
    replaying,
    run,
    schedule,
    schema,
    test,
)
from eventmatch.cli.findings import pretty
from eventmatch.cli.inputs import UsageError
from eventmatch.cli.rules import BadRules
from eventmatch.cli.terminal import paint_for

_FINDINGS, _USAGE, _INTERNAL, _INTERRUPTED, _CLOSED_PIPE = 1, 2, 3, 130, 141
_EPILOG: Final = """\
Wherever a file is expected, - is stdin. Exit codes: 0 clean, 1 findings,
failed tests or bad events, 2 usage, 3 internal error.

example:
  eventmatch match --rules rules/ events.ndjson

"eventmatch COMMAND --help" tells more."""


class Command(Protocol):
    """What the module of a command has."""

    SUMMARY: str
    EXAMPLE: str

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None:
        """Declare what the command takes."""

    def run(self, args: argparse.Namespace, /) -> int:
        """Do it and return the exit code."""


COMMANDS: Final[Mapping[str, Command]] = {
    "check": check,
    "match": match,
    "explain": explain,
    "test": test,
    "gen": gen,
    "schema": schema,
    "library": library,
    "run": run,
    "dlq": dlq,
    "rules": listing,
    "events": replaying,
    "schedule": schedule,
    "function": function,
    "mapping": mapping,
    "demo": demo,
}


class _Parser(argparse.ArgumentParser):
    """Reports a mistake in one line, and lets options stand between names."""

    _is_intermixed = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        # The intermixed parsing of some Python releases comes back here.
        if self._is_intermixed or self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        self._is_intermixed = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_intermixed = False

    def error(self, message: str) -> NoReturn:
        raise UsageError(f'{message} (see "{self.prog} --help")')


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    layout = argparse.RawDescriptionHelpFormatter
    summary = "Check, match, explain and test event patterns, and route events by them."
    root = _Parser(
        prog="eventmatch",
        description=summary,
        epilog=_EPILOG,
        formatter_class=layout,
        allow_abbrev=False,
    )
    version = f"eventmatch {eventmatch.__version__} ({eventmatch.engine_name()} engine)"
    root.add_argument("--version", action="version", version=version)
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=command.SUMMARY,
            description=f"{command.SUMMARY[0].upper()}{command.SUMMARY[1:]}.",
            epilog=command.EXAMPLE,
            formatter_class=layout,
            allow_abbrev=False,
        )
        command.add_arguments(sub)
        sub.set_defaults(run=command.run)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        status = _run(argv)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        return _leave_closed_pipe()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:
        return _failed(error)


def _run(argv: Sequence[str] | None) -> int:
    try:
        args = parser().parse_args(argv)
    except SystemExit as end:  # --help and --version end so
        return int(end.code or 0)
    run: Callable[[argparse.Namespace], int] = args.run
    return run(args)


def _failed(error: Exception) -> int:
    if isinstance(error, BadRules):
        _tell(
            *(line for each in error.findings for line in pretty(each, paint_for(sys.stderr))),
            *filter(None, [error.outcome]),
        )
        return _FINDINGS
    if isinstance(error, UsageError):
        _tell(f"eventmatch: {error}")
        return _USAGE
    if os.environ.get("EVENTMATCH_TRACEBACK"):
        traceback.print_exception(error)
    _tell(
        f"eventmatch: internal error: {type(error).__name__}: {error}",
        "hint: set EVENTMATCH_TRACEBACK=1 to see where",
    )
    return _INTERNAL


def _tell(*lines: str) -> None:
    for line in lines:
        sys.stderr.write(f"{line}\n")


def _leave_closed_pipe() -> int:
    """Give stdout another end, or the interpreter would complain when it flushes."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return _CLOSED_PIPE
