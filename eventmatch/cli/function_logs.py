"""What `eventmatch function logs` does: it reads files, also while a router writes them."""

import argparse

from eventmatch.bus.moments import precise_moment_text
from eventmatch.cli.inputs import UsageError
from eventmatch.cli.report import write, write_json
from eventmatch.cli.session import complaints, read_configuration
from eventmatch.clock import SystemClock
from eventmatch.errors import ConfigurationError
from eventmatch.functions.logs import LogFiles, LogLine
from eventmatch.router.parts import logs_folder


def show_logs(args: argparse.Namespace) -> int:
    """Show the last lines of a function's log, and return 0."""
    lines = _read(args)[-args.lines :]
    if args.format == "json":
        write_json([_facts(line) for line in lines])
        return 0
    for line in lines:
        write(f"{precise_moment_text(line.moment)}  {_text(line)}")
    if not lines:
        write(f"nothing is logged of {args.name}")
    return 0


def _read(args: argparse.Namespace) -> list[LogLine]:
    with complaints(args.config):
        configuration = read_configuration(args.config)
        store = configuration.members.get("store")
        if store is None:
            raise ConfigurationError("", 'it names no "store", so that no run leaves a log')
    logs = LogFiles(logs_folder(configuration.folder / store), SystemClock())
    try:
        return list(logs.read(_name(args.name)))
    except OSError as error:
        text = (error.strerror or str(error)).lower()
        raise UsageError(f"{error.filename}: {text}") from error


def _name(name: str) -> str:
    """Return the bare name of a function that may be named by its ARN, or with a qualifier."""
    bare = name.partition(":function:")[2] or name
    return bare.partition(":")[0].replace("/", "")


def _text(line: LogLine) -> str:
    """Return a line without the characters that would move a terminal's cursor."""
    text = line.text.decode(errors="replace").rstrip("\r")
    return "".join(each if each.isprintable() or each == "\t" else "\ufffd" for each in text)


def _facts(line: LogLine) -> dict[str, str]:
    return {
        "time": precise_moment_text(line.moment),
        "stream": line.stream,
        "text": line.text.decode(errors="replace"),
    }
