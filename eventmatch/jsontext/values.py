"""Read a JSON text into bare values, losing nothing that a pattern could ask about.

orjson is several times faster than any exact reader but forgets number text and keeps only the
last of duplicate names. So it is used where that cannot matter, which writing its result back
proves: if the same bytes come out, nothing was lost. Otherwise the standard library's scanner
reads the text with hooks that keep both; and where that runs out of stack, or refuses, the
positions reader decides.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import orjson

from eventmatch.jsontext.document import Kind, Node, read_document
from eventmatch.jsontext.faults import MAX_DEPTH, MAX_NUMBER_LENGTH

Value = Any
"""None, bool, str, int, float, `NumberText`, a list of values, or an object: a dict, or a tuple
of (name, value) pairs in document order where names may repeat. An int or a float stands for a
number whose text is the usual one."""


class NumberText(str):
    """A number token whose exact text is kept."""

    __slots__ = ()


def is_string(value: Value) -> bool:
    """Tell whether a value is a string, and not the text of a number."""
    return isinstance(value, str) and not isinstance(value, NumberText)


def refuse_constant(token: str) -> Value:
    """Raise ValueError for NaN and infinities, which Python would take."""
    raise ValueError(f"{token} is no JSON value")


NUMBERS: Final = json.JSONDecoder(
    parse_int=NumberText, parse_float=NumberText, parse_constant=refuse_constant
)
"""Keeps number texts; of members with the same name it keeps the last."""

_EXACT: Final = json.JSONDecoder(
    object_pairs_hook=tuple,
    parse_int=NumberText,
    parse_float=NumberText,
    parse_constant=refuse_constant,
)


_STRING_OR_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|([\[\]{}])', re.DOTALL)
# Looks for the beginning of a run only: tried at each of its characters, long runs take seconds.
_LONG_NUMBER: Final = re.compile(rf"(?<![-+.0-9eE])[-+.0-9eE]{{{MAX_NUMBER_LENGTH + 1}}}")


def to_text(value: object) -> str:
    """Write a Python value as compact JSON; raises TypeError or ValueError where it has none."""
    return json.dumps(
        value, allow_nan=False, ensure_ascii=False, separators=(",", ":"), default=_as_dict
    )


def _as_dict(value: object) -> dict[object, object]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def read_value(source: bytes | str, most_levels: int = MAX_DEPTH) -> Value:
    """Read one JSON value; raises UnicodeDecodeError or `Fault`."""
    try:
        data = source if isinstance(source, bytes) else source.encode("utf-8")
    except UnicodeEncodeError:
        return read_by_position(str(source), tuple, most_levels)
    try:
        value = orjson.loads(data)
        if orjson.dumps(value) == data:
            return value
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        pass
    return _read_exactly(data.decode("utf-8"), most_levels)


def _read_exactly(text: str, most_levels: int) -> Value:
    if may_break_a_limit(text, most_levels):
        return read_by_position(text, tuple, most_levels)
    try:
        return _EXACT.decode(text)
    except (ValueError, RecursionError):
        return read_by_position(text, tuple, most_levels)


def may_break_a_limit(text: str, most_levels: int = MAX_DEPTH) -> bool:
    """Tell that the text is too deep, or might hold too long a number."""
    if text.count("{") + text.count("[") > most_levels and _depth(text) > most_levels:
        return True
    return len(text) > MAX_NUMBER_LENGTH and _LONG_NUMBER.search(text) is not None


def _depth(text: str) -> int:
    """Return how many brackets are open at once, those in strings left aside."""
    depth = deepest = 0
    for bracket in _STRING_OR_BRACKET.findall(text):
        if bracket in ("{", "["):
            depth += 1
            deepest = max(deepest, depth)
        elif bracket:
            depth -= 1
    return deepest


Build = Callable[[Iterable[tuple[str, Value]]], Value]
"""Makes an object of its members."""


def read_by_position(text: str, build: Build, most_levels: int = MAX_DEPTH) -> Value:
    """Read one JSON value, however deep, so that `build` makes its objects; raises `Fault`."""
    document = read_document(text, most_levels=most_levels)
    if document.fault is not None:
        raise document.fault
    assert document.root is not None
    return _value_of(document.root, build)


_LITERAL_VALUES: Final = {Kind.TRUE: True, Kind.FALSE: False, Kind.NULL: None}


def _value_of(root: Node, build: Build) -> Value:
    """Turn a tree into values, children before parents, without recursion."""
    order = [root]
    for node in order:
        order.extend(node.items)
        order.extend(member.value for member in node.members)
    values: dict[int, Value] = {}
    for node in reversed(order):
        values[id(node)] = _from_children(node, values, build)
    return values[id(root)]


def _from_children(node: Node, values: dict[int, Value], build: Build) -> Value:
    if node.kind is Kind.OBJECT:
        return build((member.name.text, values[id(member.value)]) for member in node.members)
    if node.kind is Kind.ARRAY:
        return [values[id(item)] for item in node.items]
    if node.kind is Kind.NUMBER:
        return NumberText(node.text)
    return _LITERAL_VALUES.get(node.kind, node.text)
