"""Every conformance vector holds, on every engine."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

import eventmatch
from eventmatch.errors import LintCode, PatternCode
from eventmatch.pattern.dialect import Dialect, dialect_named
from eventmatch.pattern.operators import OPERATORS
from eventmatch.pattern.parser import parse_text
from tests.vectors import (
    PATTERNS,
    Case,
    Vector,
    cases,
    file_name,
    load,
    vector_files,
    vectors,
    vectors_with,
)

LOCATION: Final = "\n at [Source: "

each_file = pytest.mark.parametrize("path", vector_files(), ids=file_name)
each_case = pytest.mark.parametrize(
    ("vector", "case"), [pytest.param(vector, case, id=name) for name, vector, case in cases()]
)
each_error = pytest.mark.parametrize("vector", vectors_with("error"), ids=str)
each_lint = pytest.mark.parametrize("vector", vectors_with("warnings"), ids=str)
each_complexity = pytest.mark.parametrize("vector", vectors_with("complexity"), ids=str)


def parsed(vector: Vector) -> eventmatch.EventPattern:
    return eventmatch.parse(vector.pattern, dialect=vector.dialect)


def with_limit(vector: Vector, complexity: int) -> Dialect:
    return replace(dialect_named(vector.dialect), max_complexity=complexity)


def facts(error: eventmatch.PatternError) -> Mapping[str, Any]:
    return {
        "code": error.code,
        "path": error.path,
        "aws_message": error.aws_message.split("\n", 1)[0],
        "line": error.line,
        "column": error.column,
        "suffix_lines": error.aws_message.count(LOCATION),
    }


def expected_facts(vector: Vector) -> Mapping[str, Any]:
    """What the vector says of the error: what it leaves out is not tested."""
    lines = {name: n for name, n in vector.expected.items() if name == "suffix_lines"}
    return {**vector.expected["error"], **lines}


def warning_keys(warnings: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    return sorted((warning["code"], warning["path"]) for warning in warnings)


@each_file
def test_file_has_the_published_format(path: Path) -> None:
    jsonschema.validate(
        load(path), load(PATTERNS / "schema.json"), cls=jsonschema.Draft202012Validator
    )


@each_file
def test_names_are_unique_in_a_file(path: Path) -> None:
    names = [data["name"] for data in load(path)["vectors"]]
    assert sorted(names) == sorted(set(names))


@each_case
def test_matches(vector: Vector, case: Case) -> None:
    pattern = parsed(vector)
    if case.event_error is None:
        assert {eventmatch.matches(pattern, event) for event in case.forms()} == {case.matches}
        return
    with pytest.raises(eventmatch.EventError) as caught:
        eventmatch.matches(pattern, case.event)
    assert caught.value.code == case.event_error


@each_case
def test_matcher(vector: Vector, case: Case, engine: str) -> None:
    rules = {"rule": vector.pattern}
    matcher = eventmatch.Matcher(rules, engine=engine, dialect=vector.dialect)
    if case.event_error is None:
        assert matcher.match(case.event) == (["rule"] if case.matches else [])
        assert matcher.has_match(case.event) is case.matches
        return
    with pytest.raises(eventmatch.EventError) as caught:
        matcher.match(case.event)
    assert caught.value.code == case.event_error


@each_error
def test_error(vector: Vector) -> None:
    with pytest.raises(eventmatch.PatternError) as caught:
        parsed(vector)
    found, expected = facts(caught.value), expected_facts(vector)
    assert {name: found[name] for name in expected} == expected


@each_error
def test_check_reports_the_error_first(vector: Vector) -> None:
    with pytest.raises(eventmatch.PatternError) as caught:
        parsed(vector)
    assert eventmatch.check(vector.pattern, dialect=vector.dialect)[0] == caught.value.problem


@pytest.mark.parametrize("vector", [v for v in vectors() if v.is_valid], ids=str)
def test_valid_pattern_has_no_error(vector: Vector) -> None:
    problems = eventmatch.check(vector.pattern, dialect=vector.dialect)
    assert [problem for problem in problems if problem.severity == "error"] == []


@each_lint
def test_warnings(vector: Vector) -> None:
    problems = eventmatch.check(vector.pattern, dialect=vector.dialect)
    assert {problem.severity for problem in problems} <= {"warning"}
    found = sorted((problem.code, problem.path) for problem in problems)
    assert found == warning_keys(vector.expected["warnings"])


@each_complexity
def test_complexity_is_exact(vector: Vector) -> None:
    complexity = vector.expected["complexity"]
    parse_text(vector.pattern, with_limit(vector, complexity))
    if complexity:
        with pytest.raises(eventmatch.PatternError, match="too complex"):
            parse_text(vector.pattern, with_limit(vector, complexity - 1))


def test_every_error_code_has_a_vector() -> None:
    assert {v.expected["error"]["code"] for v in vectors_with("error")} == set(PatternCode)


def test_every_warning_has_a_vector() -> None:
    found = {w["code"] for v in vectors_with("warnings") for w in v.expected["warnings"]}
    assert found == set(LintCode)


def test_every_operator_has_a_file() -> None:
    assert {path.stem for path in (PATTERNS / "operators").glob("*.json")} == set(OPERATORS)
