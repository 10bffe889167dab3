"""Rule files: JSON texts that hold patterns, with every pattern's own text and place.

A rule file is a bare event pattern, named after its file; or an object with "rules" or "Rules", a
list of rules with "name" and "pattern", or with "Name" and "EventPattern" (an object or its
text), as `aws events list-rules` prints them; schedules are passed over. A rule may carry events
that it must match ("matching") and events that it must not ("near_misses").
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import eventmatch
from eventmatch.cli.findings import FileCode, FileProblem, Finding, located
from eventmatch.cli.inputs import (
    STDIN,
    NotText,
    UsageError,
    display_name,
    read_text,
    refuse_stdin_twice,
    rule_files,
)
from eventmatch.cli.wording import count
from eventmatch.jsontext import Kind, Member, Node, location, read_document
from eventmatch.pattern import dialect_named

_LIST_NAMES: Final = ("rules", "Rules")
_NAME_NAMES: Final = ("name", "Name")
_PATTERN_NAMES: Final = ("pattern", "EventPattern", "Pattern")
_MAX_LENGTH: Final = dialect_named("eventbridge").max_length
_SCHEDULE: Final = "ScheduleExpression"
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]', re.DOTALL)
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
    """One pattern of a file; `offsets` leads from each character of it to its place in the file.

    `flaw` says why there is no pattern, where that is so.
    """

    file: str
    file_text: str
    name: str
    pattern: str
    offsets: Sequence[int]
    description: str = ""
    service: str = ""
    samples: tuple[Sample, ...] = ()
    is_disabled: bool = False
    flaw: Finding | None = None

    @property
    def is_missing(self) -> bool:
        """Whether this stands for a file that cannot be opened."""
        return self.flaw is not None and self.flaw.problem.code is FileCode.MISSING


class BadRules(Exception):
    """Rules that cannot be used because their patterns are invalid."""

    def __init__(self, findings: Sequence[Finding], outcome: str = "") -> None:
        super().__init__(findings)
        self.findings = findings
        self.outcome = outcome


def load_rules(paths: Sequence[str]) -> list[Rule]:
    """Read all rules of files and folders; raises `UsageError` if there is none."""
    refuse_stdin_twice(paths, "the rules")
    rules = [rule for path in rule_files(paths) for rule in _read(path)]
    if not rules:
        raise UsageError(f"no rules in {', '.join(map(display_name, paths))}")
    return rules


def _read(path: str) -> list[Rule]:
    try:
        return rules_in(path)
    except UsageError as error:
        return [flawed(path, FileCode.MISSING, str(error))]


def usable_rules(paths: Sequence[str], dialect: str) -> list[Rule]:
    """Read all rules but disabled ones; raises `BadRules` if a pattern is invalid."""
    rules = load_rules(paths)
    refuse_missing(rules)
    enabled = [rule for rule in rules if not rule.is_disabled]
    if len(enabled) < len(rules):
        skipped = count(len(rules) - len(enabled), "disabled rule")
        sys.stderr.write(f"eventmatch: skipped {skipped}\n")
    if not enabled:
        raise UsageError("all rules are disabled")
    return valid(enabled, dialect)


def refuse_missing(rules: Sequence[Rule]) -> None:
    """Raise `UsageError` if a file cannot be opened."""
    missing = [str(rule.flaw.problem) for rule in rules if rule.flaw and rule.is_missing]
    if missing:
        raise UsageError("; ".join(missing))


def valid(rules: list[Rule], dialect: str) -> list[Rule]:
    """Return the rules, or raise `BadRules` if a pattern is invalid."""
    findings = [finding for rule in rules for finding in errors_of(rule, dialect)]
    if findings:
        raise BadRules(findings)
    return rules


def errors_of(rule: Rule, dialect: str) -> Iterator[Finding]:
    """Yield the problem that makes the rule unusable, if there is one."""
    if rule.flaw is not None:
        yield rule.flaw
        return
    try:
        eventmatch.parse(rule.pattern, dialect=dialect)
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
    """Read the rules of one file; raises `UsageError` if it cannot be opened."""
    try:
        text = read_text(path)
    except NotText as error:
        return [flawed(path, FileCode.UNREADABLE, str(error))]
    return rules_of_text(display_name(path), text, stem_of(path))


def flawed(path: str, code: FileCode, message: str) -> Rule:
    """Return what stands for the rules of a file that cannot be read."""
    file, name, problem = display_name(path), stem_of(path), FileProblem(code=code, message=message)
    flaw = Finding(file=file, rule=name, text="", line=1, column=1, span=(0, 0), problem=problem)
    return Rule(file=file, file_text="", name=name, pattern="", offsets=(0,), flaw=flaw)


def rules_of_text(file: str, text: str, stem: str) -> list[Rule]:
    """Read the rules of a file's text; a bare pattern is named `stem`."""
    document = read_document(text)
    root = document.root
    listed = _rule_list(root) if root is not None and document.fault is None else None
    if root is None or listed is None:
        whole = range(len(text) + 1)
        return [Rule(file=file, file_text=text, name=stem, pattern=text, offsets=whole)]
    reader = _RuleReader(file, text, text_of(member(root, "service")))
    return [
        rule
        for index, item in enumerate(listed.value.items)
        for rule in reader.rule(item, f"{stem}[{index}]", f"{listed.name.text}[{index}]")
    ]


