"""Events as lines of text (NDJSON): how a text is cut, and where in it an error is."""

from collections.abc import Iterator

from eventmatch.errors import EventCode, EventError

Lines = str | bytes | bytearray | memoryview
"""NDJSON: one event in each line."""


def lines_of(lines: Lines) -> bytes:
    """Return the text as bytes; raises `EventError` if it is none."""
    if isinstance(lines, bytes | bytearray | memoryview):
        return bytes(lines)
    if not isinstance(lines, str):
        message = f"lines must be NDJSON text, got {type(lines).__name__}"
        raise EventError(EventCode.TYPE, message)
    return lines.encode("utf-8", "surrogatepass")


def split(text: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield each line without its end: its number from 1, where it begins, and its text."""
    start = 0
    for number, line in enumerate(text.removesuffix(b"\n").split(b"\n") if text else [], 1):
        yield number, start, line.removesuffix(b"\r")
        start += len(line) + 1


def in_line(error: EventError, number: int, start: int) -> EventError:
    """Return the error of a line as the error of the whole text."""
    position = None if error.position is None else start + error.position
    return EventError(error.code, error.message, position, number, error.column)
