"""How the parser says no: AWS's sentence for the whole expression, and ours for the very place."""

from dataclasses import dataclass
from typing import Final

from eventmatch.errors import Problem, ScheduleCode, ScheduleError
from eventmatch.jsontext import location
from eventmatch.schedule.model import Dialect

_LONGEST_QUOTE: Final = 60


@dataclass(slots=True)
class Refusal(Exception):
    """One mistake at the characters `span` of the expression, in a field that has a name."""

    code: ScheduleCode
    message: str
    span: tuple[int, int]
    field: str = ""
    hint: str | None = None


def quoted(text: str) -> str:
    """Return the text as a sentence shows it."""
    shown = text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"
    return f'"{shown}"'


def error_of(refusal: Refusal, text: str, dialect: Dialect) -> ScheduleError:
    """Return what to raise of a refusal."""
    line, column = location(text, refusal.span[0])
    return ScheduleError(
        Problem(
            severity="error",
            code=refusal.code,
            path=refusal.field,
            line=line,
            column=column,
            span=refusal.span,
            message=refusal.message,
            hint=refusal.hint,
            aws_message=_aws_message(refusal.code, dialect).format(text),
        )
    )


def _aws_message(code: ScheduleCode, dialect: Dialect) -> str:
    """Return what AWS says of an expression; it is not known what it says of a zone."""
    return "" if code is ScheduleCode.TIME_ZONE else _AWS_MESSAGES[dialect]


_AWS_MESSAGES: Final = {
    "rules": "Parameter ScheduleExpression is not valid.",
    "scheduler": "Invalid Schedule Expression {}.",
    "unix": "",
}
