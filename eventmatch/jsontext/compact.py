"""JSON values with their number texts, and the compact text of them.

Compact is what AWS delivers: no white space between tokens, members in their order, of members
with the same name the last value at the place of the first, no escape but those JSON needs, and
numbers with the digits they were written with.

orjson reads and writes such a text in a microsecond or two but forgets number texts. That none
was lost shows in what it writes: white space left aside, it is what was read.
"""

from collections.abc import Iterator, Sequence
from json.encoder import encode_basestring
from typing import Final

import orjson

from eventmatch.jsontext.faults import MAX_DEPTH, MAX_WRAPPED_DEPTH, WHITE_SPACE, Fault
from eventmatch.jsontext.values import (
    NUMBERS,
    NumberText,
    Value,
    may_break_a_limit,
    read_by_position,
)

_WHITE_SPACE: Final = WHITE_SPACE.encode()


def compact(source: bytes | str) -> bytes:
    """Return the compact text of one JSON value; raises ValueError where it is none."""
    value, text = _read(source, MAX_DEPTH)
    return to_compact(value) if text is None else text


def read_merged(source: bytes | str) -> Value:
    """Read one JSON value whose objects are dicts; raises ValueError where it is none.

    It may have a level more than `compact` accepts: an event has one more than its detail.
    """
    return _read(source, MAX_WRAPPED_DEPTH)[0]


def _read(source: bytes | str, most_levels: int) -> tuple[Value, bytes | None]:
    """Return the value, and the compact text if that is known already."""
    try:
        data = source.encode() if isinstance(source, str) else source
        value = orjson.loads(data)
        written = orjson.dumps(value)
        # Equal tokens of a valid text, spaces within strings left aside, are equal values: those
        # spaces do not change where a token ends, and the strings were read, not compared.
        if written == data or _without_space(written) == _without_space(data):
            return value, written
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, UnicodeEncodeError):
        pass
    text = source if isinstance(source, str) else source.decode()
    return _read_numbers(text, most_levels), None


def _without_space(text: bytes) -> bytes:
    return text.translate(None, _WHITE_SPACE)


def _read_numbers(text: str, most_levels: int) -> Value:
    """Read one JSON value with all its number texts; words nothing, which takes long."""
    try:
        if may_break_a_limit(text, most_levels):
            return read_by_position(text, dict, most_levels)
        return _decode(text, most_levels)
    except Fault as fault:
        raise ValueError(fault.message) from None


def _decode(text: str, most_levels: int) -> Value:
    try:
        return NUMBERS.decode(text)
    except RecursionError:
        return read_by_position(text, dict, most_levels)


def to_compact(value: Value) -> bytes:
    """Return the compact text of a value that `read_merged` has read."""
    try:
        return orjson.dumps(value, _number, orjson.OPT_PASSTHROUGH_SUBCLASS)
    except orjson.JSONEncodeError:  # nested deeper than orjson goes, or a surrogate on its own
        return "".join(_tokens(value)).encode("utf-8", "backslashreplace")


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, NumberText):
        return orjson.Fragment(str.encode(value))
    raise TypeError(f"{type(value).__name__} is no JSON value")


class _Token(str):
    """A text that stands for itself among values that are still to be written."""

    __slots__ = ()


def _tokens(root: Value) -> Iterator[str]:
    """Yield the compact text of a value in pieces; walks without recursion."""
    pending: list[Value] = [root]
    while pending:
        value = pending.pop()
        if isinstance(value, _Token | NumberText):
            yield value
        elif isinstance(value, dict):
            pending.extend(reversed(_object_parts(value)))
        elif isinstance(value, list | tuple):
            pending.extend(reversed(_array_parts(value)))
        elif isinstance(value, str):
            yield encode_basestring(value)
        else:
            yield orjson.dumps(value).decode()


def _object_parts(value: dict[str, Value]) -> list[Value]:
    parts: list[Value] = []
    for name, member in value.items():
        parts += (_Token(","), name, _Token(":"), member)
    return [_Token("{"), *parts[1:], _Token("}")]


def _array_parts(value: Sequence[Value]) -> list[Value]:
    parts: list[Value] = []
    for element in value:
        parts += (_Token(","), element)
    return [_Token("["), *parts[1:], _Token("]")]
