"""The files of `patterns/functions/` are well formed; the format is told in its README."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from tests.vectors import FUNCTIONS

SCHEMA: Final = json.loads((FUNCTIONS / "schema.json").read_text("utf-8"))
FILES: Final = sorted(f for f in FUNCTIONS.glob("*.json") if f.name != "schema.json")

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def scenarios(path: Path) -> list[Any]:
    return list(json.loads(path.read_text("utf-8"))["scenarios"])


def objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object within a value, in the order of the text."""
    if isinstance(value, list):
        for item in value:
            yield from objects(item)
    elif isinstance(value, dict):
        yield value
        for item in value.values():
            yield from objects(item)


@each_file
def test_file_has_the_published_format(path: Path) -> None:
    data = json.loads(path.read_text("utf-8"))
    jsonschema.validate(data, SCHEMA, cls=jsonschema.Draft202012Validator)


@each_file
def test_names_are_unique_in_a_file(path: Path) -> None:
    names = [scenario["name"] for scenario in scenarios(path)]
    assert sorted(names) == sorted(set(names))


@each_file
def test_what_is_used_was_bound_before(path: Path) -> None:
    for scenario in scenarios(path):
        bound: set[str] = set()
        for form in objects(scenario["calls"]):
            assert {form[use] for use in ("$ref", "$not") if use in form} <= bound, scenario["name"]
            bound |= {form["$bind"]} if "$bind" in form else set()


@each_file
def test_the_handlers_that_are_named_do_something(path: Path) -> None:
    for scenario in scenarios(path):
        known = set(scenario.get("handlers", {}))
        named = {form["Handlers"] for form in objects(scenario["calls"]) if "Handlers" in form}
        assert named <= known, scenario["name"]
