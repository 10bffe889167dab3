"""Several JSON values in one text, separated by newlines.

Between two values stands white space with at least one line feed; before the first and behind the
last stands any white space.
"""

import re
from typing import Final

import orjson

from eventmatch.jsontext.document import Document, Node, read_document
from eventmatch.jsontext.faults import Fault, FaultKind
from eventmatch.jsontext.values import NUMBERS

_WHITE_SPACE: Final = re.compile(r"[ \t\n\r]*")


def read_sequence(text: str) -> tuple[tuple[Node, ...], Fault | None]:
    """Read one or more values: those before the fault, if there is one."""
    roots: list[Node] = []
    document = read_document(text)
    while _goes_on(document):
        assert document.root is not None
        roots.append(document.root)
        document = read_document(text, document.root.end)
    return (*roots, *_complete(document)), document.fault


def _goes_on(document: Document) -> bool:
    """Tell that the document is a whole value and, behind a newline, something else."""
    fault = document.fault
    if fault is None or fault.kind is not FaultKind.TRAILING or document.root is None:
        return False
    return "\n" in document.text[document.root.end : fault.start]


def _complete(document: Document) -> tuple[Node, ...]:
    return (document.root,) if document.root and document.root.complete else ()


def is_sequence(data: bytes) -> bool:
    """Tell whether a text is one or more JSON values, separated by newlines."""
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return _is_lines(data) or _is_strict_sequence(data)
    return True


def _is_lines(data: bytes) -> bool:
    """Tell that each line is a value or blank: the usual case, and quick to see."""
    lines = [line for line in data.split(b"\n") if line.strip(b" \t\r")]
    try:
        for line in lines:
            orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return bool(lines)


def _is_strict_sequence(data: bytes) -> bool:
    try:
        text = data.decode()
        at = _behind_white_space(text, 0)
        while True:
            end = NUMBERS.raw_decode(text, at)[1]
            at = _behind_white_space(text, end)
            if at == len(text):
                return True
            if "\n" not in text[end:at]:
                return False
    except RecursionError:
        return read_sequence(text)[1] is None
    except ValueError:
        return False


def _behind_white_space(text: str, at: int) -> int:
    match = _WHITE_SPACE.match(text, at)
    assert match is not None
    return match.end()
