"""`{"cidr": "10.0.0.0/24"}`: an address inside a network. Meaning: reference §5.6, D3, D4."""

import re
from dataclasses import dataclass
from typing import Final

from eventmatch.errors import PatternCode
from eventmatch.jsontext import to_text
from eventmatch.pattern.ip import Network, has_ip_shape, parse_address
from eventmatch.pattern.operators.base import Operand
from eventmatch.pattern.refusal import Refusal, refuse_read
from eventmatch.pattern.scalar import Scalar

_INTEGER: Final = re.compile(r"[+-]?\d+")
_LARGEST_INTEGER: Final = 2**31
_HINT: Final = 'write a network such as "10.0.0.0/24"; a single address is a plain string'


@dataclass(frozen=True, slots=True)
class Cidr:
    """A string that is an IP address of the network."""

    network: Network

    def accepts(self, value: Scalar) -> bool:
        address = parse_address(value) if isinstance(value, str) else None
        return address is not None and address in self.network

    def text(self) -> str:
        return f'{{"cidr":{to_text(f"{self.network.address}/{self.network.bits}")}}}'


def parse(operand: Operand) -> Cidr:
    """Read the operand of `cidr`, complaining in AWS's order: the mask before the address."""
    fields = operand.string("prefix").rstrip("/").split("/")
    if len(fields) != 2:
        code = PatternCode.CIDR_MALFORMED
        raise _refusal(operand, code, "Malformed CIDR, one '/' required", "expected address/bits")
    bits = _mask_bits(operand, fields[1])
    address = parse_address(fields[0])
    if address is None:
        kind = "Invalid" if has_ip_shape(fields[0]) else "Nonstandard"
        aws = f"{kind} IP address: {fields[0]}"
        message = f'"{fields[0][:60]}" is not an IP address'
        raise _refusal(operand, PatternCode.CIDR_ADDRESS, aws, message)
    if bits >= address.max_prefixlen:
        aws = f"IPv{address.version} mask bits must be < {address.max_prefixlen}"
        message = f"expected fewer than {address.max_prefixlen} mask bits, got {bits}"
        raise _refusal(operand, PatternCode.CIDR_MASK, aws, message)
    return Cidr(Network(address, bits))


def _mask_bits(operand: Operand, text: str) -> int:
    code = PatternCode.CIDR_MALFORMED
    if not _INTEGER.fullmatch(text) or not -_LARGEST_INTEGER <= int(text) < _LARGEST_INTEGER:
        aws = "Malformed CIDR, mask bits must be an integer"
        raise _refusal(operand, code, aws, f'expected a number behind "/", got "{text[:60]}"')
    if int(text) < 0:
        aws = "Malformed CIDR, mask bits must not be negative"
        raise _refusal(operand, code, aws, "the number of mask bits is negative")
    return int(text)


def _refusal(operand: Operand, code: PatternCode, aws: str, message: str) -> Refusal:
    refusal = refuse_read(code, aws, message, operand.node, hint=_HINT, path=".cidr")
    refusal.location_lines = 0
    return refusal
