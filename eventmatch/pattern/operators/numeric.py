"""`{"numeric": [">", 0, "<=", 5]}`: comparable numbers in a range. Meaning: reference §5.5, D7."""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from eventmatch.errors import PatternCode
from eventmatch.jsontext import Kind, Node
from eventmatch.pattern.operators.base import EXTRA_ELEMENT, Operand
from eventmatch.pattern.refusal import (
    Refusal,
    completed,
    refuse_read,
    refuse_value,
    shown,
    token_text,
)
from eventmatch.pattern.scalar import IncomparableNumber, Scalar, number, scalar_text

_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LOWER: Final = (">", ">=")
_UPPER: Final = ("<", "<=")


@dataclass(frozen=True, slots=True)
class Bound:
    """One comparison with a number."""

    comparison: str
    limit: float

    def holds(self, value: float) -> bool:
        """Tell whether the value compares so with the limit."""
        return _COMPARE[self.comparison](value, self.limit)


@dataclass(frozen=True, slots=True)
class Numeric:
    """A comparable number for which every bound holds; strings never match."""

    bounds: tuple[Bound, ...]

    def accepts(self, value: Scalar) -> bool:
        return isinstance(value, float) and all(bound.holds(value) for bound in self.bounds)

    def text(self) -> str:
        terms = (f'"{bound.comparison}",{scalar_text(bound.limit)}' for bound in self.bounds)
        return f'{{"numeric":[{",".join(terms)}]}}'


def parse(operand: Operand) -> Numeric:
    """Read the operand of `numeric`: one comparison, or a lower and then an upper bound."""
    if operand.node.kind is not Kind.ARRAY:
        raise refuse_value(
            PatternCode.NUMERIC_NOT_ARRAY,
            "Value of numeric must be an array.",
            f"expected an array, got {shown(operand.node)}",
            operand.node,
            hint='write {"numeric": [">", 0]} or {"numeric": [">", 0, "<=", 5]}',
            path=".numeric",
        )
    terms = _Terms(operand.node)
    first = _first_term(terms)
    if terms.is_at_end():
        return Numeric((_bound(terms, first),))
    if first[0] not in _LOWER:
        raise terms.too_many(EXTRA_ELEMENT)
    second = _upper_term(terms)
    if not terms.is_at_end():
        raise terms.too_many("Too many terms in numeric range expression")
    low, high = _bound(terms, first), _bound(terms, second)
    if low.limit >= high.limit:
        raise _empty_range(operand.node, low, high)
    return Numeric((low, high))


_Term = tuple[str, Node]
"""A comparison and the number behind it, which AWS judges only at the end of the array."""


class _Terms:
    """The elements of the operand, one after the other."""

    def __init__(self, array: Node) -> None:
        self.array = array
        self.used = 0

    def is_at_end(self) -> bool:
        if self.used < len(self.array.items):
            return False
        completed(self.array)
        return True

    def next(self) -> Node | None:
        if self.is_at_end():
            return None
        self.used += 1
        return self.array.items[self.used - 1]

    def refusal(self, code: PatternCode, aws: str, message: str, node: Node | None) -> Refusal:
        """Return the refusal of an element, or of the end where an element is missing."""
        if node is None:
            end = self.array.end
            return Refusal(code, aws, message, end, (end - 1, end), path=".numeric")
        return refuse_value(code, aws, message, node, path=".numeric")

    def too_many(self, aws: str) -> Refusal:
        node = self.next()
        assert node is not None
        message = f"expected the end of the array, got {shown(node)}"
        return self.refusal(PatternCode.NUMERIC_TOO_MANY, aws, message, node)


def _first_term(terms: _Terms) -> _Term:
    node = terms.next()
    if node is None or node.kind is not Kind.STRING:
        got = "]" if node is None else token_text(node)
        aws = f"Invalid member in numeric match: {got}"
        raise terms.refusal(PatternCode.NUMERIC_OPERATOR, aws, _expected_comparison(node), node)
    comparison = completed(node).text
    if comparison not in _COMPARE:
        aws = f"Unrecognized numeric range operator: {comparison}"
        refusal = _bad_comparison(aws, node, _COMPARE)
        following = terms.next()
        at = terms.array.end if following is None else following.read_position
        raise replace(refusal, at=at)
    return comparison, _number(terms, comparison)


def _upper_term(terms: _Terms) -> _Term:
    node = terms.next()
    assert node is not None
    if node.kind is not Kind.STRING:
        aws = f"Bad value in numeric range: {token_text(node)}"
        raise terms.refusal(PatternCode.NUMERIC_OPERATOR, aws, _expected_comparison(node), node)
    comparison = completed(node).text
    if comparison not in _UPPER:
        raise _bad_comparison(f"Bad numeric range operator: {comparison}", node, _UPPER)
    return comparison, _number(terms, comparison)


def _number(terms: _Terms, comparison: str) -> Node:
    node = terms.next()
    if node is None or node.kind is not Kind.NUMBER:
        name = "equals" if comparison == "=" else comparison
        aws = f"Value of {name} must be numeric"
        got = "nothing" if node is None else shown(node)
        message = f'expected a number after "{comparison}", got {got}'
        raise terms.refusal(PatternCode.NUMERIC_OPERAND, aws, message, node)
    return node


def _bound(terms: _Terms, term: _Term) -> Bound:
    comparison, node = term
    limit = number(node.text)
    if isinstance(limit, IncomparableNumber):
        raise replace(not_comparable(node, ".numeric"), at=terms.array.end)
    return Bound(comparison, limit)


def not_comparable(node: Node, path: str) -> Refusal:
    """Return the refusal of a number that binary64 cannot carry."""
    aws = f"Cannot compare number : {node.text}"
    message = f"{shown(node)} has more digits than can be compared"
    return refuse_read(PatternCode.NUMBER_NOT_COMPARABLE, aws, message, node, path=path)


def _expected_comparison(node: Node | None) -> str:
    got = "nothing" if node is None else shown(node)
    return f'expected "=", "<", "<=", ">" or ">=", got {got}'


def _bad_comparison(aws: str, node: Node, allowed: Iterable[str]) -> Refusal:
    names = ", ".join(f'"{name}"' for name in allowed)
    message = f"expected one of {names}, got {shown(node)}"
    return refuse_read(PatternCode.NUMERIC_OPERATOR, aws, message, node, path=".numeric")


def _empty_range(array: Node, low: Bound, high: Bound) -> Refusal:
    message = f"{scalar_text(low.limit)} is not less than {scalar_text(high.limit)}"
    hint = 'for a single number write ["=", n]' if low.limit == high.limit else None
    code, span = PatternCode.NUMERIC_RANGE_EMPTY, (array.start, array.end)
    aws = "Bottom must be less than top"
    return Refusal(code, aws, message, array.end, span, hint, ".numeric")
