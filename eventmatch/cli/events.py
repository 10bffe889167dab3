"""Events from files: NDJSON line by line, or a JSON document of one event or an array of them."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from typing import Final

from eventmatch import EventError
from eventmatch.cli.inputs import STDIN, display_name, opened
from eventmatch.jsontext import Kind, read_document

_LINE_FORMATS: Final = (".ndjson", ".jsonl")


@dataclass(frozen=True, slots=True)
class EventText:
    """The text of one event, and where it begins; `size` is what was read for it, in bytes."""

    file: str
    line: int
    data: bytes
    size: int

    def complaint(self, error: EventError) -> str:
        """Say in one line where the event is bad, and why."""
        line = self.line + (error.line or 1) - 1
        place = f"{self.file}:{line}:{error.column or 1}"
        return f"{place}: error[{error.code}]: {error.message}"


def read_events(path: str) -> Iterator[EventText]:
    """Yield the events of a file as they come; an NDJSON file of any size fits."""
    by_line = PurePath(path).suffix in _LINE_FORMATS
    with opened(path) as stream:
        yield from _events(display_name(path), stream, by_line=by_line)


def total_size(paths: Sequence[str]) -> int | None:
    """Return how many bytes there are to read, or None if nobody knows."""
    try:
        return None if STDIN in paths else sum(os.path.getsize(path) for path in paths)
    except OSError:
        return None


def _events(file: str, lines: Iterator[bytes], *, by_line: bool) -> Iterator[EventText]:
    head: list[bytes] = []
    if not by_line and _begins_document(lines, head):
        yield from _document(file, b"".join(chain(head, lines)))
    else:
        yield from _lines(file, chain(head, lines))


def _begins_document(lines: Iterator[bytes], head: list[bytes]) -> bool:
    """Read as few lines as tell a document that spans lines from NDJSON; they go to `head`."""
    first = _next_filled(lines, head)
    if first.lstrip().startswith(b"["):
        return True
    if not _is_cut_off(first):
        return False
    second = _next_filled(lines, head)
    return bool(second) and not second.startswith(b"{")


def _next_filled(lines: Iterator[bytes], head: list[bytes]) -> bytes:
    for line in lines:
        head.append(line)
        if line.strip():
            return line
    return b""


def _is_cut_off(line: bytes) -> bool:
    text = line.decode("utf-8", "replace").rstrip()
    fault = read_document(text).fault
    return bool(text) and fault is not None and fault.position >= len(text)


def _lines(file: str, lines: Iterable[bytes]) -> Iterator[EventText]:
    for number, line in enumerate(lines, 1):
        data = line.strip()
        if data:
            yield EventText(file, number, data, len(line))


def _document(file: str, data: bytes) -> Iterator[EventText]:
    """Yield the elements of an array; anything else, even a faulty text, is one event."""
    try:
        document = read_document(data.decode("utf-8"))
    except UnicodeDecodeError:
        yield EventText(file, 1, data, len(data))
        return
    root = document.root
    if root is None or document.fault is not None or root.kind is not Kind.ARRAY:
        yield EventText(file, 1, data, len(data))
        return
    line, seen = 1, 0
    for item in root.items:
        line += document.text.count("\n", seen, item.start)
        seen = item.start
        element = document.text[item.start : item.end].encode()
        yield EventText(file, line, element, len(element))
