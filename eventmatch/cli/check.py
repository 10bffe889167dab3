"""`eventmatch check`: what is wrong with patterns and rule files."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import eventmatch
from eventmatch.cli.choice import add_dialect
from eventmatch.cli.findings import Finding, pretty
from eventmatch.cli.inputs import UsageError
from eventmatch.cli.report import (
    WHOLE_FORMATS,
    Case,
    write,
    write_github,
    write_json,
    write_junit,
    write_line,
)
from eventmatch.cli.rules import Rule, finding_of, load_rules, refuse_missing
from eventmatch.cli.terminal import paint_for
from eventmatch.cli.wording import count

SUMMARY: Final = "report what is wrong with patterns and rule files"
EXAMPLE: Final = """\
A rule file is a bare event pattern, {"rules": [{"name": ..., "pattern": ...}]}
or the output of "aws events list-rules". A folder stands for every *.json
below it but the tests.

example:
  eventmatch check rules/ --format github
  echo '{"source": "aws.ec2"}' | eventmatch check -

exit code: 0 no errors, 1 errors (with --strict, warnings too)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is checked, as a report names it, and the command that does it."""

    noun: str
    title: str
    command: str


_PATTERNS: Final = Subject(noun="pattern", title="event pattern", command="eventmatch check")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A rule and what was found in it."""

    rule: Rule
    findings: tuple[Finding, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "paths",
        nargs="*",
        default=["-"],
        metavar="PATH",
        help="rule files or folders; - is stdin (default)",
    )
    add_dialect(parser)
    parser.add_argument("--format", choices=FORMATS, default="pretty", help="default: pretty")
    parser.add_argument("--strict", action="store_true", help="warnings are findings, too")


def run(args: argparse.Namespace) -> int:
    """Check, report, and return 1 if there were findings that count."""
    try:
        rules = load_rules(args.paths)
    except UsageError:
        report_nothing(args, _PATTERNS)
        raise
    return report([_check(rule, args.dialect) for rule in rules], args, _PATTERNS)


def report_nothing(args: argparse.Namespace, subject: Subject) -> None:
    """Write the report of a format that must be there even if nothing could be read."""
    if args.format in WHOLE_FORMATS:
        FORMATS[args.format]([], subject)


def report(checked: Sequence[Checked], args: argparse.Namespace, subject: Subject) -> int:
    """Report in the format of the arguments, and return 1 if there are findings that count."""
    FORMATS[args.format](checked, subject)
    refuse_missing([each.rule for each in checked])
    counted = ("error", "warning") if args.strict else ("error",)
    return int(any(found.problem.severity in counted for found in _all(checked)))


def _check(rule: Rule, dialect: str) -> Checked:
    if rule.flaw is not None:
        return Checked(rule=rule, findings=(rule.flaw,))
    problems = eventmatch.check(rule.pattern, dialect=dialect)
    return Checked(rule=rule, findings=tuple(finding_of(rule, problem) for problem in problems))


def _all(checked: Sequence[Checked]) -> list[Finding]:
    return [finding for each in checked for finding in each.findings]


def _pretty(checked: Sequence[Checked], subject: Subject) -> None:
    """Show what could be opened; stderr tells of the rest."""
    checked = [each for each in checked if not each.rule.is_missing]
    if not checked:
        return
    paint = paint_for(sys.stdout)
    for finding in _all(checked):
        for line in pretty(finding, paint):
            write(line)
        write()
    numbers = _summary(checked, subject)
    found = [count(numbers[each], each[:-1]) for each in ("errors", "warnings") if numbers[each]]
    subjects = count(numbers[f"{subject.noun}s"], subject.noun)
    places = count(numbers["files"], "file")
    write(f"{subjects} in {places}: {', '.join(found) or 'no problems'}")


def _summary(checked: Sequence[Checked], subject: Subject) -> dict[str, int]:
    severities = [finding.problem.severity for finding in _all(checked)]
    return {
        "files": len({each.rule.file for each in checked}),
        f"{subject.noun}s": sum(each.rule.flaw is None for each in checked),
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
    }


def _json(checked: Sequence[Checked], subject: Subject) -> None:
    findings = [finding.to_dict() for finding in _all(checked)]
    write_json({"findings": findings, "summary": _summary(checked, subject)})


def _jsonl(checked: Sequence[Checked], _: Subject) -> None:
    for finding in _all(checked):
        write_line(finding.to_dict())


def _github(checked: Sequence[Checked], subject: Subject) -> None:
    for found in _all(checked):
        hint = f"\nhint: {found.problem.hint}" if found.problem.hint else ""
        aws = f"\naws: {found.aws_line}" if found.aws_line else ""
        write_github(
            found.problem.severity,
            title=f"{subject.title}: {found.problem.code}",
            message=f"{found.problem}{aws}{hint}",
            file=found.file,
            line=found.line,
            col=found.column,
        )


def _junit(checked: Sequence[Checked], subject: Subject) -> None:
    write_junit(subject.command, map(_case, checked))


def _case(checked: Checked) -> Case:
    texts: dict[str, list[str]] = {"error": [], "warning": []}
    for found in checked.findings:
        texts[found.problem.severity].append("\n".join(pretty(found)))
    return Case(
        group=checked.rule.file,
        name=checked.rule.name,
        failure="\n\n".join(texts["error"]),
        note="\n\n".join(texts["warning"]),
    )


FORMATS: Final[Mapping[str, Callable[[Sequence[Checked], Subject], None]]] = {
    "pretty": _pretty,
    "json": _json,
    "jsonl": _jsonl,
    "github": _github,
    "junit": _junit,
}
