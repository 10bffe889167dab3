"""For one entry of a value list: values that it accepts, and values close by.

One row for each matcher of the language. Meaning: event-pattern language reference §4 to §6.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any, Final

from hypothesis import strategies as st

from eventmatch.pattern import operators as op
from eventmatch.pattern import wildcard
from eventmatch.pattern.ip import Address, Network
from eventmatch.pattern.scalar import IncomparableNumber, Literal, Scalar, scalar
from eventmatch.testing.vocabulary import LITERALS, SCALARS, JsonScalar

_LARGEST: Final = math.nextafter(math.inf, 0)
_EXACT_INTEGERS: Final = 2**53
_TEXTS: Final = st.sampled_from(("", "x", "a", "é", "a b"))


@dataclass(frozen=True, slots=True)
class Samples:
    """Some value that is accepted, more of them, and values that may well not be."""

    simplest: JsonScalar
    accepted: st.SearchStrategy[JsonScalar]
    nearby: tuple[JsonScalar, ...]


def samples(matcher: op.ValueMatcher) -> Samples | None:
    """Return samples for the matcher, or None if no value in a JSON-ready event satisfies it."""
    return _SAMPLES[type(matcher)](matcher)


def refused(matchers: Sequence[op.ValueMatcher]) -> list[JsonScalar]:
    """Return values that none of the matchers accepts: near ones first, empty if there are none."""
    found = [sample for matcher in matchers if (sample := samples(matcher))]
    candidates = [value for sample in found for value in sample.nearby]
    return [
        value
        for value in _distinct([*candidates, "other", *LITERALS, 0, 0.5])
        if not any(matcher.accepts(scalar(value)) for matcher in matchers)
    ]


def _distinct(values: Iterable[JsonScalar]) -> list[JsonScalar]:
    """Drop repetitions, knowing that 1, 1.0 and True are three JSON texts."""
    return list({(type(value), value): value for value in values}.values())


def _of_text(text: str, accepted: st.SearchStrategy[str]) -> Samples:
    nearby = (f"{text}x", f"x{text}", text[:-1], text.swapcase())
    return Samples(text, accepted, nearby)


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def _any_case(text: str) -> st.SearchStrategy[str]:
    return _joined(*(st.sampled_from((c, c.lower(), c.upper())) for c in text))


# Plain values


def _equals(matcher: op.Equals) -> Samples | None:
    return _OF_SCALAR[type(matcher.value)](matcher.value)


def _of_plain_text(text: str) -> Samples:
    return _of_text(text, st.just(text))


def _of_literal(literal: Literal) -> Samples:
    values: dict[Literal, bool | None] = {
        Literal.NULL: None,
        Literal.TRUE: True,
        Literal.FALSE: False,
    }
    value = values.pop(literal)
    return Samples(value, st.just(value), tuple(values.values()))


def _of_number(value: float) -> Samples:
    spellings = _number_spellings(value)
    nearby: tuple[JsonScalar, ...] = (*_beside(value), str(spellings[0]))
    return Samples(spellings[0], st.sampled_from(spellings), nearby)


def _of_incomparable(number: IncomparableNumber) -> Samples | None:
    """An integer of Python keeps its digits; nothing else keeps the text of a number."""
    if not number.token.removeprefix("-").isdecimal():
        return None
    value = int(number.token)
    return Samples(value, st.just(value), (value + 1, float(value), number.token))


def _number_spellings(value: float) -> tuple[int | float, ...]:
    is_whole = value.is_integer() and abs(value) < _EXACT_INTEGERS
    return (int(value), value) if is_whole else (value,)


def _beside(value: float) -> tuple[float, ...]:
    beside = (value + 1, value - 1, math.nextafter(value, math.inf), -value)
    return tuple(filter(math.isfinite, beside))


_OF_SCALAR: Final[Mapping[type[Scalar], Callable[[Any], Samples | None]]] = {
    str: _of_plain_text,
    float: _of_number,
    Literal: _of_literal,
    IncomparableNumber: _of_incomparable,
}


# Strings


def _exactly(matcher: op.Exactly) -> Samples:
    return _of_plain_text(matcher.value)


def _prefix(matcher: op.Prefix) -> Samples:
    return _of_text(matcher.value, _joined(st.just(matcher.value), _TEXTS))


def _suffix(matcher: op.Suffix) -> Samples:
    return _of_text(matcher.value, _joined(_TEXTS, st.just(matcher.value)))


def _prefix_ignore_case(matcher: op.PrefixIgnoreCase) -> Samples:
    return _of_text(matcher.value, _joined(_any_case(matcher.value), _TEXTS))


def _suffix_ignore_case(matcher: op.SuffixIgnoreCase) -> Samples:
    return _of_text(matcher.value, _joined(_TEXTS, _any_case(matcher.value)))


def _equals_ignore_case(matcher: op.EqualsIgnoreCase) -> Samples:
    return _of_text(matcher.value, _any_case(matcher.value))


def _wildcard(matcher: op.Wildcard) -> Samples:
    first, *rest = wildcard.split(matcher.value)
    filled = (part for literal in rest for part in (_TEXTS, st.just(literal)))
    return _of_text(first + "".join(rest), _joined(st.just(first), *filled))


# Everything but


def _anything_but(matcher: op.AnythingBut) -> Samples:
    excluded = (samples(op.Equals(value)) for value in matcher.excluded)
    return _other_values(matcher, excluded)


def _anything_but_matching(matcher: op.AnythingButMatching) -> Samples:
    return _other_values(matcher, map(samples, matcher.excluded))


def _other_values(matcher: op.ValueMatcher, excluded: Iterable[Samples | None]) -> Samples:
    """What is no string, or no number, always passes, so some value does."""
    values = [value for value in ("other", *SCALARS) if matcher.accepts(scalar(value))]
    nearby = tuple(sample.simplest for sample in excluded if sample)
    return Samples(values[0], st.sampled_from(values), nearby)


# Numbers


def _numeric(matcher: op.Numeric) -> Samples | None:
    low = max((_lowest(bound) for bound in matcher.bounds), default=-_LARGEST)
    high = min((_highest(bound) for bound in matcher.bounds), default=_LARGEST)
    if low > high:
        return None
    integers = _integers_between(low, high)
    floats = st.floats(low, high)
    nearby = [value for bound in matcher.bounds for value in (bound.limit, *_beside(bound.limit))]
    simplest = min(integers, key=abs) if integers else low
    accepted = st.integers(*integers) | floats if integers else floats
    return Samples(simplest, accepted, (*nearby, str(simplest)))


def _lowest(bound: op.Bound) -> float:
    exclusive = math.nextafter(bound.limit, math.inf)
    return {">": exclusive, ">=": bound.limit, "=": bound.limit}.get(bound.comparison, -_LARGEST)


def _highest(bound: op.Bound) -> float:
    exclusive = math.nextafter(bound.limit, -math.inf)
    return {"<": exclusive, "<=": bound.limit, "=": bound.limit}.get(bound.comparison, _LARGEST)


def _integers_between(low: float, high: float) -> tuple[int, int] | None:
    """Return the least and the greatest, as far as binary64 holds every integer."""
    least = math.ceil(max(low, -_EXACT_INTEGERS))
    greatest = math.floor(min(high, _EXACT_INTEGERS))
    return (least, greatest) if least <= greatest else None


# Addresses


def _equals_address(matcher: op.EqualsAddress) -> Samples:
    spellings = _address_spellings(matcher.address)
    return Samples(spellings[0], st.sampled_from(spellings), _addresses_beside(matcher.address))


def _address_spellings(address: Address) -> tuple[str, ...]:
    if isinstance(address, IPv6Address):
        return str(address), address.exploded.upper()
    padded = ".".join(f"{octet:03}" for octet in address.packed)
    mapped = f"::ffff:{int(address) >> 16:x}:{int(address) & 0xFFFF:x}"
    return str(address), padded, mapped


def _cidr(matcher: op.Cidr) -> Samples:
    host_bits = matcher.network.address.max_prefixlen - matcher.network.bits
    first = int(matcher.network.address) >> host_bits << host_bits
    addresses = st.integers(0, 2**host_bits - 1).map(
        lambda host: _host(matcher.network, first, host)
    )
    simplest = _host(matcher.network, first, 0)
    nearby = _addresses_beside(matcher.network.address, 2**host_bits)
    return Samples(simplest, addresses, nearby)


def _host(network: Network, first: int, host: int) -> str:
    """Return an address of the network; in place of an IPv4 address in IPv6 clothes, the first."""
    address = type(network.address)(first + host)
    is_mapped = isinstance(address, IPv6Address) and address.ipv4_mapped is not None
    return str(type(network.address)(first) if is_mapped else address)


def _addresses_beside(address: Address, distance: int = 1) -> tuple[str, ...]:
    family = type(address)
    numbers = (int(address) + distance, int(address) - distance)
    return tuple(str(family(n)) for n in numbers if 0 <= n < 2**address.max_prefixlen)


# Presence


def _exists(matcher: op.Exists) -> Samples | None:
    return Samples("x", st.sampled_from(SCALARS), ()) if matcher.is_expected else None


_SAMPLES: Final[Mapping[type[op.ValueMatcher], Callable[[Any], Samples | None]]] = {
    op.AnythingBut: _anything_but,
    op.AnythingButMatching: _anything_but_matching,
    op.Cidr: _cidr,
    op.Equals: _equals,
    op.EqualsAddress: _equals_address,
    op.EqualsIgnoreCase: _equals_ignore_case,
    op.Exactly: _exactly,
    op.Exists: _exists,
    op.Numeric: _numeric,
    op.Prefix: _prefix,
    op.PrefixIgnoreCase: _prefix_ignore_case,
    op.Suffix: _suffix,
    op.SuffixIgnoreCase: _suffix_ignore_case,
    op.Wildcard: _wildcard,
}
