"""From an event to its occurrences: which values stand at which path, in which array elements.

Meaning: event-pattern language reference §3 (`walk`) and §2.1 (dotted and repeated names).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eventmatch.errors import EventCode, EventError
from eventmatch.jsontext import MAX_DEPTH, Fault, FaultKind, Value, location, read_value, to_text
from eventmatch.pattern.scalar import Scalar, scalar

EventSource = str | bytes | bytearray | memoryview | Mapping[str, Any]
"""What a caller may hand over as an event: JSON text, or the parsed object."""

Trail = tuple[tuple[int, int], ...]
"""The array elements around a value, outermost first: (number of the array, index in it)."""

_CODES = {
    FaultKind.EMPTY: EventCode.SYNTAX,
    FaultKind.SYNTAX: EventCode.SYNTAX,
    FaultKind.DEPTH: EventCode.DEPTH,
    FaultKind.NUMBER_LENGTH: EventCode.NUMBER_LENGTH,
    FaultKind.TRAILING: EventCode.TRAILING_CONTENT,
}


@dataclass(slots=True)
class Field:
    """A step in the tree of all paths that rules name; `is_leaf` where one of them ends."""

    path: str = ""
    is_leaf: bool = False
    children: "dict[str, Field]" = field(default_factory=dict)

    def descend(self, steps: list[str]) -> "Field | None":
        """Return the field that the steps lead to, if any rule names it or something below."""
        node: Field | None = self
        for step in steps:
            node = node.children.get(step) if node else None
        return node

    def grow(self, path: str) -> None:
        """Let events be searched for a path."""
        node = self
        for step in path.split("."):
            joined = step if node is self else f"{node.path}.{step}"
            node = node.children.setdefault(step, Field(joined))
        node.is_leaf = True

    def prune(self, path: str) -> None:
        """Stop searching events for a path."""
        way = [self]
        for step in path.split("."):
            way.append(way[-1].children[step])
        way[-1].is_leaf = False
        for parent, step in zip(way[-2::-1], reversed(path.split(".")), strict=True):
            child = parent.children[step]
            if not child.is_leaf and not child.children:
                del parent.children[step]


@dataclass(slots=True)
class Occurrences:
    """All values at one path, each with its trail; plain where no trail names an array."""

    values: list[Scalar] = field(default_factory=list)
    trails: list[Trail] = field(default_factory=list)
    is_plain: bool = True

    def add(self, value: Scalar, trail: Trail) -> None:
        """Take in one value."""
        self.values.append(value)
        self.trails.append(trail)
        if trail:
            self.is_plain = False


Found = dict[str, Occurrences]
"""The occurrences of one event by path; only paths that rules name, only where there are any."""


def read_event(event: EventSource, most_levels: int = MAX_DEPTH) -> Value:
    """Return the event as a value whose root is an object; raises `EventError`."""
    source = text_of(event)
    try:
        value = read_value(source, most_levels)
    except UnicodeDecodeError as error:
        raise _not_utf8(error) from None
    except Fault as fault:
        raise _not_json(source, fault) from None
    if not isinstance(value, dict | tuple):
        raise EventError(EventCode.NOT_AN_OBJECT, "an event must be a JSON object", 0, 1, 1)
    return value


def text_of(event: EventSource) -> bytes | str:
    """Return the JSON text of an event; raises `EventError` if it has none."""
    if isinstance(event, bytes | str):
        return event
    if isinstance(event, bytearray | memoryview):
        return bytes(event)
    if not isinstance(event, Mapping):
        message = f"an event must be JSON text or a dict, got {type(event).__name__}"
        raise EventError(EventCode.TYPE, message)
    try:
        return to_text(event)
    except (TypeError, ValueError, RecursionError) as error:
        raise EventError(EventCode.TYPE, f"the event cannot be written as JSON: {error}") from None


def _not_utf8(error: UnicodeDecodeError) -> EventError:
    before = error.object[: error.start].decode("utf-8")
    line, column = location(before, len(before))
    message = "an event must be UTF-8 text"
    return EventError(EventCode.ENCODING, message, error.start, line, column)


def _not_json(source: bytes | str, fault: Fault) -> EventError:
    text = source if isinstance(source, str) else source.decode("utf-8")
    line, column = location(text, fault.start)
    position = len(text[: fault.start].encode("utf-8", "surrogatepass"))
    return EventError(_CODES[fault.kind], fault.message, position, line, column)


def find(event: Value, root: Field) -> Found:
    """Return the occurrences of every path below `root`; walks without recursion."""
    found: Found = {}
    arrays = 0
    pending: list[tuple[Value, Field, Trail]] = [(event, root, ())]
    while pending:
        value, node, trail = pending.pop()
        kind = type(value)
        if kind is dict or kind is tuple:
            for name, child in value.items() if kind is dict else value:
                below = node.children.get(name)
                if below is None and "." in name:
                    below = node.descend(name.split("."))
                if below is not None:
                    pending.append((child, below, trail))
        elif kind is list:
            for index in range(len(value) - 1, -1, -1):
                element = value[index]
                is_container = type(element) in (dict, tuple, list)
                step = (*trail, (arrays, index)) if is_container else trail
                pending.append((element, node, step))
            arrays += 1
        elif node.is_leaf:
            found.setdefault(node.path, Occurrences()).add(scalar(value), trail)
    return found
