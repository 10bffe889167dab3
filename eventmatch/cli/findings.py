"""A problem of a pattern with its place in a file, and how it is shown to people."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

from eventmatch import Problem
from eventmatch.cli.terminal import Paint, plain, width
from eventmatch.jsontext import location

_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_STYLES: Final = {"error": "bold red", "warning": "bold yellow"}


class FileCode(StrEnum):
    """What is wrong with a rule file itself."""

    NO_PATTERN = "no-pattern"
    UNREADABLE = "unreadable"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProblem:
    """Why there is no pattern to look at; read as a `Problem` is."""

    code: FileCode
    message: str
    path: str = ""
    severity: Literal["error"] = "error"
    hint: str | None = None
    aws_message: str | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A problem in a file; `line`, `column` and `span` count in the file's text."""

    file: str
    rule: str
    text: str
    line: int
    column: int
    span: tuple[int, int]
    problem: Problem | FileProblem

    @property
    def place(self) -> str:
        """The place as editors read it."""
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def aws_line(self) -> str | None:
        """AWS's own sentence, without the lines that tell where."""
        return self.problem.aws_message.split("\n", 1)[0] if self.problem.aws_message else None

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON-ready values."""
        return {
            "file": self.file,
            "rule": self.rule,
            "line": self.line,
            "column": self.column,
            "span": list(self.span),
            "severity": self.problem.severity,
            "code": str(self.problem.code),
            "path": self.problem.path,
            "message": self.problem.message,
            "hint": self.problem.hint,
            "aws_message": self.problem.aws_message,
        }


def located(
    problem: Problem, pattern: str, offsets: Sequence[int], *, file: str, rule: str, text: str
) -> Finding:
    """Move a problem from its pattern to the file: `offsets` has a place for each character."""
    first, behind = (min(at, len(offsets) - 1) for at in problem.span)
    start = offsets[first]
    end = _behind(behind, pattern, offsets, text) if behind > first else start
    at = _offset(pattern, problem.line, problem.column)
    place = start if at == first else _behind(at, pattern, offsets, text)
    line, column = location(text, place)
    return Finding(
        file=file,
        rule=rule,
        text=text,
        line=line,
        column=column,
        span=(start, end),
        problem=problem,
    )


def _behind(at: int, pattern: str, offsets: Sequence[int], text: str) -> int:
    """Return the place in the file right behind the character before `at`.

    The place of `at` itself may be further on, where white space was left out.
    """
    last = pattern[at - 1 : at]
    is_itself = last not in ("", "\\") and text[offsets[at - 1]] == last
    return offsets[at - 1] + 1 if is_itself else offsets[at]


def _offset(text: str, line: int, column: int) -> int:
    """Return the offset of a line and column; the column counts UTF-16 units."""
    starts = [0, *(found.end() for found in _LINE_BREAK.finditer(text))]
    at, units = starts[min(line, len(starts)) - 1], column - 1
    while units > 0 and at < len(text):
        units -= 2 if text[at] > "\uffff" else 1
        at += 1
    return at


def pretty(finding: Finding, paint: Paint = plain) -> Iterator[str]:
    """Yield the lines for people: what and where, the text with a caret, AWS's words, the hint."""
    problem = finding.problem
    kind = paint(f"{problem.severity}[{problem.code}]", _STYLES[problem.severity])
    path = f"{problem.path}: " if problem.path else ""
    yield f"{paint(finding.place, 'bold')}: {kind}: {path}{problem.message}"
    yield from _excerpt(finding, paint)
    if finding.aws_line:
        yield f"  {paint('aws:', 'cyan')} {finding.aws_line}"
    if problem.hint:
        yield f"  {paint('hint:', 'green')} {problem.hint}"


def _excerpt(finding: Finding, paint: Paint) -> Iterator[str]:
    """Yield the line where the span begins, cut to the terminal, and the underline."""
    start, end = finding.span
    number, _ = location(finding.text, start)
    before = _LINE_BREAK.split(finding.text[:start])[-1]
    behind = _LINE_BREAK.split(finding.text[start:], maxsplit=1)[0]
    gutter = f"  {number} | "
    room = max(width() - len(gutter), 20)
    marked, behind = behind[: end - start][:room], behind[end - start :]
    if not before and not marked and not behind:
        return
    shown_before = _tail(before, max(room - len(marked) - len(behind), room // 2 - len(marked), 0))
    line = _printable(shown_before + marked + behind)[:room]
    yield paint(gutter, "dim") + line
    underline = " " * _cells(shown_before) + "^" * max(_cells(marked), 1)
    yield paint(f"{'|':>{len(gutter) - 1}} ", "dim") + paint(underline, "bold red")


def _tail(text: str, room: int) -> str:
    return text if len(text) <= room else f"…{text[len(text) - room + 1 :]}" if room > 1 else ""


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _cells(text: str) -> int:
    """Return how many columns a terminal gives to the text."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(bool(unicodedata.combining(c)) for c in text)
