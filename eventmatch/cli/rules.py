"""Rule files: JSON texts that hold patterns, with every pattern's own text and place.

A rule file is a bare event pattern, named after its file; or an object with "rules" or "Rules", a
list of rules with "name" and "pattern", or with "Name" and "EventPattern" (an object or its
text), as `aws events list-rules` prints them. A rule may carry events that it must match
("matching") and events that it must not ("near_misses").
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import eventmatch
from eventmatch.cli.findings import Finding, located
from eventmatch.cli.inputs import STDIN, UsageError, display_name, read_text, rule_files
from eventmatch.jsontext import Kind, Node, location, read_document

_LIST_NAMES: Final = ("rules", "Rules")
_NAME_NAMES: Final = ("name", "Name")
_PATTERN_NAMES: Final = ("pattern", "EventPattern", "Pattern")
_ESCAPED: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An event that comes with a rule, and whether the rule must match it."""

    event: str
    line: int
    matches: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One pattern of a file; `offsets` leads from each character of it to its place in the file."""

    file: str
    file_text: str
    name: str
    pattern: str
    offsets: Sequence[int]
    description: str = ""
    service: str = ""
    samples: tuple[Sample, ...] = ()


class BadRules(Exception):
    """Rules that cannot be used because their patterns are invalid."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings)
        self.findings = findings


def load_rules(paths: Sequence[str]) -> list[Rule]:
    """Read all rules of files and folders."""
    return [rule for path in rule_files(paths) for rule in rules_in(path)]


def usable_rules(paths: Sequence[str]) -> list[Rule]:
    """Read all rules; raises `BadRules` if a pattern is invalid, `UsageError` if there is none."""
    rules = load_rules(paths)
    if not rules:
        raise UsageError(f"no rules in {', '.join(map(display_name, paths))}")
    return valid(rules)


def valid(rules: list[Rule]) -> list[Rule]:
    """Return the rules, or raise `BadRules` if a pattern is invalid."""
    findings = [finding for rule in rules for finding in errors_of(rule)]
    if findings:
        raise BadRules(findings)
    return rules


def errors_of(rule: Rule) -> Iterator[Finding]:
    """Yield the problem that makes the rule's pattern invalid, if there is one."""
    try:
        eventmatch.parse(rule.pattern)
    except eventmatch.PatternError as error:
        yield finding_of(rule, error.problem)


def finding_of(rule: Rule, problem: eventmatch.Problem) -> Finding:
    """Return a problem of the rule's pattern with its place in the file."""
    text = rule.file_text
    return located(problem, rule.pattern, rule.offsets, file=rule.file, rule=rule.name, text=text)


def matcher_of(rules: Sequence[Rule]) -> eventmatch.Matcher:
    """Return a matcher of all the rules; those of one name count as one."""
    matcher = eventmatch.Matcher()
    for rule in rules:
        matcher.add(rule.name, rule.pattern)
    return matcher


def by_name(rules: Sequence[Rule]) -> Mapping[str, str]:
    """Return the patterns by name; further patterns of a name get a number behind it."""
    patterns: dict[str, str] = {}
    for rule in rules:
        name, number = rule.name, 2
        while name in patterns:
            name, number = f"{rule.name} ({number})", number + 1
        patterns[name] = rule.pattern
    return patterns


def rules_in(path: str) -> list[Rule]:
    """Read the rules of one file."""
    return rules_of_text(display_name(path), read_text(path), _stem(path))


def rules_of_text(file: str, text: str, stem: str) -> list[Rule]:
    """Read the rules of a file's text; a bare pattern is named `stem`."""
    document = read_document(text)
    root = document.root
    items = _rule_list(root) if root is not None and document.fault is None else None
    if root is None or items is None:
        whole = range(len(text) + 1)
        return [Rule(file=file, file_text=text, name=stem, pattern=text, offsets=whole)]
    reader = _RuleReader(file, text, _text(member(root, "service")))
    return [
        rule for index, item in enumerate(items) for rule in reader.rule(item, f"{stem}[{index}]")
    ]


def _stem(path: str) -> str:
    return "stdin" if path == STDIN else PurePath(path).name.removesuffix(".json")


def member(node: Node, *names: str) -> Node | None:
    """Return the value of the last member that has one of the names."""
    found = [each.value for each in node.members if each.name.text in names]
    return found[-1] if found else None


def _rule_list(root: Node) -> list[Node] | None:
    """Return the rules of a rule set; None if the document must be a bare pattern."""
    found = member(root, *_LIST_NAMES)
    if found is None or found.kind is not Kind.ARRAY:
        return None
    is_set = all(member(item, *_NAME_NAMES, *_PATTERN_NAMES) for item in found.items)
    return found.items if is_set else None


def _text(node: Node | None) -> str:
    return node.text if node is not None and node.kind is Kind.STRING else ""


@dataclass(frozen=True, slots=True)
class _RuleReader:
    """Reads the rules of one file."""

    file: str
    text: str
    service: str

    def rule(self, item: Node, unnamed: str) -> Iterator[Rule]:
        """Yield the rule of an item; a rule without a pattern (a schedule) is passed over."""
        node = member(item, *_PATTERN_NAMES)
        if node is None:
            return
        is_text = node.kind is Kind.STRING
        yield Rule(
            file=self.file,
            file_text=self.text,
            name=_text(member(item, *_NAME_NAMES)) or unnamed,
            pattern=node.text if is_text else self.text[node.start : node.end],
            offsets=self._escaped(node) if is_text else range(node.start, node.end + 1),
            description=_text(member(item, "description", "Description")),
            service=self.service,
            samples=tuple(self._samples(item)),
        )

    def _escaped(self, node: Node) -> list[int]:
        """Return where each character of a string stands in the file."""
        inside = _ESCAPED.finditer(self.text, node.start + 1, node.end - 1)
        return [*(found.start() for found in inside), node.end - 1]

    def _samples(self, item: Node) -> Iterator[Sample]:
        for event in _items(member(item, "matching")):
            yield self._sample(event, matches=True, why="")
        for miss in _items(member(item, "near_misses")):
            event_node = member(miss, "event")
            if event_node is not None:
                yield self._sample(event_node, matches=False, why=_text(member(miss, "why")))

    def _sample(self, node: Node, *, matches: bool, why: str) -> Sample:
        line, _ = location(self.text, node.start)
        event = self.text[node.start : node.end]
        return Sample(event=event, line=line, matches=matches, why=why)


def _items(node: Node | None) -> list[Node]:
    return node.items if node is not None else []
