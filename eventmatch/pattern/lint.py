"""Warnings: what is valid for AWS and still probably not what the author meant."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from eventmatch.errors import LintCode
from eventmatch.jsontext import Kind, Name, Node
from eventmatch.pattern.model import Leaf, OrMark, SubRule, combinations, expand
from eventmatch.pattern.operators import OPERATORS

_ENVELOPE: Final = frozenset(
    {"version", "id", "account", "time", "region", "resources", "source", "detail-type"}
)
"""Fields that AWS always fills with strings, such as "0" and "123456789012"."""

_MOST_SUB_RULES: Final = 1000

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_WORDS: Final = frozenset({"true", "false", "null"})
_OPERATOR_TEXT: Final = re.compile(rf"(?:{'|'.join(OPERATORS)})\s*:.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """A leaf together with where it was written: `place` is its path with `$or` branches."""

    leaf: Leaf
    place: str
    name: Name
    array: Node


@dataclass(frozen=True, slots=True)
class Finding:
    """One warning, at the characters `span`."""

    code: LintCode
    path: str
    span: tuple[int, int]
    message: str
    hint: str | None = None


Sources = Sequence[Source | OrMark]


def lint(root: Node, sources: Sources) -> list[Finding]:
    """Return all warnings about the pattern, in document order."""
    leaves = [source for source in sources if isinstance(source, Source)]
    findings = [
        *_detail_type_spelling(root),
        *_operator_names(root),
        *_duplicate_paths(sources),
        *_leaf_and_object(sources),
    ]
    for source in leaves:
        findings.extend(_two_anything_but(source))
        findings.extend(_suspicious_values(source))
    return sorted(findings, key=lambda finding: finding.span)


def _span(name: Name) -> tuple[int, int]:
    return (name.start, name.end)


def _detail_type_spelling(root: Node) -> Iterator[Finding]:
    objects = [root]
    for node in objects:
        for member in node.members:
            if member.name.text == "$or":
                objects.extend(member.value.items)
            else:
                yield from _misspelt_detail_type(member.name)


def _misspelt_detail_type(name_token: Name) -> Iterator[Finding]:
    name = name_token.text
    if name != "detail-type" and re.sub("[-_ ]", "", name).lower() == "detailtype":
        message = f'events have no field "{name}" at the root'
        hint = 'the field is called "detail-type"'
        yield Finding(LintCode.DETAIL_TYPE_SPELLING, name, _span(name_token), message, hint)


def _operator_names(root: Node) -> Iterator[Finding]:
    """Find members named like an operator, which are ordinary fields outside a value list."""
    objects = [("", root)]
    for path, node in objects:
        for member in node.members:
            name = member.name.text
            place = f"{path}.{name}" if path else name
            if member.value.kind is Kind.OBJECT:
                objects.append((place, member.value))
            if name in OPERATORS:
                yield _operator_name(place, member.name)


def _operator_name(place: str, name: Name) -> Finding:
    message = f'"{name.text}" is a field name here, not the operator'
    hint = f'an operator stands in an object in a value list: [{{"{name.text}": ...}}]'
    return Finding(LintCode.OPERATOR_LOOKALIKE, place, _span(name), message, hint)


def _duplicate_paths(sources: Sources) -> Iterator[Finding]:
    """Find paths that are written again where the earlier value list still held."""
    written: set[str] = set()
    enclosing: list[tuple[set[str], set[str]]] = []
    for source in sources:
        if source is OrMark.BEGIN:
            enclosing.append((written, set()))
        elif isinstance(source, OrMark):
            before, in_branches = enclosing[-1]
            in_branches |= written
            written = set(before)
            if source is OrMark.END:
                enclosing.pop()
                written = before | in_branches
        else:
            if source.leaf.path in written:
                yield _duplicate_path(source)
            written.add(source.leaf.path)


def _duplicate_path(source: Source) -> Finding:
    message = "this path was written before; only the last value list counts"
    hint = "put all values into one list, which accepts what any of them accepts"
    code = LintCode.DUPLICATE_PATH
    return Finding(code, source.leaf.path, _span(source.name), message, hint)


def _leaf_and_object(sources: Sources) -> Iterator[Finding]:
    """Find paths that hold a value and, in the same sub-rule, lead on to others."""
    steps = [item.leaf if isinstance(item, Source) else item for item in sources]
    if combinations(steps) > _MOST_SUB_RULES:
        return
    torn = {path for rule in expand(steps) for path in _torn_paths(rule)}
    for source in sources:
        if isinstance(source, Source) and source.leaf.path in torn:
            message = "this field must hold both a value and an object: only an array can"
            path = source.leaf.path
            yield Finding(LintCode.LEAF_AND_OBJECT, path, _span(source.name), message)


def _torn_paths(rule: SubRule) -> Iterator[str]:
    parents = {
        ".".join(steps[:length])
        for steps in (leaf.path.split(".") for leaf in rule.leaves)
        for length in range(1, len(steps))
    }
    for leaf in rule.leaves:
        if leaf.path in parents and not leaf.allows_absence:
            yield leaf.path


def _two_anything_but(source: Source) -> Iterator[Finding]:
    nodes = [
        node
        for node in source.array.items
        if node.members and node.members[0].name.text == "anything-but"
    ]
    if len(nodes) > 1:
        message = "a value list is an OR: what one anything-but excludes the other lets through"
        hint = 'list all exclusions in one: {"anything-but": ["a", "b"]}'
        span = (nodes[1].start, nodes[1].end)
        yield Finding(LintCode.TWO_ANYTHING_BUT, source.place, span, message, hint)


def _suspicious_values(source: Source) -> Iterator[Finding]:
    for index, node in enumerate(source.array.items):
        if node.kind is Kind.STRING:
            place, span = f"{source.place}[{index}]", (node.start, node.end)
            if _looks_like_operator(node.text):
                message = "a plain string is compared as it is"
                hint = 'an operator is an object, such as {"prefix": "foo"} or {"wildcard": "foo*"}'
                yield Finding(LintCode.OPERATOR_LOOKALIKE, place, span, message, hint)
            elif _is_stringified(node.text) and source.leaf.path not in _ENVELOPE:
                message = f'the string "{node.text}" is not the value {node.text}'
                hint = f"write {node.text} without quotes if the event has no string there"
                yield Finding(LintCode.STRINGIFIED_VALUE, place, span, message, hint)


def _looks_like_operator(text: str) -> bool:
    return "*" in text or _OPERATOR_TEXT.fullmatch(text) is not None


def _is_stringified(text: str) -> bool:
    if text in _WORDS:
        return True
    return _NUMBER.fullmatch(text) is not None and not _ACCOUNT.fullmatch(text)
