"""`{"anything-but": ...}`: a value that is none of these. Meaning: reference §5.4, D8.

There must be a value, of any kind; one element of an array that passes is enough.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from eventmatch.errors import PatternCode
from eventmatch.jsontext import Kind, Member, Node, to_text
from eventmatch.pattern.operators.affix import Prefix, Suffix
from eventmatch.pattern.operators.base import EXTRA_ELEMENT, Operand, ValueMatcher
from eventmatch.pattern.operators.equals_ignore_case import EqualsIgnoreCase
from eventmatch.pattern.operators.numeric import not_comparable
from eventmatch.pattern.operators.wildcard import parse_text
from eventmatch.pattern.refusal import CutOff, Refusal, completed, refuse_read, refuse_value, shown
from eventmatch.pattern.scalar import IncomparableNumber, Scalar, number, scalar_text

NESTED: Final = frozenset({"prefix", "suffix", "equals-ignore-case", "wildcard"})

_OPERAND: Final = "Value of anything-but must be an array or single string/number value."
_LIST: Final = "Inside anything but list, start|null|boolean is not supported."
_MIXED: Final = (
    "Inside anything but list, either all values are number or string, mixed type is not supported"
)
_CASE_LIST: Final = (
    "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
)


@dataclass(frozen=True, slots=True)
class AnythingBut:
    """Any value that equals none of the excluded ones: all strings, or all numbers."""

    excluded: tuple[str, ...] | tuple[float, ...]

    def accepts(self, value: Scalar) -> bool:
        return value not in self.excluded

    def text(self) -> str:
        return f'{{"anything-but":[{",".join(map(scalar_text, self.excluded))}]}}'


@dataclass(frozen=True, slots=True)
class AnythingButMatching:
    """Any value that none of the nested matchers accepts; what is no string always passes."""

    operator: str
    texts: tuple[str, ...]
    excluded: tuple[ValueMatcher, ...]

    def accepts(self, value: Scalar) -> bool:
        return not any(matcher.accepts(value) for matcher in self.excluded)

    def text(self) -> str:
        texts = ",".join(map(to_text, self.texts))
        return f'{{"anything-but":{{"{self.operator}":[{texts}]}}}}'


def parse(operand: Operand) -> AnythingBut | AnythingButMatching:
    """Read the operand of `anything-but`."""
    try:
        return _parse(operand)
    except CutOff:
        raise CutOff(location_lines=2 if _is_inside_list(operand.node) else 1) from None


def _is_inside_list(node: Node) -> bool:
    """Tell whether the text ends inside a list of excluded values."""
    inner = node.members[0].value if node.members else node
    return inner.kind is Kind.ARRAY and not inner.complete


def _parse(operand: Operand) -> AnythingBut | AnythingButMatching:
    node = operand.node
    if node.kind is Kind.OBJECT:
        return _nested(operand)
    if node.kind is Kind.ARRAY:
        return _list(operand)
    if node.kind is Kind.STRING:
        return AnythingBut((completed(node).text,))
    if node.kind is Kind.NUMBER:
        return AnythingBut((_number(node, location_lines=0),))
    raise _bad_operand(node, ".anything-but")


def _bad_operand(node: Node, path: str) -> Refusal:
    message = f"expected a string, a number or a list of them, got {shown(node)}"
    return refuse_value(PatternCode.ANYTHING_BUT_OPERAND, _OPERAND, message, node, path=path)


def _number(node: Node, *, location_lines: int) -> float:
    value = number(node.text)
    if isinstance(value, IncomparableNumber):
        refusal = not_comparable(node, ".anything-but")
        raise replace(refusal, location_lines=location_lines)
    return value


def _list(operand: Operand) -> AnythingBut:
    strings: list[str] = []
    numbers: list[float] = []
    for node in operand.items():
        if node.kind is Kind.STRING:
            strings.append(completed(node).text)
        elif node.kind is Kind.NUMBER:
            numbers.append(_number(node, location_lines=1))
        else:
            raise _bad_element(node, _LIST, ".anything-but")
    if bool(strings) == bool(numbers):
        raise _mixed(operand.node)
    return AnythingBut(tuple(strings) or tuple(numbers))


def _bad_element(node: Node, aws: str, path: str) -> Refusal:
    message = f"expected only strings or only numbers, got {shown(node)}"
    refusal = refuse_value(PatternCode.ANYTHING_BUT_LIST, aws, message, node, path=path)
    refusal.location_lines = 2
    return refusal


def _mixed(array: Node) -> Refusal:
    message = (
        "expected only strings or only numbers, got both" if array.items else "the list is empty"
    )
    code, span = PatternCode.ANYTHING_BUT_LIST, (array.start, array.end)
    return Refusal(code, _MIXED, message, array.end, span, path=".anything-but")


def _nested(operand: Operand) -> AnythingButMatching:
    member = operand.only_member("Anything-But")
    name = member.name.text
    if name not in operand.nested:
        raise operand.unsupported(member)
    nodes = list(_nested_texts(member))
    matchers = tuple(_nested_matcher(node, member) for node in nodes)
    operand.refuse_second(EXTRA_ELEMENT)
    if not nodes:
        raise _empty_list(member)
    return AnythingButMatching(name, tuple(node.text for node in nodes), matchers)


def _nested_matcher(node: Node, member: Member) -> ValueMatcher:
    name = member.name.text
    try:
        return _NESTED_PARSERS[name](node, f".anything-but.{name}")
    except Refusal as refusal:
        # AWS judges the syntax of nested texts once it has read the whole operand.
        raise replace(refusal, at=member.value.end) from None


def _nested_texts(member: Member) -> Iterator[Node]:
    """Yield the strings of a nested operand, which may be one string or a list."""
    value, name = member.value, member.name.text
    if value.kind is Kind.ARRAY:
        for node in value.items:
            yield _nested_string(node, name, location_lines=2)
        completed(value)
    elif value.kind in (Kind.STRING, Kind.NUMBER):
        yield _nested_string(value, name, location_lines=1)
    else:
        raise _bad_operand(value, f".anything-but.{name}")


def _nested_string(node: Node, name: str, *, location_lines: int) -> Node:
    path = f".anything-but.{name}"
    if node.kind is not Kind.STRING:
        code, aws = _NOT_STRING[name]
        message = f"expected a string, got {shown(node)}"
        refusal = refuse_value(code, aws, message, node, path=path)
        raise replace(refusal, location_lines=location_lines)
    if name in ("prefix", "suffix") and not completed(node).text:
        code, aws = PatternCode.ANYTHING_BUT_EMPTY_AFFIX, "Null prefix/suffix not allowed"
        message = f"an empty {name} would exclude every string"
        refusal = refuse_read(code, aws, message, node, path=path)
        raise replace(refusal, location_lines=location_lines)
    return completed(node)


def _empty_list(member: Member) -> Refusal:
    array = member.value
    span, path = (array.start, array.end), f".anything-but.{member.name.text}"
    aws, message = "Empty arrays are not allowed", "the list is empty"
    return Refusal(PatternCode.EMPTY_ARRAY, aws, message, array.end, span, path=path)


_NESTED_PARSERS: Final[dict[str, Callable[[Node, str], ValueMatcher]]] = {
    "prefix": lambda node, _: Prefix(node.text),
    "suffix": lambda node, _: Suffix(node.text),
    "equals-ignore-case": lambda node, _: EqualsIgnoreCase(node.text),
    "wildcard": parse_text,
}

_NOT_STRING: Final = {
    "prefix": (PatternCode.OPERAND_NOT_STRING, "prefix/suffix match pattern must be a string"),
    "suffix": (PatternCode.OPERAND_NOT_STRING, "prefix/suffix match pattern must be a string"),
    "equals-ignore-case": (PatternCode.ANYTHING_BUT_LIST, _CASE_LIST),
    "wildcard": (PatternCode.OPERAND_NOT_STRING, "wildcard match pattern must be a string"),
}
