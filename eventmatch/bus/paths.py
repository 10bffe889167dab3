"""Paths into an event: `InputPath`, the values of an `InputPathsMap`, `PartitionKeyPath`.

A subset of JSONPath: `$`, then keys behind dots, indexes from 0 in brackets, and `[*]` for all
elements of an array. Keys are made of ASCII letters and digits, `-`, `_` and `/`; so a key with a
dot cannot be reached. A path that selects nothing is valid.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from eventmatch.jsontext import Value

_PATH: Final = re.compile(r"\$(?:\.[A-Za-z0-9_/-]+|\[(?:[0-9]+|\*)\])*")
_STEP: Final = re.compile(r"\.([^.\[]+)|\[([^\]]+)\]")


class InvalidPath(Exception):
    """The text is outside the grammar of paths."""


class _Missing(Enum):
    MISSING = "missing"


Missing = Literal[_Missing.MISSING]
MISSING: Final = _Missing.MISSING
"""What a path selects where there is nothing; null is something."""

Step = str | int | None
"""A key, an index, or None for all elements."""


@dataclass(frozen=True, slots=True)
class Path:
    """A path, parsed: the steps down to the first `[*]`, and those from it on."""

    single: tuple[str | int, ...]
    many: tuple[Step, ...]


def parse_path(text: str) -> Path:
    """Return the path that the text is; raises `InvalidPath`."""
    if not _PATH.fullmatch(text):
        raise InvalidPath(text)
    steps = [_step(key, index) for key, index in _STEP.findall(text)]
    first = steps.index(None) if None in steps else len(steps)
    return Path(tuple(step for step in steps[:first] if step is not None), tuple(steps[first:]))


def _step(key: str, index: str) -> Step:
    if key:
        return key
    return None if index == "*" else int(index)


def select(path: Path, document: Value) -> Value | Missing:
    """Return what the path leads to in a document of `read_merged`.

    With `[*]` that is a list of all it leads to, also if there is nothing; but `MISSING` where the
    first `[*]` is not behind an array.
    """
    value = document
    for step in path.single:
        value = _child(value, step)
        if value is MISSING:
            return MISSING
    if not path.many:
        return value
    return _select_many(path.many, value) if isinstance(value, list) else MISSING


def _child(value: Value, step: str | int) -> Value | Missing:
    if isinstance(step, str):
        return value.get(step, MISSING) if isinstance(value, dict) else MISSING
    return value[step] if isinstance(value, list) and step < len(value) else MISSING


def _select_many(steps: tuple[Step, ...], value: Value) -> list[Value]:
    found = [value]
    for step in steps:
        found = [child for each in found for child in _children(each, step)]
    return found


def _children(value: Value, step: Step) -> Iterator[Value]:
    if step is None:
        yield from value if isinstance(value, list) else ()
    elif (child := _child(value, step)) is not MISSING:
        yield child
