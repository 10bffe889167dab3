"""The values that patterns and events compare: what a JSON scalar is worth.

Two scalars are the same value exactly if they are equal in Python: a str, a `Literal`, a float
for a comparable number, an `IncomparableNumber` for one that binary64 cannot carry.
Meaning: event-pattern language reference §4.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from math import isinf
from typing import Final

from eventmatch.jsontext import NumberText, Value, to_text


class Literal(Enum):
    """`null`, `true` and `false`: they equal only themselves, not 0, 1 or a string."""

    NULL = "null"
    TRUE = "true"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class IncomparableNumber:
    """The token of a number that no binary64 stands for: it equals only the same text (§4.3)."""

    token: str


Scalar = str | float | Literal | IncomparableNumber

_EXACT_INTEGERS: Final = 2**53
_LITERALS: Final = {None: Literal.NULL, True: Literal.TRUE, False: Literal.FALSE}


def number(token: str) -> float | IncomparableNumber:
    """Return what a number token is worth.

    It is comparable exactly if the nearest binary64 is finite and its shortest decimal has the
    very value of the token.
    """
    nearest = float(token)
    if isinf(nearest):
        return IncomparableNumber(token)
    if nearest == 0.0:
        mantissa = token.lower().partition("e")[0]
        return 0.0 if not mantissa.strip("-0.") else IncomparableNumber(token)
    if Decimal(token) == Decimal(repr(nearest)):
        return nearest
    return IncomparableNumber(token)


def scalar(value: Value) -> Scalar:
    """Return what a value of `jsontext.read_value` that is no container is worth."""
    if type(value) is str:
        return value
    if type(value) is float:
        return value
    if type(value) is int:
        exact = -_EXACT_INTEGERS <= value <= _EXACT_INTEGERS
        return float(value) if exact else number(str(value))
    if type(value) is NumberText:
        return number(value)
    return _LITERALS[value]


def scalar_text(value: Scalar) -> str:
    """Return JSON text that is worth the scalar."""
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, IncomparableNumber):
        return value.token
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_INTEGERS:
        return str(int(value))
    return to_text(value)
