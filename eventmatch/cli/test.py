"""`eventmatch test`: run the unit tests of patterns."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import eventmatch
from eventmatch.cli.choice import add_dialect
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
from eventmatch.cli.suites import Test, find_tests
from eventmatch.cli.terminal import paint_for
from eventmatch.cli.wording import count

SUMMARY: Final = "run the unit tests of patterns"
EXAMPLE: Final = """\
NAME.test.json beside NAME.json holds
  {"tests": [{"name": "...", "rule": "...", "event": {...}, "matches": true}]}
where "rule" may be left out if there is only one, and "rules": FILE names
another rule file. Rules with "matching" and "near_misses" are tests, too. A
folder stands for all tests below it.

example:
  eventmatch test rules/ --format junit > report.xml

exit code: 0 all tests passed, 1 some failed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A test and why it failed: a headline, and the explanation; empty if it passed."""

    test: Test
    failure: str = ""
    explanation: str = ""

    @property
    def report(self) -> str:
        """The whole failure."""
        return f"{self.failure}\n{self.explanation}".strip()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="test files or folders (default: this folder)",
    )
    add_dialect(parser)
    parser.add_argument("--format", choices=FORMATS, default="pretty", help="default: pretty")


def run(args: argparse.Namespace) -> int:
    """Run the tests, and return 1 if any failed."""
    try:
        tests = find_tests(args.paths, args.dialect)
    except UsageError:
        if args.format in WHOLE_FORMATS:
            FORMATS[args.format]([])
        raise
    outcomes = [_outcome(test) for test in tests]
    FORMATS[args.format](outcomes)
    missing = [outcome.failure for outcome in outcomes if outcome.test.is_missing]
    if missing:
        raise UsageError("; ".join(missing))
    return int(any(outcome.failure for outcome in outcomes))


def _outcome(test: Test) -> Outcome:
    if test.fault:
        headline, _, rest = test.fault.partition("\n")
        return Outcome(test=test, failure=headline, explanation=rest)
    patterns = [eventmatch.parse(pattern) for pattern in test.patterns]
    try:
        explained = [eventmatch.explain(pattern, test.event) for pattern in patterns]
    except eventmatch.EventError as error:
        return Outcome(test=test, failure=f"the event is bad: {error}")
    if any(each.matched for each in explained) is test.matches:
        return Outcome(test=test)
    expected = "to match" if test.matches else "not to match"
    texts = [str(each) for each in explained if each.matched is not test.matches]
    failure = f"expected {test.rule} {expected}"
    return Outcome(test=test, failure=failure, explanation="\n".join(texts))


def _pretty(outcomes: Sequence[Outcome]) -> None:
    """Show what could be opened; stderr tells of the rest."""
    outcomes = [outcome for outcome in outcomes if not outcome.test.is_missing]
    if not outcomes:
        return
    paint = paint_for(sys.stdout)
    failed = [outcome for outcome in outcomes if outcome.failure]
    for outcome in failed:
        test = outcome.test
        place, verdict = paint(f"{test.file}:{test.line}", "bold"), paint("FAILED", "bold red")
        write(f"{place}: {verdict} {test.name}")
        for line in outcome.report.splitlines():
            write(f"  {line}")
        write()
    style = "red" if failed else "green"
    passed = f"{len(outcomes) - len(failed):,} passed, {len(failed):,} failed"
    write(f"{count(len(outcomes), 'test')}: {paint(passed, style)}")


def _dict(outcome: Outcome) -> dict[str, Any]:
    test = outcome.test
    return {
        "file": test.file,
        "line": test.line,
        "name": test.name,
        "rule": test.rule,
        "matches": test.matches,
        "passed": not outcome.failure,
        "failure": outcome.report or None,
    }


def _json(outcomes: Sequence[Outcome]) -> None:
    failed = sum(bool(outcome.failure) for outcome in outcomes)
    summary = {"tests": len(outcomes), "passed": len(outcomes) - failed, "failed": failed}
    write_json({"tests": [_dict(outcome) for outcome in outcomes], "summary": summary})


def _jsonl(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        write_line(_dict(outcome))


def _github(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.failure:
            title, place = outcome.test.name, {"file": outcome.test.file, "line": outcome.test.line}
            write_github("error", title=title, message=outcome.report, **place)


def _junit(outcomes: Sequence[Outcome]) -> None:
    cases = (
        Case(group=each.test.file, name=each.test.name, failure=each.report) for each in outcomes
    )
    write_junit("eventmatch test", cases)


FORMATS: Final[Mapping[str, Callable[[Sequence[Outcome]], None]]] = {
    "pretty": _pretty,
    "json": _json,
    "jsonl": _jsonl,
    "github": _github,
    "junit": _junit,
}
