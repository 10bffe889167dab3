"""`{"exactly": "10.0.0.1"}`: this very string. Meaning: reference §2."""

from dataclasses import dataclass

from eventmatch.jsontext import to_text
from eventmatch.pattern.operators.base import Operand
from eventmatch.pattern.scalar import Scalar


@dataclass(frozen=True, slots=True)
class Exactly:
    """A string and nothing else, even if it is an IP address."""

    value: str

    def accepts(self, value: Scalar) -> bool:
        return self.value == value

    def text(self) -> str:
        return f'{{"exactly":{to_text(self.value)}}}'


def parse(operand: Operand) -> Exactly:
    """Read the operand of `exactly`."""
    return Exactly(operand.string("exact"))
