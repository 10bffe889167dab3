"""Plain values: `"running"`, `5`, `true`, `null`, and strings that are IP addresses.

Meaning: event-pattern language reference §4.
"""

from dataclasses import dataclass

from eventmatch.jsontext import Kind, Node, to_text
from eventmatch.pattern.ip import Address, parse_address
from eventmatch.pattern.operators.base import ValueMatcher
from eventmatch.pattern.refusal import completed
from eventmatch.pattern.scalar import Literal, Scalar, number, scalar_text


@dataclass(frozen=True, slots=True)
class Equals:
    """The value itself: same kind, same value."""

    value: Scalar

    def accepts(self, value: Scalar) -> bool:
        return self.value == value

    def text(self) -> str:
        return scalar_text(self.value)


@dataclass(frozen=True, slots=True)
class EqualsAddress:
    """A string that is an IP address equals every spelling of that address (§4.4)."""

    address: Address

    def accepts(self, value: Scalar) -> bool:
        return isinstance(value, str) and parse_address(value) == self.address

    def text(self) -> str:
        return to_text(str(self.address))


def parse_plain(node: Node) -> ValueMatcher:
    """Return the matcher of a value that is no object or array."""
    if node.kind is Kind.STRING:
        text = completed(node).text
        address = parse_address(text)
        return Equals(text) if address is None else EqualsAddress(address)
    if node.kind is Kind.NUMBER:
        return Equals(number(node.text))
    return Equals(Literal(node.kind.value))
