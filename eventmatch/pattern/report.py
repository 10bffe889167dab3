"""From what the parser found to the `Problem` that callers see, AWS's location lines included.

Meaning: event-pattern language reference §12.
"""

import re
from functools import lru_cache
from typing import Final

from eventmatch.errors import PatternCode, Problem
from eventmatch.jsontext import Fault, FaultKind, location
from eventmatch.jsontext.position import utf16_length
from eventmatch.pattern.lint import Finding
from eventmatch.pattern.refusal import Refusal

_ECHO_LENGTH: Final = 500
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")

_FAULT_CODES: Final = {
    FaultKind.EMPTY: PatternCode.NOT_AN_OBJECT,
    FaultKind.SYNTAX: PatternCode.JSON_SYNTAX,
    FaultKind.DEPTH: PatternCode.JSON_DEPTH,
    FaultKind.NUMBER_LENGTH: PatternCode.JSON_NUMBER_LENGTH,
    FaultKind.TRAILING: PatternCode.TRAILING_CONTENT,
}
_WITHOUT_LOCATION: Final = (FaultKind.DEPTH, FaultKind.NUMBER_LENGTH)


def refusal_problem(refusal: Refusal, place: str, text: str) -> Problem:
    """Return the problem of a mistake in the language; `place` is the path up to it."""
    line, column = location(text, refusal.at)
    return Problem(
        severity="error",
        code=refusal.code,
        path=f"{place}{refusal.path}",
        line=line,
        column=column,
        span=refusal.span,
        message=refusal.message,
        hint=refusal.hint,
        aws_message=refusal.aws + _location_line(text, refusal.at) * refusal.location_lines,
    )


def fault_problem(fault: Fault, text: str, location_lines: int) -> Problem:
    """Return the problem of a text that is not JSON."""
    line, column = location(text, fault.position)
    wording = fault.jackson
    if fault.opened is not None:
        wording = f"{wording} {source_location(text, fault.opened)})"
    lines = 0 if fault.kind in _WITHOUT_LOCATION else location_lines
    return Problem(
        severity="error",
        code=_FAULT_CODES[fault.kind],
        path="",
        line=line,
        column=column,
        span=(fault.start, max(fault.start, fault.position)),
        message=fault.message,
        aws_message=wording + _location_line(text, fault.position) * lines,
    )


def warning(finding: Finding, text: str) -> Problem:
    """Return the problem of a lint; its position is where the text that it is about begins."""
    line, column = location(text, finding.span[0])
    return Problem(
        severity="warning",
        code=finding.code,
        path=finding.path,
        line=line,
        column=column,
        span=finding.span,
        message=finding.message,
        hint=finding.hint,
    )


def _location_line(text: str, position: int) -> str:
    return f"\n at {source_location(text, position)}"


def source_location(text: str, position: int) -> str:
    """Return a place in a text as AWS's parser tells it."""
    line, column = location(text, position)
    return f"[Source: (String){_echo(text)}; line: {line}, column: {column}]"


@lru_cache(maxsize=1)
def _echo(text: str) -> str:
    """Return the beginning of the text as AWS's parser repeats it in its messages."""
    units = text.encode("utf-16-be", "surrogatepass")
    cut = units[: 2 * _ECHO_LENGTH].decode("utf-16-be", "surrogatepass")
    shown = _CONTROL.sub(lambda control: f"\\u{ord(control[0]):04X}", cut)
    rest = utf16_length(text) - _ECHO_LENGTH
    return f'"{shown}"' + (f"[truncated {rest} chars]" if rest > 0 else "")
