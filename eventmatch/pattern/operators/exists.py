"""`{"exists": true}` and `{"exists": false}`: a value stands at the path, or none does.

Meaning: event-pattern language reference §6. Absence is not a property of a value, so `accepts`
is false for every value where absence is asked for; the engine asks `is_expected` itself.
"""

from dataclasses import dataclass

from eventmatch.errors import PatternCode
from eventmatch.jsontext import Kind
from eventmatch.pattern.operators.base import Operand
from eventmatch.pattern.refusal import refuse_value, shown
from eventmatch.pattern.scalar import Scalar


@dataclass(frozen=True, slots=True)
class Exists:
    """Any value at the path, or none at all."""

    is_expected: bool

    def accepts(self, value: Scalar) -> bool:  # noqa: ARG002  any value shows that one exists
        return self.is_expected

    def text(self) -> str:
        return '{"exists":true}' if self.is_expected else '{"exists":false}'


def parse(operand: Operand) -> Exists:
    """Read the operand of `exists`."""
    if operand.node.kind not in (Kind.TRUE, Kind.FALSE):
        raise refuse_value(
            PatternCode.EXISTS_OPERAND,
            "exists match pattern must be either true or false.",
            f"expected true or false, got {shown(operand.node)}",
            operand.node,
            hint="write true or false without quotes",
            path=".exists",
        )
    return Exists(operand.node.kind is Kind.TRUE)
