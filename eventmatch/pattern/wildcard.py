r"""Wildcard texts: `*` stands for any run of characters, `\*` and `\\` for themselves.

Meaning: event-pattern language reference §5.3.
"""

import re
from dataclasses import dataclass
from typing import Final

_PIECE: Final = re.compile(r"\\(.)|(\*)|([^\\*]+)", re.DOTALL)
_FAULT: Final = re.compile(r"(?:[^\\*]|\\[\\*]|\*(?!\*))*+(\*\*|\\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class WildcardError(Exception):
    """Where a wildcard text breaks the syntax: `at` is a character offset."""

    at: int
    is_consecutive: bool


def split(text: str) -> tuple[str, ...]:
    """Return the literal parts between the stars, unescaped; raises `WildcardError`.

    One part means no star; an empty first or last part means a star at that end.
    """
    if fault := _FAULT.match(text):
        raise WildcardError(fault.start(1), fault[1] == "**")
    parts = [""]
    for escaped, star, plain in _PIECE.findall(text):
        if star:
            parts.append("")
        else:
            parts[-1] += escaped or plain
    return tuple(parts)


def accepts(parts: tuple[str, ...], text: str) -> bool:
    """Tell whether the text is the parts in order with anything between them.

    Taking each part at its first place is enough, so the time is linear in practice and never
    grows with the number of ways to match.
    """
    if len(parts) == 1:
        return text == parts[0]
    first, *middle, last = parts
    if not text.startswith(first):
        return False
    at = len(first)
    for part in middle:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return len(text) - at >= len(last) and text.endswith(last)
