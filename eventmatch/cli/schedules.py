"""Schedule expressions from the command line and from rule files, with their places."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import eventmatch
from eventmatch.cli.findings import FileCode, FileProblem, Finding
from eventmatch.cli.inputs import (
    NotText,
    UsageError,
    display_name,
    read_text,
    refuse_stdin_twice,
    rule_files,
)
from eventmatch.cli.rules import (
    BadRules,
    Rule,
    finding_of,
    flawed,
    member,
    offsets_of,
    refuse_missing,
    stem_of,
    text_of,
)
from eventmatch.jsontext import Fault, Kind, Node, location, read_document
from eventmatch.schedule.model import UTC, Dialect, Schedule
from eventmatch.schedule.zones import zone_named

_LISTS: Final = ("rules", "Rules", "schedules", "Schedules")
_EXPRESSION_NAME: Final = "ScheduleExpression"
_ZONE_NAME: Final = "ScheduleExpressionTimezone"
_OF_SCHEDULER: Final = ("FlexibleTimeWindow", "GroupName", _ZONE_NAME)
_EXPRESSION: Final = re.compile(r"\s*[A-Za-z]+\s*\(.*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A schedule expression as it came; its rule has the text of it in place of a pattern."""

    rule: Rule
    dialect: Dialect
    timezone: str

    def parsed(self) -> Schedule:
        """Return the schedule; raises `BadRules` with the place of the mistake."""
        if self.rule.flaw is not None:
            raise BadRules([self.rule.flaw])
        try:
            return eventmatch.parse_schedule(
                self.rule.pattern, dialect=self.dialect, timezone=self.timezone
            )
        except eventmatch.ScheduleError as error:
            raise BadRules([finding_of(self.rule, error.problem)]) from error


def load_schedules(
    given: Sequence[str], dialect: Dialect | None, timezone: str | None
) -> list[Scheduled]:
    """Read all schedules of expressions, files and folders; raises `UsageError` if there is none.

    `dialect` counts where it is not told otherwise; `timezone` is that of expressions, since the
    schedules of files have their own.
    """
    refuse_stdin_twice(given, "the schedules")
    found = [each for one in given for each in _load(one, dialect, timezone)]
    if not found:
        raise UsageError(f"no schedules in {', '.join(map(display_name, given))}")
    return found


def usable(found: Sequence[Scheduled]) -> list[Schedule]:
    """Return the schedules; raises `BadRules` with every mistake, `UsageError` for no such file."""
    refuse_missing([each.rule for each in found])
    parsed, findings = list[Schedule](), list[Finding]()
    for each in found:
        try:
            parsed.append(each.parsed())
        except BadRules as bad:
            findings.extend(bad.findings)
    if findings:
        raise BadRules(findings)
    return parsed


def _load(given: str, dialect: Dialect | None, timezone: str | None) -> Iterator[Scheduled]:
    if _EXPRESSION.match(given) and not Path(given).exists():
        yield of_text(given, dialect, timezone)
        return
    for path in rule_files([given]):
        yield from _read(path, dialect)


def of_text(text: str, dialect: Dialect | None, timezone: str | None) -> Scheduled:
    """Return a schedule of the command line; raises `UsageError` for a zone that is not there."""
    zone = known_zone(timezone)
    whole = range(len(text) + 1)
    rule = Rule(file="<argument>", file_text=text, name=text, pattern=text, offsets=whole)
    return Scheduled(rule=rule, dialect=dialect or _guessed(text, zone), timezone=zone)


def known_zone(timezone: str | None) -> str:
    """Return the name of a zone, UTC if there is none; raises `UsageError` for one unknown."""
    zone = timezone or UTC
    if zone_named(zone) is None:
        raise UsageError(f'there is no time zone "{zone}" (zones are named as Europe/Berlin is)')
    return zone


def _guessed(text: str, zone: str) -> Dialect:
    """Return the dialect that has such an expression, that of rules if it may be that."""
    if text.startswith("unix("):
        return "unix"
    return "scheduler" if text.startswith("at(") or zone != UTC else "rules"


def _read(path: str, dialect: Dialect | None) -> Iterator[Scheduled]:
    try:
        text = read_text(path)
    except UsageError as error:
        yield _broken(flawed(path, FileCode.MISSING, str(error)))
    except NotText as error:
        yield _broken(flawed(path, FileCode.UNREADABLE, str(error)))
    else:
        yield from _in_text(path, text, dialect)


def _broken(rule: Rule) -> Scheduled:
    return Scheduled(rule=rule, dialect="rules", timezone=UTC)


def _in_text(path: str, text: str, dialect: Dialect | None) -> Iterator[Scheduled]:
    document = read_document(text)
    if document.fault is not None:
        yield _broken(_not_json(path, text, document.fault))
    elif document.root is not None:
        file = _File(display_name(path), text, stem_of(path))
        for number, item in enumerate(_items(document.root)):
            yield from file.scheduled(item, number, dialect)


def _not_json(path: str, text: str, fault: Fault) -> Rule:
    file, name = display_name(path), stem_of(path)
    line, column = location(text, fault.start)
    flaw = Finding(
        file=file,
        rule=name,
        text=text,
        line=line,
        column=column,
        span=(fault.start, fault.start + 1),
        problem=FileProblem(code=FileCode.UNREADABLE, message=fault.message),
    )
    return Rule(file=file, file_text=text, name=name, pattern="", offsets=(0,), flaw=flaw)


def _items(root: Node) -> list[Node]:
    """Return the rules or schedules of a document; it may be one itself."""
    if root.kind is Kind.ARRAY:
        return root.items
    listed = member(root, *_LISTS)
    return listed.items if listed is not None and listed.kind is Kind.ARRAY else [root]


@dataclass(frozen=True, slots=True)
class _File:
    """A file whose rules are read."""

    name: str
    text: str
    stem: str

    def scheduled(self, item: Node, number: int, dialect: Dialect | None) -> Iterator[Scheduled]:
        """Yield the schedule of an item, if it has one; a zone unknown is found when it is read."""
        node = member(item, _EXPRESSION_NAME)
        if node is None or node.kind is not Kind.STRING or not node.text:
            return
        rule = Rule(
            file=self.name,
            file_text=self.text,
            name=text_of(member(item, "name", "Name")) or f"{self.stem}[{number}]",
            pattern=node.text,
            offsets=offsets_of(self.text, node),
            is_disabled=text_of(member(item, "State")) == "DISABLED",
        )
        zone = text_of(member(item, _ZONE_NAME)) or UTC
        if dialect is None and member(item, *_OF_SCHEDULER) is not None:
            dialect = "scheduler"
        yield Scheduled(rule=rule, dialect=dialect or _guessed(node.text, zone), timezone=zone)
