"""Why the values at a path do not satisfy a leaf, in one word."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, Final

from eventmatch.pattern.ip import parse_address
from eventmatch.pattern.model import Leaf
from eventmatch.pattern.operators import (
    AnythingBut,
    AnythingButMatching,
    Cidr,
    Equals,
    EqualsAddress,
    EqualsIgnoreCase,
    Exactly,
    Exists,
    Numeric,
    Prefix,
    PrefixIgnoreCase,
    Suffix,
    SuffixIgnoreCase,
    ValueMatcher,
    Wildcard,
)
from eventmatch.pattern.scalar import IncomparableNumber, Literal, Scalar


class Reason(StrEnum):
    """The closed set of reasons, from the nearest miss to the farthest."""

    MATCHED = "matched"
    ARRAY_ELEMENTS_DISAGREE = "array-elements-disagree"
    CASE_DIFFERS = "case-differs"
    OUT_OF_RANGE = "out-of-range"
    NOT_IN_NETWORK = "not-in-network"
    EXCLUDED = "excluded"
    VALUE_DIFFERS = "value-differs"
    NOT_AN_ADDRESS = "not-an-address"
    NOT_COMPARABLE = "not-comparable"
    WRONG_TYPE = "wrong-type"
    UNEXPECTED_FIELD = "unexpected-field"
    NOT_A_VALUE = "not-a-value"
    MISSING_FIELD = "missing-field"


PHRASES: Final = {
    Reason.CASE_DIFFERS: "only the case differs",
    Reason.OUT_OF_RANGE: "out of range",
    Reason.NOT_IN_NETWORK: "outside the network",
    Reason.NOT_AN_ADDRESS: "not an IP address",
    Reason.NOT_COMPARABLE: "more digits than can be compared",
    Reason.WRONG_TYPE: "another type",
}
"""What people are told besides the values, where these do not speak for themselves."""

_NEARNESS: Final = {reason: place for place, reason in enumerate(Reason)}


def reason_for(leaf: Leaf, values: Iterable[Scalar]) -> Reason:
    """Return the nearest reason why none of the values satisfies the leaf."""
    reasons = (_reason(matcher, value) for value in values for matcher in leaf.matchers)
    return min(reasons, key=_NEARNESS.__getitem__, default=Reason.MISSING_FIELD)


def _reason(matcher: ValueMatcher, value: Scalar) -> Reason:
    return _REASONS[type(matcher)](matcher, value)


def _text(matcher: Any, value: Scalar) -> Reason:
    if not isinstance(value, str):
        return Reason.WRONG_TYPE
    same_but_case = type(matcher)(matcher.value.lower()).accepts(value.lower())
    return Reason.CASE_DIFFERS if same_but_case else Reason.VALUE_DIFFERS


def _text_of_any_case(_: Any, value: Scalar) -> Reason:
    return Reason.VALUE_DIFFERS if isinstance(value, str) else Reason.WRONG_TYPE


def _equals(matcher: Any, value: Scalar) -> Reason:
    if isinstance(matcher.value, str):
        return _text(matcher, value)
    numbers = (float, IncomparableNumber)
    both_numbers = isinstance(matcher.value, numbers) and isinstance(value, numbers)
    both_booleans = {matcher.value, value} == {Literal.TRUE, Literal.FALSE}
    return Reason.VALUE_DIFFERS if both_numbers or both_booleans else Reason.WRONG_TYPE


def _numeric(_: Any, value: Scalar) -> Reason:
    if isinstance(value, IncomparableNumber):
        return Reason.NOT_COMPARABLE
    return Reason.OUT_OF_RANGE if isinstance(value, float) else Reason.WRONG_TYPE


def _network(_: Any, value: Scalar) -> Reason:
    if not isinstance(value, str):
        return Reason.WRONG_TYPE
    return Reason.NOT_AN_ADDRESS if parse_address(value) is None else Reason.NOT_IN_NETWORK


def _address(_: Any, value: Scalar) -> Reason:
    return Reason.VALUE_DIFFERS if isinstance(value, str) else Reason.WRONG_TYPE


def _excluded(_: Any, __: Scalar) -> Reason:
    return Reason.EXCLUDED


def _unexpected(_: Any, __: Scalar) -> Reason:
    return Reason.UNEXPECTED_FIELD


_REASONS: Final[dict[type, Callable[[Any, Scalar], Reason]]] = {
    AnythingBut: _excluded,
    AnythingButMatching: _excluded,
    Cidr: _network,
    Equals: _equals,
    EqualsAddress: _address,
    EqualsIgnoreCase: _text_of_any_case,
    Exactly: _text,
    Exists: _unexpected,
    Numeric: _numeric,
    Prefix: _text,
    PrefixIgnoreCase: _text_of_any_case,
    Suffix: _text,
    SuffixIgnoreCase: _text_of_any_case,
    Wildcard: _text,
}
