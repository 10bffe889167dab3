"""The matching definition, written down as slowly and plainly as it reads.

Source: event-pattern language reference, §3 (`walk`, `rec`), §4-§6 (values, operators), §7 (`$or`),
with D1-D12 of §14 as "Ours". It shares no code with the package, so that the two can disagree.
Patterns are taken to be valid, and nothing here is fast: `rec` tries every combination.

A JSON object is a tuple of pairs (duplicate keys stay), an array is a list, a number is its text.
"""

import ipaddress
import json
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, Final, TypeAlias


class Number(str):
    """The text of a number token; `type(v) is str` tells a string from it."""


Scalar: TypeAlias = str | Number | bool | None
SubRule: TypeAlias = Mapping[str, list[Any]]
Trail: TypeAlias = Mapping[int, int]  # array id -> index of the element
Occurrence: TypeAlias = tuple[str, Scalar, Trail]


def naive_matches(pattern_text: str, event_text: str) -> bool:
    """Whether the valid pattern accepts the event."""
    occurrences = list(walk(loads(event_text), (), {}, count()))
    return any(sub_rule_matches(rule, occurrences) for rule in sub_rules(loads(pattern_text)))


def loads(text: str) -> Any:
    """Parse JSON, keeping number texts and duplicate keys."""
    return json.loads(text, object_pairs_hook=tuple, parse_int=Number, parse_float=Number)


# §2.1 and §7: from a pattern to its sub-rules. A path is the names from the root, joined by dots;
# dots inside names are not escaped, and empty names are steps like any other (D11).


def sub_rules(pattern: Any) -> list[SubRule]:
    """Expand `$or`; the last writer of a path wins within each sub-rule."""
    return expand([{}], pattern, ())


def expand(partial: list[SubRule], node: Any, path: tuple[str, ...]) -> list[SubRule]:
    """Apply the members of a pattern object, in document order, to every partial sub-rule."""
    for key, value in node:
        if key == "$or":
            partial = [rule for branch in value for rule in expand(partial, branch, path)]
        elif isinstance(value, tuple):
            partial = expand(partial, value, (*path, key))
        else:
            partial = [{**rule, ".".join((*path, key)): value} for rule in partial]
    return partial


# §3: from an event to its occurrences, and the search over them


def walk(v: Any, path: tuple[str, ...], mem: Trail, ids: Iterator[int]) -> Iterator[Occurrence]:
    """Every scalar of the event with its path and the array elements it lies in."""
    if isinstance(v, tuple):
        for key, x in v:
            yield from walk(x, (*path, key), mem, ids)
    elif isinstance(v, list):
        array = next(ids)
        for i, x in enumerate(v):  # scalars do not record their index
            yield from walk(x, path, {**mem, array: i} if isinstance(x, tuple | list) else mem, ids)
    else:
        yield ".".join(path), v, mem


def compatible(m: Trail, n: Trail) -> bool:
    """No array is bound to two different elements."""
    return all(n.get(array, i) == i for array, i in m.items())


def sub_rule_matches(rule: SubRule, occurrences: list[Occurrence]) -> bool:
    """`rec` of §3, over the paths in the order of their UTF-16 code units."""
    keys = sorted(rule, key=lambda path: path.encode("utf-16-be", "surrogatepass"))

    def rec(i: int, bound: Trail) -> bool:
        if i == len(keys):
            return True
        found = [(v, m) for path, v, m in occurrences if path == keys[i] and compatible(m, bound)]
        for v, m in found:
            if any(accepts(matcher, v) for matcher in rule[keys[i]]) and rec(i + 1, {**bound, **m}):
                return True
        return not found and (("exists", False),) in rule[keys[i]] and rec(i + 1, bound)

    return rec(0, {})


# §4: plain values


def accepts(matcher: Any, value: Scalar) -> bool:
    """Whether one element of a value list accepts one scalar of the event."""
    if isinstance(matcher, tuple):
        [(name, operand)] = matcher
        return OPERATORS[name](operand, value)
    if isinstance(matcher, Number):
        return same_number(matcher, value)
    if isinstance(matcher, str):
        return same_string(matcher, value) or same_address(matcher, value)
    return matcher is value  # null, true, false


def same_string(text: Any, value: Scalar) -> bool:
    """§4.2: a string never equals a number."""
    return type(value) is str and type(text) is str and text == value


def same_number(text: Any, value: Scalar) -> bool:
    """§4.3: the same double when both are comparable, else the same text."""
    if not (isinstance(text, Number) and isinstance(value, Number)):
        return False
    both_comparable = comparable(text) and comparable(value)
    return text == value or (both_comparable and float(text) == float(value))


