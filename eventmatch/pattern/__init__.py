"""The event-pattern language: parse, validate, lint. Knows no event, no bus and no I/O.

Meaning: docs/language.md; executable cases: patterns/; differences from AWS: docs/deviations.md.
"""

from collections.abc import Mapping
from typing import Any

from eventmatch.errors import PatternCode, PatternError, Problem
from eventmatch.jsontext import to_text
from eventmatch.pattern.dialect import DIALECTS, Dialect, dialect_named
from eventmatch.pattern.model import EventPattern, Leaf, SubRule
from eventmatch.pattern.parser import check_text, parse_text

PatternSource = str | bytes | bytearray | memoryview | Mapping[str, Any]
"""What a caller may hand over as a pattern: JSON text, or the parsed object."""

AnyPattern = EventPattern | PatternSource
"""A parsed pattern, or what `parse` takes."""


def parse(pattern: PatternSource, *, dialect: str = "eventbridge") -> EventPattern:
    """Read an event pattern.

    Takes JSON text (str or UTF-8 bytes) or the parsed object; returns a value that can be
    compared and reused. Raises `PatternError` with the problem that AWS reports, and ValueError
    for an unknown dialect.
    """
    return parse_text(pattern_text(pattern), dialect_named(dialect))


def check(pattern: PatternSource, *, dialect: str = "eventbridge") -> list[Problem]:
    """Return everything that is wrong with a pattern: errors, AWS's first, then warnings.

    The list is empty for a clean pattern. A pattern with nothing but warnings is valid for AWS.
    """
    try:
        return check_text(pattern_text(pattern), dialect_named(dialect))
    except PatternError as error:
        return [error.problem]


def as_pattern(pattern: AnyPattern, dialect: str = "eventbridge") -> EventPattern:
    """Return the pattern, parsed if it is not yet; raises `PatternError`."""
    return pattern if isinstance(pattern, EventPattern) else parse(pattern, dialect=dialect)


def pattern_text(pattern: PatternSource) -> str:
    """Return the JSON text of a pattern; raises `PatternError` if it has none."""
    if isinstance(pattern, str):
        return pattern
    try:
        if isinstance(pattern, bytes | bytearray | memoryview):
            return bytes(pattern).decode("utf-8")
        return to_text(pattern)
    except (ValueError, TypeError, RecursionError) as error:
        raise PatternError(_not_json(str(error))) from error


def _not_json(reason: str) -> Problem:
    return Problem(
        severity="error",
        code=PatternCode.JSON_SYNTAX,
        path="",
        line=1,
        column=1,
        span=(0, 0),
        message=f"the pattern cannot be read as JSON: {reason}",
        aws_message="Filter is not an object",
    )


__all__ = [
    "DIALECTS",
    "AnyPattern",
    "Dialect",
    "EventPattern",
    "Leaf",
    "PatternSource",
    "SubRule",
    "as_pattern",
    "check",
    "dialect_named",
    "parse",
    "pattern_text",
]
