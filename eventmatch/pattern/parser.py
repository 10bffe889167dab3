"""From text to `EventPattern`, refusing what AWS refuses, in AWS's words and order.

Meaning: event-pattern language reference §2, §7, §8, §12. One walk over the document collects all
problems; the first in document order is the one that AWS reports.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from eventmatch.errors import PatternCode, PatternError, Problem
from eventmatch.jsontext import (
    Document,
    Fault,
    FaultKind,
    Kind,
    Member,
    Node,
    read_document,
)
from eventmatch.pattern import limits
from eventmatch.pattern.dialect import Dialect
from eventmatch.pattern.lint import Source, lint
from eventmatch.pattern.model import EventPattern, Leaf, OrMark, Step
from eventmatch.pattern.operators import OPERATORS, Operand, ValueMatcher, parse_plain
from eventmatch.pattern.operators.base import EXTRA_ELEMENT, EXTRA_KEY, missing_name, refuse_second
from eventmatch.pattern.refusal import (
    CutOff,
    Refusal,
    completed,
    refuse_name,
    refuse_value,
    shown,
)
from eventmatch.pattern.report import fault_problem, refusal_problem, warning

OR: Final = "$or"

RESERVED_IN_OR: Final = frozenset(
    OPERATORS.keys()
    | {"=", "<", "<=", ">", ">="}
    | {"regex", "not-wildcard", "not-equals-ignore-case", "in-date-range"}
    | {"date-after", "date-on-or-after", "date-before", "date-on-or-before"}
    | {"ip-address-in-range", "ip-address-not-in-range"}
)
"""Names that no field may have anywhere inside a `$or` branch (§7)."""

_EXTRA: Final = {"numeric": EXTRA_ELEMENT, "anything-but": EXTRA_ELEMENT}


def parse_text(text: str, dialect: Dialect) -> EventPattern:
    """Return the pattern, or raise `PatternError` with the problem that AWS reports."""
    walker = _Walker(text, dialect)
    walker.run()
    if walker.problems:
        raise PatternError(walker.problems[0])
    return EventPattern(walker.steps(), dialect.name)


def check_text(text: str, dialect: Dialect) -> list[Problem]:
    """Return all errors in document order, then all warnings."""
    walker = _Walker(text, dialect)
    walker.run()
    return [*walker.problems, *walker.warnings()]


class _Walker:
    """One walk over one document; holds what it has found."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.problems: list[Problem] = []
        self.sources: list[Source | OrMark] = []
        self.root: Node | None = None

    def run(self) -> None:
        too_long = limits.refuse_length(self.text, self.dialect)
        if too_long:
            self._report(too_long, "")
            return
        document = read_document(self.text)
        self.root = document.root
        try:
            self._walk(document)
        except CutOff as cut:
            self._report_fault(document.fault, cut.location_lines)
            return
        self._report_fault(document.fault)
        if not self.problems:
            self._check_whole()

    def steps(self) -> tuple[Step, ...]:
        return tuple(item.leaf if isinstance(item, Source) else item for item in self.sources)

    def warnings(self) -> list[Problem]:
        if self.root is None:
            return []
        return [warning(finding, self.text) for finding in lint(self.root, self.sources)]

    def _report(self, refusal: Refusal, place: str) -> None:
        self.problems.append(refusal_problem(refusal, place, self.text))

    def _report_fault(self, fault: Fault | None, location_lines: int = 1) -> None:
        if fault is not None and fault.kind is not FaultKind.EMPTY:
            self.problems.append(fault_problem(fault, self.text, location_lines))

    def _check_whole(self) -> None:
        refusal = limits.refuse_whole(self.text, self.steps(), self.dialect)
        if refusal is not None:
            self._report(refusal, "")

    def _walk(self, document: Document) -> None:
        """Drive the generators below with a stack of our own, however deep the document."""
        root = document.root
        if root is None or root.kind is not Kind.OBJECT:
            if document.fault is None or root is not None or document.fault.kind is FaultKind.EMPTY:
                self._report(_not_an_object(root, len(self.text)), "")
            return
        stack: list[_Walk] = [self._object(root, None, None, in_or=False)]
        while stack:
            child = next(stack[-1], None)
            if child is None:
                stack.pop()
            else:
                stack.append(child)

    def _object(self, node: Node, path: str | None, place: str | None, *, in_or: bool) -> "_Walk":
        for member in node.members:
            name = member.name.text
            if name == OR:
                yield self._or(member, path, _join(place, OR))
            elif in_or and name in RESERVED_IN_OR:
                self._report(_reserved(member), _join(place, name))
            else:
                yield from self._member(member, _join(path, name), _join(place, name), in_or=in_or)
        completed(node)
        if not node.members:
            aws, message = "Empty objects are not allowed", "an object must name a field"
            code, span = PatternCode.EMPTY_OBJECT, (node.start, node.end)
            self._report(Refusal(code, aws, message, node.end, span), place or "")

    def _member(self, member: Member, path: str, place: str, *, in_or: bool) -> "_Walk":
        if member.value.kind is Kind.OBJECT:
            yield self._object(member.value, path, place, in_or=in_or)
        elif member.value.kind is Kind.ARRAY:
            self._leaf(member, path, place)
        else:
            is_operator = member.name.text in OPERATORS
            refuse = _operator_without_list if is_operator else _not_a_container
            self._report(refuse(member), place)

    def _or(self, member: Member, path: str | None, place: str) -> "_Walk":
        array = member.value
        if array.kind is not Kind.ARRAY:
            self._report(_or_not_array(array), place)
            return
        self.sources.append(OrMark.BEGIN)
        for index, branch in enumerate(array.items):
            if branch.kind is Kind.OBJECT:
                self.sources.append(OrMark.BRANCH)
                yield self._object(branch, path, f"{place}[{index}]", in_or=True)
            else:
                self._report(_or_not_object(branch), f"{place}[{index}]")
        completed(array)
        if len(array.items) < 2:
            self._report(_or_too_few(array), place)
        self.sources.append(OrMark.END)

    def _leaf(self, member: Member, path: str, place: str) -> None:
        matchers = []
        for index, node in enumerate(member.value.items):
            try:
                matchers.append(_value(node, self.dialect))
            except Refusal as refusal:
                self._report(refusal, f"{place}[{index}]")
        array = completed(member.value)
        if not array.items:
            aws, message = "Empty arrays are not allowed", "a value list must hold a value"
            code, span = PatternCode.EMPTY_ARRAY, (array.start, array.end)
            self._report(Refusal(code, aws, message, array.end, span), place)
        leaf = Leaf(path, tuple(matchers))
        self.sources.append(Source(leaf, place, member.name, array))


