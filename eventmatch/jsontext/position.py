"""Lines, columns and orders as a UTF-16 host sees them, because AWS's is one."""

import re

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def location(text: str, position: int) -> tuple[int, int]:
    """Return line and column, from 1, of a character offset; columns count UTF-16 units."""
    lines = _LINE_BREAK.split(text[:position])
    return len(lines), utf16_length(lines[-1]) + 1


def utf16_length(text: str) -> int:
    """Return how many UTF-16 code units the text takes."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf16_key(text: str) -> bytes:
    """Return a sort key that orders texts by their UTF-16 code units, as Java does."""
    return text.encode("utf-16-be", "surrogatepass")
