"""Pattern unit tests in files: which rule must match which event, and which must not.

`NAME.test.json` beside a rule file holds {"rules": FILE, "tests": [{"name", "rule", "event",
"matches"}]}; without "rules" it tests NAME.json. Rules that carry "matching" and "near_misses" are
tests by themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eventmatch.cli.inputs import TEST_SUFFIX, UsageError, display_name, read_text
from eventmatch.cli.rules import Rule, member, rules_in, valid
from eventmatch.jsontext import Kind, Node, location, read_document

_VERDICTS: Final = {Kind.TRUE: True, Kind.FALSE: False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One event and whether the patterns of a rule must match it."""

    file: str
    line: int
    name: str
    rule: str
    patterns: tuple[str, ...]
    event: str
    matches: bool


def find_tests(paths: Sequence[str]) -> Iterator[Test]:
    """Yield the tests of files and folders; a file that has none is a `UsageError`."""
    for path in paths:
        if Path(path).is_dir():
            for file in sorted(Path(path).rglob("*.json")):
                yield from tests_in(str(file))
        else:
            tests = list(tests_in(path))
            if not tests:
                raise UsageError(f"{display_name(path)}: no tests")
            yield from tests


def tests_in(path: str) -> Iterator[Test]:
    """Yield the tests of one file."""
    text = read_text(path)
    if path.endswith(TEST_SUFFIX) or _is_suite(text):
        yield from _Suite(path, text).tests()
    elif '"matching"' in text or '"near_misses"' in text:
        for rule in valid([rule for rule in rules_in(path) if rule.samples]):
            yield from _samples(rule)


def _is_suite(text: str) -> bool:
    root = read_document(text).root if '"tests"' in text else None
    return root is not None and member(root, "tests") is not None


def _samples(rule: Rule) -> Iterator[Test]:
    for number, sample in enumerate(rule.samples, 1):
        kind = "matches" if sample.matches else "near miss"
        why = f": {sample.why}" if sample.why else ""
        yield Test(
            file=rule.file,
            line=sample.line,
            name=f"{rule.name}: {kind} [{number}]{why}",
            rule=rule.name,
            patterns=(rule.pattern,),
            event=sample.event,
            matches=sample.matches,
        )


class _Suite:
    """One `.test.json` file."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    def tests(self) -> Iterator[Test]:
        document = read_document(self.text)
        root = document.root
        if document.fault is not None:
            raise self._mistake(document.fault.position, document.fault.message)
        listed = member(root, "tests") if root is not None else None
        if root is None or listed is None or listed.kind is not Kind.ARRAY:
            raise self._mistake(0, 'expected {"tests": [...]}')
        rules = self._rules(root)
        for number, item in enumerate(listed.items, 1):
            yield self._test(item, number, rules)

    def _rules(self, root: Node) -> list[Rule]:
        node = member(root, "rules")
        own = self.path.removesuffix(TEST_SUFFIX) + ".json"
        path = own if node is None else str(Path(self.path).parent / node.text)
        if not Path(path).is_file():
            raise self._mistake(node.start if node else 0, f"there is no rule file {path}")
        return valid(rules_in(path))

    def _test(self, item: Node, number: int, rules: Sequence[Rule]) -> Test:
        event, verdict = member(item, "event"), member(item, "matches")
        if event is None or verdict is None or verdict.kind not in _VERDICTS:
            raise self._mistake(item.start, 'a test needs "event" and "matches": true or false')
        name, rule = member(item, "name"), self._rule(item, rules)
        line, _ = location(self.text, item.start)
        return Test(
            file=self.path,
            line=line,
            name=name.text if name else f"{rule} [{number}]",
            rule=rule,
            patterns=tuple(each.pattern for each in rules if each.name == rule),
            event=self.text[event.start : event.end],
            matches=_VERDICTS[verdict.kind],
        )

    def _rule(self, item: Node, rules: Sequence[Rule]) -> str:
        """Return the name of the tested rule, which may be left out where there is only one."""
        node = member(item, "rule")
        names = {rule.name for rule in rules}
        if node is None and len(names) == 1:
            return names.pop()
        if node is None:
            raise self._mistake(item.start, f'a test needs "rule": there are {len(names)} rules')
        if node.text not in names:
            raise self._mistake(node.start, f'no rule is named "{node.text}"')
        return node.text

    def _mistake(self, position: int, message: str) -> UsageError:
        line, column = location(self.text, position)
        return UsageError(f"{self.path}:{line}:{column}: {message}")