def comparable(text: str) -> bool:
    """§4.3: the token says exactly what the shortest text of its double says."""
    double = float(text)
    return math.isfinite(double) and exact(text) == exact(repr(double))


def exact(text: str) -> tuple[int, int]:
    """The value as digits and exponent, without trailing zeros; exponents may be astronomic."""
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).rstrip("0")
    if not digits.strip("-0"):
        return 0, 0
    return int(digits), int(exponent or 0) + len(whole) - len(digits)


def same_address(text: str, value: Scalar) -> bool:
    """§4.4: a bare string that is an IP literal compares by family and address."""
    return type(value) is str and address(text) is not None and address(text) == address(value)


# §5.7 and §5.6: addresses


def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an IP literal; the IPv4-mapped form of IPv6 is the IPv4 address."""
    if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", text) and len(text) <= 15:
        octets = [int(run) for run in text.split(".")]
        return ipaddress.IPv4Address(bytes(octets)) if max(octets) <= 255 else None
    if re.fullmatch(r"[0-9a-fA-F:]+", text):
        try:
            v6 = ipaddress.IPv6Address(text)
        except ValueError:
            return None
        return v6.ipv4_mapped or v6
    return None


def cidr(operand: str, value: Scalar) -> bool:
    """§5.6: same family and the same leading bits; trailing slashes of the operand are ignored."""
    text, bits = operand.rstrip("/").split("/")
    network, host = address(text), address(value) if type(value) is str else None
    if network is None or host is None or network.version != host.version:
        return False
    shift = network.max_prefixlen - int(bits)
    return int(network) >> shift == int(host) >> shift


# §5.1-§5.5: the other operators, each (operand, value) -> bool


def prefix(operand: Any, value: Scalar) -> bool:
    """§5.1 prefix: any string for the empty one."""
    return fits(affix(operand) + ".*", value)


def suffix(operand: Any, value: Scalar) -> bool:
    """§5.1 suffix: any string for the empty one."""
    return fits(".*" + affix(operand), value)


def affix(operand: Any) -> str:
    """A string, or {"equals-ignore-case": string}, as a regular expression."""
    return any_case(operand[0][1]) if isinstance(operand, tuple) else re.escape(operand)


def equals_ignore_case(operand: str, value: Scalar) -> bool:
    """§5.2 equals-ignore-case."""
    return fits(any_case(operand), value)


def any_case(text: str) -> str:
    """Each code point as itself or its full lower or upper mapping; the event is not folded."""
    choices = [sorted({c, c.lower(), c.upper()}) for c in text]
    return "".join("(?:" + "|".join(map(re.escape, forms)) + ")" for forms in choices)


def wildcard(operand: str, value: Scalar) -> bool:
    r"""§5.3 wildcard: `*` is any run of characters, `\*` and `\\` are literal."""
    tokens = re.findall(r"\\.|.", operand, re.DOTALL)
    return fits("".join(".*" if t == "*" else re.escape(t[-1]) for t in tokens), value)


def fits(expression: str, value: Scalar) -> bool:
    """The value is a string and all of it matches."""
    return type(value) is str and re.fullmatch(expression, value, re.DOTALL) is not None


def anything_but(operand: Any, value: Scalar) -> bool:
    """§5.4 anything-but: none of the operands accepts the value; every kind of scalar counts."""
    if isinstance(operand, tuple):
        [(name, texts)] = operand
        return not any(OPERATORS[name](text, value) for text in as_list(texts))
    return not any(same_string(x, value) or same_number(x, value) for x in as_list(operand))


def as_list(operand: Any) -> list[Any]:
    """A single operand as a list of one."""
    return operand if isinstance(operand, list) else [operand]


COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def numeric(operand: list[Any], value: Scalar) -> bool:
    """§5.5 numeric: a comparable number that satisfies every (operator, bound) pair."""
    if not (isinstance(value, Number) and comparable(value)):
        return False
    pairs = zip(operand[::2], operand[1::2], strict=True)
    return all(COMPARISONS[name](float(value), float(bound)) for name, bound in pairs)


OPERATORS: Final[Mapping[str, Callable[[Any, Scalar], bool]]] = {
    "anything-but": anything_but,
    "cidr": cidr,
    "equals-ignore-case": equals_ignore_case,
    "exactly": same_string,
    "exists": lambda operand, _: operand,  # §6; absence is the business of `rec`
    "numeric": numeric,
    "prefix": prefix,
    "suffix": suffix,
    "wildcard": wildcard,
}
