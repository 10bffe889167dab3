"""Read a JSON text into a tree with positions, as far as it is JSON.

A pull parser reports the first problem it meets, and a caller's own problem may come before a
fault of the grammar. So the tree holds everything before the fault, values that the fault cut off
are marked, and the caller decides which comes first.
"""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from eventmatch.jsontext import faults, tokens
from eventmatch.jsontext.faults import MAX_DEPTH, Fault, FaultKind

_WHITE_SPACE: Final = re.compile(r"[ \t\n\r]*")


class Kind(Enum):
    """What a JSON value is."""

    OBJECT = "object"
    ARRAY = "array"
    STRING = "string"
    NUMBER = "number"
    TRUE = "true"
    FALSE = "false"
    NULL = "null"


_OPENERS: Final = {"{": Kind.OBJECT, "[": Kind.ARRAY}
_CLOSERS: Final = {Kind.OBJECT: "}", Kind.ARRAY: "]"}
_TITLES: Final = {Kind.OBJECT: "Object", Kind.ARRAY: "Array"}


@dataclass(slots=True, kw_only=True)
class Node:
    """One value of a document; `complete` is false where a fault cut it off.

    `text` is the unescaped string, or the token of a number or literal. `start` and `end` are
    character offsets, the end exclusive.
    """

    kind: Kind
    start: int
    end: int
    text: str = ""
    complete: bool = True
    items: "list[Node]" = field(default_factory=list)
    members: "list[Member]" = field(default_factory=list)

    @property
    def read_position(self) -> int:
        """Where a pull parser stands when it has met this value and not yet read on."""
        opens = self.kind in (Kind.OBJECT, Kind.ARRAY, Kind.STRING)
        return self.start + 1 if opens else self.end


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a member; `start` and `end` enclose its token."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Member:
    """One name and its value in an object."""

    name: Name
    value: Node


@dataclass(frozen=True, slots=True)
class Document:
    """A text as far as it is JSON: the root, and the fault that ended the reading, if any."""

    text: str
    root: Node | None
    fault: Fault | None


def read_document(text: str, at: int = 0, most_levels: int = MAX_DEPTH) -> Document:
    """Read one JSON value, from a place on, and nothing behind it.

    A fault is returned, not raised.
    """
    reader = _Reader(text, at, most_levels)
    try:
        reader.read()
    except Fault as fault:
        return Document(text, reader.root, fault)
    return Document(text, reader.root, None)


class _Reader:
    """The state of one reading: how far it is, and which containers are open."""

    def __init__(self, text: str, at: int, most_levels: int) -> None:
        self.text = text
        self.at = at
        self.most_levels = most_levels
        self.root: Node | None = None
        self.open: list[Node] = []

    def read(self) -> None:
        self._skip_white_space()
        if self.at == len(self.text):
            message = "expected a JSON value, got nothing"
            raise Fault(FaultKind.EMPTY, self.at, self.at, "No content", message)
        if self.text[self.at] in "]}":
            raise faults.no_open(self.text, self.at)
        self._value(None, None)
        while self.open:
            self._next_in(self.open[-1])
        self._skip_white_space()
        if self.at < len(self.text):
            raise self._trailing()

    def _next_in(self, container: Node) -> None:
        """Read one element or member, or the end of the container."""
        self._skip_white_space()
        if self._closes(container):
            return
        if container.items or container.members:
            self._comma(container)
        if container.kind is Kind.OBJECT:
            self._member(container)
        else:
            self._value(container, None)

    def _closes(self, container: Node) -> bool:
        closer, title = _CLOSERS[container.kind], _TITLES[container.kind]
        if self.at == len(self.text):
            raise faults.left_open(self.text, title, container.start)
        character = self.text[self.at]
        if character == closer:
            self.at += 1
            container.end, container.complete = self.at, True
            self.open.pop()
            return True
        if character in "]}":
            raise faults.mismatch(self.text, self.at, closer, title, container.start)
        return False

    def _comma(self, container: Node) -> None:
        title, closer = _TITLES[container.kind], _CLOSERS[container.kind]
        wording = f"was expecting comma to separate {title} entries"
        self._expect(",", wording, f'expected "," or "{closer}"')
        self._skip_within(title)

    def _member(self, container: Node) -> None:
        start = self.at
        if self.text[start] != '"':
            wording = "was expecting double-quote to start field name"
            raise faults.unexpected(self.text, start, wording, "expected a name in double quotes")
        name, self.at = tokens.read_string(self.text, start, is_name=True)
        end = self.at
        self._skip_within("Object")
        wording = "was expecting a colon to separate field name and value"
        self._expect(":", wording, 'expected ":" behind the name')
        self._skip_within("Object")
        self._value(container, Name(name, start, end))

    def _value(self, parent: Node | None, name: Name | None) -> None:
        """Read a scalar, or the opening of a container, and hang it into the tree."""
        character = self.text[self.at]
        if character in _OPENERS:
            self._container(parent, name, _OPENERS[character])
        elif character == '"':
            self._string(parent, name)
        else:
            self._hang(self._number_or_literal(), parent, name)

    def _hang(self, node: Node, parent: Node | None, name: Name | None) -> None:
        if parent is None:
            self.root = node
        elif name is None:
            parent.items.append(node)
        else:
            parent.members.append(Member(name, node))

    def _container(self, parent: Node | None, name: Name | None, kind: Kind) -> None:
        if len(self.open) == self.most_levels:
            most = self.most_levels
            wording = f"Depth ({most + 1}) exceeds the maximum allowed nesting depth ({most})"
            message = f"nested deeper than {most} levels"
            raise Fault(FaultKind.DEPTH, self.at + 1, self.at, wording, message)
        node = Node(kind=kind, start=self.at, end=self.at + 1, complete=False)
        self._hang(node, parent, name)
        self.open.append(node)
        self.at += 1

    def _string(self, parent: Node | None, name: Name | None) -> None:
        """Hang the string into the tree before reading it: a fault in it comes after it began."""
        node = Node(kind=Kind.STRING, start=self.at, end=self.at + 1, complete=False)
        self._hang(node, parent, name)
        node.text, self.at = tokens.read_string(self.text, self.at, is_name=False)
        node.end, node.complete = self.at, True

    def _number_or_literal(self) -> Node:
        start = self.at
        if self.text[start] in "-0123456789" and not self.text.startswith("-Infinity", start):
            self.at = tokens.read_number(self.text, start)
            kind = Kind.NUMBER
        elif end := tokens.read_literal(self.text, start):
            self.at = end
            kind = Kind(self.text[start:end])
        else:
            raise tokens.bad_value(self.text, start)
        return Node(kind=kind, start=start, end=self.at, text=self.text[start : self.at])

    def _expect(self, character: str, wording: str, message: str) -> None:
        if self.text[self.at] != character:
            raise faults.unexpected(self.text, self.at, wording, message)
        self.at += 1

    def _skip_white_space(self) -> None:
        match = _WHITE_SPACE.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def _skip_within(self, title: str) -> None:
        """Skip white space where the container must go on."""
        self._skip_white_space()
        if self.at == len(self.text):
            detail = f" within/between {title} entries"
            raise faults.end_of_input(self.text, detail, f"the text ends inside an {title.lower()}")

    def _trailing(self) -> Fault:
        wording = "Filter must be a single JSON object; found content after it"
        message = f"expected nothing behind the value, got {faults.shown(self.text[self.at])}"
        return Fault(FaultKind.TRAILING, self.at, self.at, wording, message)