def stem_of(path: str) -> str:
    """Return what a rule without a name is called after its file."""
    return "stdin" if path == STDIN else PurePath(path).name.removesuffix(".json")


def member(node: Node, *names: str) -> Node | None:
    """Return the value of the last member that has one of the names."""
    found = [each.value for each in node.members if each.name.text in names]
    return found[-1] if found else None


def _rule_list(root: Node) -> Member | None:
    """Return the rules of a rule set; None if the document must be a bare pattern."""
    lists = [each for each in root.members if each.name.text in _LIST_NAMES]
    if not lists or lists[-1].value.kind is not Kind.ARRAY:
        return None
    items = lists[-1].value.items
    is_named = any(member(item, *_NAME_NAMES, *_PATTERN_NAMES) for item in items)
    return lists[-1] if is_named or not items or len(root.members) == 1 else None


def text_of(node: Node | None) -> str:
    """Return a string's text; empty if it is something else."""
    return node.text if node is not None and node.kind is Kind.STRING else ""


def offsets_of(text: str, node: Node) -> list[int]:
    """Return where each character of a string stands in the file's text, and where it ends."""
    inside = _ESCAPED.finditer(text, node.start + 1, node.end - 1)
    return [*(found.start() for found in inside), node.end - 1]


@dataclass(frozen=True, slots=True)
class _RuleReader:
    """Reads the rules of one file."""

    file: str
    text: str
    service: str

    def rule(self, item: Node, unnamed: str, place: str) -> Iterator[Rule]:
        """Yield the rule of an item; a schedule, which has no pattern, is passed over."""
        node = member(item, *_PATTERN_NAMES)
        if node is None and member(item, _SCHEDULE):
            return
        name = text_of(member(item, *_NAME_NAMES)) or unnamed
        pattern, offsets = self._pattern(node) if node else ("", (0,))
        yield Rule(
            file=self.file,
            file_text=self.text,
            name=name,
            pattern=pattern,
            offsets=offsets,
            description=text_of(member(item, "description", "Description")),
            service=self.service,
            samples=tuple(self._samples(item)),
            is_disabled=text_of(member(item, "State")) == "DISABLED",
            flaw=None if node else self._without_pattern(item, name, place),
        )

    def _pattern(self, node: Node) -> tuple[str, Sequence[int]]:
        """Return the text of a pattern, and where each character of it stands in the file."""
        if node.kind is Kind.STRING:
            return node.text, offsets_of(self.text, node)
        whole = range(node.start, node.end + 1)
        if len(whole) - 1 <= _MAX_LENGTH:
            return self.text[node.start : node.end], whole
        return self._compact(node)

    def _compact(self, node: Node) -> tuple[str, Sequence[int]]:
        """Leave out white space: an object is not sent as it is indented here."""
        tokens = list(_TOKEN.finditer(self.text, node.start, node.end))
        offsets = [at for token in tokens for at in range(token.start(), token.end())]
        return "".join(token[0] for token in tokens), [*offsets, node.end]

    def _without_pattern(self, item: Node, name: str, place: str) -> Finding:
        message = 'expected "pattern" or "EventPattern"'
        line, column = location(self.text, item.start)
        return Finding(
            file=self.file,
            rule=name,
            text=self.text,
            line=line,
            column=column,
            span=(item.start, item.end),
            problem=FileProblem(code=FileCode.NO_PATTERN, path=place, message=message),
        )

    def _samples(self, item: Node) -> Iterator[Sample]:
        for event in _items(member(item, "matching")):
            yield self._sample(event, matches=True, why="")
        for miss in _items(member(item, "near_misses")):
            event_node = member(miss, "event")
            if event_node is not None:
                yield self._sample(event_node, matches=False, why=text_of(member(miss, "why")))

    def _sample(self, node: Node, *, matches: bool, why: str) -> Sample:
        line, _ = location(self.text, node.start)
        event = self.text[node.start : node.end]
        return Sample(event=event, line=line, matches=matches, why=why)


def _items(node: Node | None) -> list[Node]:
    return node.items if node is not None else []
