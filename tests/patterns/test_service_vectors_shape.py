"""The files of `patterns/service/` are well formed; the format is told in its README."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from tests.vectors import SERVICE

SCHEMA: Final = json.loads((SERVICE / "schema.json").read_text("utf-8"))
OPERATIONS: Final = set(SCHEMA["$defs"]["call"]["properties"]["op"]["enum"])
START: Final = "2026-01-02T03:04:05Z"
FILES: Final = sorted(f for f in SERVICE.glob("*.json") if f.name != "schema.json")

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def scenarios(path: Path) -> list[Any]:
    return list(load(path).get("scenarios", []))


def objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object within a value, in the order of the text; not what `$json` holds."""
    if isinstance(value, list):
        for item in value:
            yield from objects(item)
    elif isinstance(value, dict) and "$json" not in value:
        yield value
        for item in value.values():
            yield from objects(item)


@each_file
def test_file_has_the_published_format(path: Path) -> None:
    jsonschema.validate(load(path), SCHEMA, cls=jsonschema.Draft202012Validator)


@each_file
def test_names_are_unique_in_a_file(path: Path) -> None:
    (items,) = (items for items in load(path).values() if isinstance(items, list))
    names = [item["name"] for item in items]
    assert sorted(names) == sorted(set(names))


@each_file
def test_what_is_used_was_bound_before(path: Path) -> None:
    for scenario in scenarios(path):
        bound: set[str] = set()
        for form in objects(scenario["calls"]):
            assert {form[use] for use in ("$ref", "$not") if use in form} <= bound, scenario["name"]
            assert form.get("$bind") not in bound, scenario["name"]
            bound |= {form["$bind"]} if "$bind" in form else set()


@each_file
def test_the_clock_does_not_go_back(path: Path) -> None:
    for scenario in scenarios(path):
        moments = [START, *(call["at"] for call in scenario["calls"] if "at" in call)]
        assert moments == sorted(moments), scenario["name"]


@each_file
def test_what_is_numbered_is_counted(path: Path) -> None:
    for scenario in scenarios(path):
        for call in (call for call in scenario["calls"] if "repeat" not in call):
            lists = [form["$times"] for form in objects(call) if "$times" in form]
            counted = [form for form in objects(lists) if "$numbered" in form]
            assert all(form in counted for form in objects(call) if "$numbered" in form)


@each_file
def test_what_is_absent_is_not_expected(path: Path) -> None:
    for scenario in scenarios(path):
        for call in scenario["calls"]:
            assert not set(call.get("absent", [])) & set(call.get("result", {})), scenario["name"]


def test_every_operation_succeeds_and_fails_somewhere() -> None:
    calls = [call for path in FILES for scenario in scenarios(path) for call in scenario["calls"]]
    assert {call["op"] for call in calls if "result" in call} == OPERATIONS
    assert {call["op"] for call in calls if "error" in call} == OPERATIONS
