"""Pattern unit tests in files: which rule must match which event, and which must not.

`NAME.test.json` beside a rule file holds {"rules": FILE, "tests": [{"name", "rule", "event",
"matches"}]}; without "rules" it tests NAME.json. Rules that carry "matching" and "near_misses" are
tests by themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eventmatch.cli.findings import pretty
from eventmatch.cli.inputs import (
    STDIN,
    TEST_SUFFIX,
    NotText,
    UsageError,
    display_name,
    json_files,
    read_text,
)
from eventmatch.cli.rules import BadRules, Rule, errors_of, member, rules_in, valid
from eventmatch.jsontext import Kind, Node, location, read_document

_VERDICTS: Final = {Kind.TRUE: True, Kind.FALSE: False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One event and whether the patterns of a rule must match it.

    `fault` says why the test cannot be run; `is_missing`, that its file cannot be opened.
    """

    file: str
    line: int
    name: str
    rule: str
    patterns: tuple[str, ...]
    event: str
    matches: bool
    fault: str = ""
    is_missing: bool = False


class _Mistake(Exception):
    """A test file or a test is malformed."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def find_tests(paths: Sequence[str], dialect: str) -> list[Test]:
    """Return the tests of files and folders; raises `UsageError` if there is none."""
    if STDIN in paths:
        raise UsageError("test reads files and folders, not stdin (-)")
    tests = [test for path in paths for test in _tests(path, dialect)]
    if not tests:
        raise UsageError(f"no tests in {', '.join(paths)}")
    return tests


def _tests(path: str, dialect: str) -> Iterator[Test]:
    """Yield the tests of a file or folder; what cannot be run comes as a test with a fault."""
    if Path(path).is_dir():
        for file in json_files(path):
            yield from _safely(file, dialect)
        return
    tests = list(_safely(path, dialect))
    yield from tests or [_faulty(path, 1, f"{path}: no tests", is_missing=True)]


def _safely(path: str, dialect: str) -> Iterator[Test]:
    try:
        yield from tests_in(path, dialect)
    except _Mistake as error:
        yield _faulty(path, error.line, str(error))
    except NotText as error:
        yield _faulty(path, 1, str(error))
    except BadRules as error:
        yield _faulty(path, 1, _report(error))
    except UsageError as error:
        yield _faulty(path, 1, str(error), is_missing=True)


def _report(error: BadRules) -> str:
    return "\n".join(line for finding in error.findings for line in pretty(finding))


def _faulty(path: str, line: int, fault: str, *, name: str = "", is_missing: bool = False) -> Test:
    return Test(
        file=display_name(path),
        line=line,
        name=name or path,
        rule="",
        patterns=(),
        event="",
        matches=True,
        fault=fault,
        is_missing=is_missing,
    )


def tests_in(path: str, dialect: str) -> Iterator[Test]:
    """Yield the tests of one file."""
    text = read_text(path)
    if path.endswith(TEST_SUFFIX) or _is_suite(text):
        yield from _Suite(path, text).tests(dialect)
    elif '"matching"' in text or '"near_misses"' in text:
        for rule in rules_in(path):
            errors = list(errors_of(rule, dialect)) if rule.samples or rule.flaw else []
            if errors:
                fault = _report(BadRules(errors))
                yield _faulty(path, errors[0].line, fault, name=rule.name)
            else:
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

    def tests(self, dialect: str) -> Iterator[Test]:
        document = read_document(self.text)
        root = document.root
        if document.fault is not None:
            raise self._mistake(document.fault.position, document.fault.message)
        listed = member(root, "tests") if root is not None else None
        if root is None or listed is None or listed.kind is not Kind.ARRAY:
            raise self._mistake(0, 'expected {"tests": [...]}')
        rules = self._rules(root, dialect)
        for number, item in enumerate(listed.items, 1):
            try:
                yield self._test(item, number, rules)
            except _Mistake as error:
                name = member(item, "name")
                title = name.text if name else f"tests[{number - 1}]"
                yield _faulty(self.path, error.line, str(error), name=title)

    def _rules(self, root: Node, dialect: str) -> list[Rule]:
        node = member(root, "rules")
        own = self.path.removesuffix(TEST_SUFFIX) + ".json"
        path = own if node is None else str(Path(self.path).parent / node.text)
        if not Path(path).is_file():
            raise self._mistake(node.start if node else 0, f"there is no rule file {path}")
        return valid(rules_in(path), dialect)

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

    def _mistake(self, position: int, message: str) -> _Mistake:
        line, _ = location(self.text, position)
        return _Mistake(line, message)
