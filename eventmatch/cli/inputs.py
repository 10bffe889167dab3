"""What the user names on the command line: files, folders, `-` for stdin, or JSON text itself."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

STDIN: Final = "-"
STDIN_NAME: Final = "<stdin>"
TEST_SUFFIX: Final = ".test.json"


class UsageError(Exception):
    """What the user asked for cannot be done; the text is one line for people."""


def display_name(path: str) -> str:
    """Return the name of a file as messages show it."""
    return STDIN_NAME if path == STDIN else path


class NotText(Exception):
    """A file is not UTF-8; the text says where."""


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open a file for reading bytes, or lend stdin; what cannot be read is a `UsageError`."""
    try:
        if path == STDIN:
            yield _stdin()
        else:
            with open(path, "rb") as stream:
                yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def _stdin() -> BinaryIO:
    """Return stdin as an object of its own.

    A thread may still wait for it when the interpreter ends, which then asks for the lock of
    `sys.stdin`.
    """
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except (OSError, ValueError):
        return sys.stdin.buffer


def read_text(path: str) -> str:
    """Read a whole file as UTF-8; raises `NotText` if it is something else."""
    with opened(path) as stream:
        data = stream.read()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotText(f"not UTF-8 (byte {error.start})") from error


def refuse_stdin_twice(paths: Sequence[str], users: str) -> None:
    """Raise `UsageError` if stdin is named twice: the second reader would find nothing."""
    if list(paths).count(STDIN) > 1:
        raise UsageError(f"stdin (-) can be read only once, not again by {users}")


def is_json_text(argument: str) -> bool:
    """Tell a JSON object or array on the command line from the name of a file."""
    return argument.lstrip().startswith(("{", "["))


def text_or_file(argument: str) -> tuple[str, str]:
    """Return the name and the text of an argument that is JSON text or names a file."""
    if is_json_text(argument):
        return "<argument>", argument
    try:
        return display_name(argument), read_text(argument)
    except NotText as error:
        raise UsageError(f"{display_name(argument)}: {error}") from error


def rule_files(paths: Sequence[str]) -> Iterator[str]:
    """Yield files; of a folder, every `*.json` below it but the tests."""
    for path in paths:
        if Path(path).is_dir():
            yield from (file for file in json_files(path) if not file.endswith(TEST_SUFFIX))
        else:
            yield path


def json_files(folder: str) -> list[str]:
    """Return every `*.json` below a folder."""
    return [str(file) for file in sorted(Path(folder).rglob("*.json")) if not file.is_dir()]
