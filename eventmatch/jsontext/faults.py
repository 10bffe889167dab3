"""What can be wrong with a JSON text, worded twice: for people, and as AWS's parser words it.

The second wording and its positions are those of Jackson 2.17 to 2.20, the versions that
agree with the service's recorded messages (event-pattern language reference §11, §13.1).
"""

from enum import Enum
from typing import Final

MAX_DEPTH: Final = 1000
"""Containers inside one another, the root included (pattern language reference §8)."""
MAX_WRAPPED_DEPTH: Final = MAX_DEPTH + 1
"""The same for what holds an accepted text as a member, such as an event its detail."""
MAX_NUMBER_LENGTH: Final = 1000
"""Characters of one number token (pattern language reference §8)."""

WHITE_SPACE: Final = " \t\n\r"
"""The characters that may stand between tokens."""

VALUE: Final = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_COMMENT: Final = (
    "maybe a (non-standard) comment? "
    "(not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)"
)


class FaultKind(Enum):
    """The kinds of fault that callers tell apart."""

    EMPTY = "empty"
    SYNTAX = "syntax"
    DEPTH = "depth"
    NUMBER_LENGTH = "number-length"
    TRAILING = "trailing-content"


class Fault(Exception):
    """The first place where a text stops being JSON.

    `position` is how far AWS's parser has read there, `start` where the offending text begins;
    `jackson` is its wording and `message` ours. `opened` is the start of the container that was
    left open, which that wording names between `jackson` and a closing parenthesis.
    """

    def __init__(
        self,
        kind: FaultKind,
        position: int,
        start: int,
        jackson: str,
        message: str,
        opened: int | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.position = position
        self.start = start
        self.jackson = jackson
        self.message = message
        self.opened = opened


def syntax(position: int, start: int, jackson: str, message: str) -> Fault:
    """Return a fault of the grammar."""
    return Fault(FaultKind.SYNTAX, position, start, jackson, message)


def unexpected(text: str, at: int, expected: str, message: str) -> Fault:
    """Return the fault of a character that must not stand there."""
    character = text[at]
    if character < " ":
        wording = (
            f"Illegal character ({describe(character)}): "
            "only regular white space (\\r, \\n, \\t) is allowed between tokens"
        )
        return syntax(at + 1, at, wording, f"{message}, got {shown(character)}")
    expected = _COMMENT if character == "/" else expected
    wording = f"Unexpected character ({describe(character)}): {expected}"
    return syntax(at, at, wording, f"{message}, got {shown(character)}")


def end_of_input(text: str, detail: str, message: str) -> Fault:
    """Return the fault of a text that ends too early."""
    return syntax(len(text), len(text), f"Unexpected end-of-input{detail}", message)


def left_open(text: str, title: str, opened: int) -> Fault:
    """Return the fault of a text that ends before a container is closed."""
    wording = f"Unexpected end-of-input: expected close marker for {title} (start marker at"
    message = f"the text ends before the {title.lower()} is closed"
    return Fault(FaultKind.SYNTAX, len(text), len(text), wording, message, opened)


def mismatch(text: str, at: int, closer: str, title: str, opened: int) -> Fault:
    """Return the fault of a container that is closed by the wrong bracket."""
    wording = f"Unexpected close marker '{text[at]}': expected '{closer}' (for {title} starting at"
    message = f'expected "{closer}", got "{text[at]}"'
    return Fault(FaultKind.SYNTAX, at, at, wording, message, opened)


def no_open(text: str, at: int) -> Fault:
    """Return the fault of a closing bracket where nothing is open."""
    title = "Array" if text[at] == "]" else "Object"
    wording = f"Unexpected close marker '{text[at]}': no open {title} to close"
    return syntax(at, at, wording, f'nothing is open that "{text[at]}" could close')


def describe(character: str) -> str:
    """Return a character as Jackson shows it."""
    code = ord(character)
    if code < 0x20 or 0x7F <= code < 0xA0:
        return f"(CTRL-CHAR, code {code})"
    if code > 0xFFFF:
        code = 0xD800 + ((code - 0x10000) >> 10)
    return f"'{character}' (code {code}" + (f" / 0x{code:x})" if code > 0xFF else ")")


def shown(character: str) -> str:
    """Return a character as people can read it."""
    return f'"{character}"' if character.isprintable() else f"U+{ord(character):04X}"