_Walk = Iterator["_Walk"]
"""A generator of the generators that walk what lies deeper."""


def _join(path: str | None, name: str) -> str:
    return name if path is None else f"{path}.{name}"


def _value(node: Node, dialect: Dialect) -> ValueMatcher:
    """Read one entry of a value list."""
    if node.kind is Kind.ARRAY:
        aws = "Match value must be String, number, true, false, or null"
        message = "expected a value or an operator, got an array"
        hint = "a value list holds the values themselves; lists do not nest"
        raise refuse_value(PatternCode.INVALID_VALUE, aws, message, node, hint=hint)
    if node.kind is Kind.OBJECT:
        return _expression(node, dialect)
    return parse_plain(node)


def _expression(node: Node, dialect: Dialect) -> ValueMatcher:
    if not node.members:
        raise missing_name(completed(node), "Match expression name not found", "")
    member = node.members[0]
    name = member.name.text
    if name not in dialect.operators:
        raise _unknown_operator(member, dialect)
    matcher = OPERATORS[name](Operand(name, member.value, dialect.anything_but_forms))
    refuse_second(node, _EXTRA.get(name, EXTRA_KEY), "")
    return matcher


def _not_an_object(root: Node | None, end: int) -> Refusal:
    aws, code = "Filter is not an object", PatternCode.NOT_AN_OBJECT
    if root is None:
        return Refusal(code, aws, "expected an object, got nothing", end, (end, end))
    return refuse_value(code, aws, f"expected an object, got {shown(root)}", root)


def _not_a_container(member: Member) -> Refusal:
    aws = f'"{member.name.text}" must be an object or an array'
    got = shown(member.value)
    message = f"expected an array of values or an object, got {got}"
    hint = f"values must be in an array: write [{got}]"
    return refuse_value(PatternCode.NOT_OBJECT_OR_ARRAY, aws, message, member.value, hint=hint)


def _reserved(member: Member) -> Refusal:
    name = member.name.text
    aws = f"{name} is Ruler reserved fieldName which cannot be used inside $or."
    message = f'"{name}" cannot be a field name inside "$or"'
    return refuse_name(PatternCode.OR_RESERVED_NAME, aws, message, member, path="")


def _or_not_array(node: Node) -> Refusal:
    aws = "It must be an Array followed with $or."
    message = f'expected an array behind "$or", got {shown(node)}'
    return refuse_value(PatternCode.OR_NOT_ARRAY, aws, message, node)


def _or_not_object(node: Node) -> Refusal:
    aws = "Only JSON object is allowed in array of $or relationship."
    message = f'expected an object in "$or", got {shown(node)}'
    return refuse_value(PatternCode.OR_NOT_OBJECT, aws, message, node)


def _or_too_few(array: Node) -> Refusal:
    aws = "There must have at least 2 Objects in $or relationship."
    message = f'expected at least two objects in "$or", got {len(array.items)}'
    span = (array.start, array.end)
    return Refusal(PatternCode.OR_TOO_FEW, aws, message, array.end, span)


def _operator_without_list(member: Member) -> Refusal:
    refusal = _not_a_container(member)
    shape = f'[{{"{member.name.text}": {shown(member.value)}}}]'
    return replace(refusal, hint=f"an operator stands in a value list: write {shape}")


def _unknown_operator(member: Member, dialect: Dialect) -> Refusal:
    name = member.name.text
    aws = f"Unrecognized match type {name}"
    if name in OPERATORS:
        message, hint = f'"{name}" is not part of the dialect {dialect.name}', None
    else:
        message = f'"{name}" is not an operator'
        hint = _operator_hint(name, dialect)
    code = PatternCode.OPERATOR_UNKNOWN
    return refuse_name(code, aws, message, member, hint=hint, path=f".{name}")


def _operator_hint(name: str, dialect: Dialect) -> str:
    if name.lower() in dialect.operators:
        return f'operator names are case-sensitive: write "{name.lower()}"'
    return f"the operators are {', '.join(sorted(dialect.operators))}"
