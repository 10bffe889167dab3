"""`{"equals-ignore-case": "Running"}`: the string in any case. Meaning: reference §5.2.

Neither Unicode case folding nor comparing lower case: each character of the pattern accepts
itself, its lower case and its upper case, and the event is not folded. So it is not symmetric.
"""

import re
from dataclasses import dataclass, field

from eventmatch.jsontext import to_text
from eventmatch.pattern.operators.base import Operand
from eventmatch.pattern.scalar import Scalar


def any_case(text: str) -> str:
    """Return a regular expression for the text in any case."""
    return "".join(map(_any_case_of, text))


def _any_case_of(character: str) -> str:
    spellings = {character, character.lower(), character.upper()}
    return "(?:" + "|".join(sorted(map(re.escape, spellings))) + ")"


@dataclass(frozen=True, slots=True)
class EqualsIgnoreCase:
    """The whole string, in any case."""

    value: str
    _expression: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_expression", re.compile(any_case(self.value)))

    def accepts(self, value: Scalar) -> bool:
        return isinstance(value, str) and self._expression.fullmatch(value) is not None

    def text(self) -> str:
        return f'{{"equals-ignore-case":{to_text(self.value)}}}'


def parse(operand: Operand) -> EqualsIgnoreCase:
    """Read the operand of `equals-ignore-case`."""
    return EqualsIgnoreCase(operand.string("equals-ignore-case"))
