"""What all operators share: how one reads its operand, and how it answers for a value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from eventmatch.errors import PatternCode
from eventmatch.jsontext import Kind, Member, Node
from eventmatch.pattern.refusal import Refusal, completed, refuse_name, refuse_value, shown
from eventmatch.pattern.scalar import Scalar

EXTRA_KEY = "Only one key allowed in match expression"
EXTRA_ELEMENT = "Too many elements in numeric expression"


class ValueMatcher(Protocol):
    """One entry of a value list: says whether it accepts a value at its path.

    Matchers are frozen and compare equal exactly if they mean the same.
    """

    def accepts(self, value: Scalar) -> bool:
        """Tell whether the value, found at the path of the list, satisfies this entry."""
        ...

    def text(self) -> str:
        """Return JSON text of the entry."""
        ...


@dataclass(frozen=True, slots=True)
class Operand:
    """The value behind an operator's name; `nested` are the nested forms the dialect knows."""

    operator: str
    node: Node
    nested: frozenset[str] = frozenset()

    def string(self, name: str) -> str:
        """Return the operand if it is a string; AWS calls the operator `name` if it is not."""
        if self.node.kind is not Kind.STRING:
            raise self.not_string(self.node, name)
        return completed(self.node).text

    def not_string(self, node: Node, name: str) -> Refusal:
        """Return the refusal of a value that should be a string."""
        aws = f"{name} match pattern must be a string"
        message = f"expected a string, got {shown(node)}"
        code = PatternCode.OPERAND_NOT_STRING
        return refuse_value(code, aws, message, node, path=f".{self.operator}")

    def only_member(self, title: str) -> Member:
        """Return the first member of an operand that is an object with a nested operator."""
        if not self.node.members:
            aws = f"{title} expression name not found"
            raise missing_name(completed(self.node), aws, f".{self.operator}")
        return self.node.members[0]

    def refuse_second(self, aws: str) -> None:
        """Refuse a second member in an operand that is an object."""
        refuse_second(self.node, aws, f".{self.operator}")

    def unsupported(self, member: Member) -> Refusal:
        """Return the refusal of a nested operator."""
        nested = member.name.text
        aws = f"Unsupported {self.operator} pattern: {nested}"
        message = f'"{nested}" cannot stand inside "{self.operator}"'
        code = PatternCode.NESTED_OPERATOR_UNSUPPORTED
        return refuse_name(code, aws, message, member, path=f".{self.operator}.{nested}")

    def items(self) -> Iterator[Node]:
        """Yield the elements of an operand that is an array, to its end."""
        yield from self.node.items
        completed(self.node)


def missing_name(node: Node, aws: str, path: str) -> Refusal:
    """Return the refusal of `{}` where an operator is expected."""
    span = (node.start, node.end)
    message = "expected an operator, got an empty object"
    return Refusal(PatternCode.OPERATOR_MISSING, aws, message, node.end, span, path=path)


def refuse_second(node: Node, aws: str, path: str) -> None:
    """Refuse a second member in an object that names an operator."""
    if len(node.members) > 1:
        member = node.members[1]
        raise refuse_name(
            PatternCode.OPERATOR_EXTRA_KEY,
            aws,
            f'expected one operator, got a second: "{member.name.text}"',
            member,
            hint="write an object for each; a value list accepts what any of them accepts",
            path=f"{path}.{member.name.text}",
        )
    completed(node)
