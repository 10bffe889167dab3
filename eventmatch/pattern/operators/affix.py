"""`{"prefix": "eu-"}` and `{"suffix": ".png"}`, each also in any case. Meaning: reference §5.1."""

import re
from dataclasses import dataclass, field

from eventmatch.jsontext import Kind, to_text
from eventmatch.pattern.operators.base import EXTRA_KEY, Operand
from eventmatch.pattern.operators.equals_ignore_case import any_case
from eventmatch.pattern.scalar import Scalar


@dataclass(frozen=True, slots=True)
class Prefix:
    """The string begins so."""

    value: str

    def accepts(self, value: Scalar) -> bool:
        return isinstance(value, str) and value.startswith(self.value)

    def text(self) -> str:
        return f'{{"prefix":{to_text(self.value)}}}'


@dataclass(frozen=True, slots=True)
class Suffix:
    """The string ends so."""

    value: str

    def accepts(self, value: Scalar) -> bool:
        return isinstance(value, str) and value.endswith(self.value)

    def text(self) -> str:
        return f'{{"suffix":{to_text(self.value)}}}'


@dataclass(frozen=True, slots=True)
class PrefixIgnoreCase:
    """The string begins so, in any case."""

    value: str
    _expression: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_expression", re.compile(any_case(self.value)))

    def accepts(self, value: Scalar) -> bool:
        return isinstance(value, str) and self._expression.match(value) is not None

    def text(self) -> str:
        return f'{{"prefix":{{"equals-ignore-case":{to_text(self.value)}}}}}'


@dataclass(frozen=True, slots=True)
class SuffixIgnoreCase:
    """The string ends so, in any case."""

    value: str
    _expression: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _longest: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        longest = sum(max(1, len(c.lower()), len(c.upper())) for c in self.value)
        object.__setattr__(self, "_longest", longest)
        object.__setattr__(self, "_expression", re.compile(any_case(self.value) + r"\Z"))

    def accepts(self, value: Scalar) -> bool:
        if not isinstance(value, str):
            return False
        start = max(0, len(value) - self._longest)
        return self._expression.search(value, start) is not None

    def text(self) -> str:
        return f'{{"suffix":{{"equals-ignore-case":{to_text(self.value)}}}}}'


def parse_prefix(operand: Operand) -> Prefix | PrefixIgnoreCase:
    """Read the operand of `prefix`."""
    if operand.node.kind is Kind.OBJECT:
        return PrefixIgnoreCase(_nested_ignore_case(operand, "Prefix"))
    return Prefix(operand.string("prefix"))


def parse_suffix(operand: Operand) -> Suffix | SuffixIgnoreCase:
    """Read the operand of `suffix`."""
    if operand.node.kind is Kind.OBJECT:
        return SuffixIgnoreCase(_nested_ignore_case(operand, "Suffix"))
    return Suffix(operand.string("suffix"))


def _nested_ignore_case(operand: Operand, title: str) -> str:
    member = operand.only_member(title)
    if member.name.text != "equals-ignore-case":
        raise operand.unsupported(member)
    inner = Operand(f"{operand.operator}.equals-ignore-case", member.value)
    text = inner.string("equals-ignore-case")
    operand.refuse_second(EXTRA_KEY)
    return text
