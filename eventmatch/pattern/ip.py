"""IP addresses and networks as event patterns know them.

Narrower than the usual readings: no zone, port, mask or dotted tail in an address, decimal
leading zeros in IPv4, and IPv4-mapped IPv6 is IPv4. Never resolves a name.
Meaning: event-pattern language reference §5.6, §5.7, D3, D4.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

V4_SHAPE: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
V6_SHAPE: Final = re.compile(r"[0-9a-fA-F]*:[0-9a-fA-F:]*")
_LONGEST_V4: Final = 15
_LONGEST_V6: Final = 39

Address = IPv4Address | IPv6Address


def has_ip_shape(text: str) -> bool:
    """Tell whether the text is made like an address, valid or not."""
    return bool(V4_SHAPE.fullmatch(text) or V6_SHAPE.fullmatch(text))


def parse_address(text: str) -> Address | None:
    """Return the address that the text is, or None."""
    if V4_SHAPE.fullmatch(text):
        return _parse_v4(text)
    if V6_SHAPE.fullmatch(text) and len(text) <= _LONGEST_V6:
        return _parse_v6(text)
    return None


def _parse_v4(text: str) -> Address | None:
    if len(text) > _LONGEST_V4:
        return None
    octets = [int(octet) for octet in text.split(".")]
    return IPv4Address(bytes(octets)) if max(octets) <= 255 else None


def _parse_v6(text: str) -> Address | None:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return None
    return address.ipv4_mapped or address


@dataclass(frozen=True, slots=True)
class Network:
    """All addresses of one family that share their first `bits` bits with `address`."""

    address: Address
    bits: int

    def __contains__(self, other: Address) -> bool:
        host_bits = self.address.max_prefixlen - self.bits
        same_family = self.address.version == other.version
        return same_family and int(self.address) >> host_bits == int(other) >> host_bits
