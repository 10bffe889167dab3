"""The pages about the language name all that there is: operators, codes, dialects, deviations."""

import re
from pathlib import Path
from typing import Final

import pytest

from eventmatch.errors import EventCode, LintCode, PatternCode
from eventmatch.pattern.dialect import DIALECTS
from eventmatch.pattern.operators import OPERATORS
from eventmatch.pattern.parser import RESERVED_IN_OR
from tests.vectors import PATTERNS

DOCS: Final = Path(__file__).parents[2] / "docs"
LANGUAGE: Final = (DOCS / "language.md").read_text("utf-8")
DEVIATIONS: Final = (DOCS / "deviations.md").read_text("utf-8")


def section(title: str, page: str = LANGUAGE) -> str:
    return page.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def codes(text: str) -> set[str]:
    return set(re.findall(r"`([a-z-]+)`", text))


def first_cells(table: str) -> set[str]:
    return codes("".join(re.findall(r"^\|([^|]+)\|", table, re.MULTILINE)))


def anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def test_every_error_code_is_explained() -> None:
    _, _, rest = section("Errors and lints").partition("\nError codes:\n")
    errors, _, warnings = rest.partition("\nCodes of warnings:\n")
    assert first_cells(errors) == set(PatternCode)
    assert first_cells(warnings) == set(LintCode)


def test_every_code_of_a_refused_event_is_named() -> None:
    sentence = section("Errors and lints").partition("An event that cannot be read")[2]
    assert set(EventCode) <= codes(sentence)


def test_every_dialect_is_named() -> None:
    assert first_cells(section("Dialects")) == set(DIALECTS)


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_is_in_the_first_table_and_has_a_heading(operator: str) -> None:
    table = LANGUAGE.partition("\n## ")[0]
    assert f'{{"{operator}":' in table
    assert re.search(rf"^### .*\b{operator}\b", LANGUAGE, re.MULTILINE)


def test_every_reserved_name_is_named() -> None:
    named = set(re.findall(r"`([^`]+)`", section("$or").partition("The reserved names are")[2]))
    assert RESERVED_IN_OR - OPERATORS.keys() == named


def test_every_deviation_has_a_paragraph_and_vectors() -> None:
    files = {f"patterns/deviations/{file.name}" for file in PATTERNS.glob("deviations/*.json")}
    assert set(re.findall(r"\[`(patterns/deviations/\w+\.json)`\]", DEVIATIONS)) == files
    numbers = re.findall(r"^## D(\d+): ", DEVIATIONS, re.MULTILINE)
    assert [f"patterns/deviations/D{int(n):02}.json" for n in numbers] == sorted(files)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        path, _, fragment = target.partition("#")
        linked = page if not path else page.parent / path
        assert "://" in target or linked.exists(), target
        if fragment:
            titles = re.findall(r"^#+ (.+)$", linked.read_text("utf-8"), re.MULTILINE)
            assert fragment in map(anchor, titles), target
