"""The published JSON Schema accepts every valid pattern and refuses every fault it can see."""

import json
import re
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from eventmatch.pattern.dialect import DIALECTS
from eventmatch.pattern.parser import RESERVED_IN_OR
from eventmatch.pattern.schema import event_pattern_schema, schema_errors
from tests.vectors import Vector, library_rules, vectors

# A validator that calls itself for each level cannot follow documents deeper than this.
DEEPEST: Final = 50


def is_shallow(vector: Vector) -> bool:
    return vector.pattern.count("{") <= DEEPEST


VALID: Final = [v for v in vectors() if v.is_valid and is_shallow(v)]
STRUCTURAL: Final = [v for v in vectors() if v.expected.get("structural")]

each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@each_dialect
def test_the_schema_is_valid(dialect: str) -> None:
    Draft202012Validator.check_schema(event_pattern_schema(dialect))


@each_dialect
def test_every_definition_is_used(dialect: str) -> None:
    schema = event_pattern_schema(dialect)
    used = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema)))
    assert used == set(schema["$defs"])


def test_each_dialect_has_its_id() -> None:
    assert {event_pattern_schema(dialect)["$id"] for dialect in DIALECTS} == {
        f"urn:eventmatch:event-pattern:{d.name}:{d.version}" for d in DIALECTS.values()
    }


@each_dialect
def test_operators_are_those_of_the_dialect(dialect: str) -> None:
    value = event_pattern_schema(dialect)["$defs"]["value"]
    assert set(value["properties"]) == DIALECTS[dialect].operators


@each_dialect
def test_anything_but_forms_are_those_of_the_dialect(dialect: str) -> None:
    anything_but = event_pattern_schema(dialect)["$defs"]["anything-but"]
    assert set(anything_but.get("properties", ())) == DIALECTS[dialect].anything_but_forms


def test_reserved_names_are_those_of_the_parser() -> None:
    branch_name = event_pattern_schema()["$defs"]["branch-name"]
    assert set(branch_name["not"]["enum"]) == RESERVED_IN_OR


@each_dialect
def test_every_example_in_a_definition_is_valid(dialect: str) -> None:
    schema = event_pattern_schema(dialect)
    for name, definition in schema["$defs"].items():
        part = {"$defs": schema["$defs"], "$ref": f"#/$defs/{name}"}
        for example in definition.get("examples", ()):
            Draft202012Validator(part).validate(example)


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown dialect"):
        event_pattern_schema("sns")


@pytest.mark.parametrize("vector", VALID, ids=str)
def test_valid_pattern_is_accepted(vector: Vector) -> None:
    assert schema_errors(json.loads(vector.pattern), dialect=vector.dialect) == []


@pytest.mark.parametrize("vector", STRUCTURAL, ids=str)
def test_structural_fault_is_refused(vector: Vector) -> None:
    assert schema_errors(json.loads(vector.pattern), dialect=vector.dialect) != []


def test_library_patterns_are_accepted() -> None:
    faults = {rule["name"]: schema_errors(rule["pattern"]) for _, rule in library_rules()}
    assert {name: lines for name, lines in faults.items() if lines} == {}


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ([], "expected an event pattern: an object of at least one field, got []"),
        ({"a": 1}, "a: expected an object of at least one field, or a list of at least one value"),
        ({"a": {"b": [{"prefix": 5}]}}, "a.b[0].prefix: expected a string, or {"),
        ({"a": [{"anything-but": [1, "x"]}]}, "a[0].anything-but[1]: expected a number"),
        ({"a": [{"numeric": [">", 0, ">", 1]}]}, 'a[0].numeric[2]: expected "<" or "<=", got ">"'),
        ({"a": [{"cidr": "10.0.0.0/32"}]}, "a[0].cidr: expected an IPv4 network with a mask of 0"),
        ({"$or": [{"a": ["x"]}, {"prefix": ["y"]}]}, "$or[1]: expected a field name that is not"),
        ({"a": ["x" * 100, []]}, "a[1]: expected a string, number, true, false, null"),
    ],
)
def test_errors_tell_place_expectation_and_value(pattern: object, line: str) -> None:
    [found] = schema_errors(pattern)
    assert found.startswith(line)


def test_a_long_value_is_cut() -> None:
    [found] = schema_errors({"a": ["x"], "b": "y" * 100})
    assert found.endswith(f', got "{"y" * 58}…')


def test_each_place_has_one_line() -> None:
    assert len(schema_errors({"a": [{"numeric": ["!=", 5, 6]}], "b": []})) == 4


def test_too_deep_a_document_is_told_apart() -> None:
    document: Any = ["x"]
    for _ in range(5000):
        document = {"a": document}
    assert schema_errors(document) == ["nested too deeply for the schema"]


# Strings that the regular expressions must tell apart; §5.6, §5.7.
NETWORKS: Final = [
    "10.0.0.0/0",
    "10.0.0.5/31",
    "010.000.000.001/08",
    "000000001.1.1.1/8",
    "255.249.199.99/+8",
    "10.0.0.0/-0",
    "10.0.0.0/8//",
    "::/0",
    "::1/127",
    "1:2:3:4:5:6:7:8/64",
    "1:2:3:4:5:6:7::/64",
    "::2:3:4:5:6:7:8/64",
    "2001:DB8::/32",
    "::ffff:a00:0/31",
    "0:0:0:0:0:FFFF:a00::/16",
    "::1:ffff:0:0/64",
    "0:0:0:0:ffff::/64",
]
NO_NETWORKS: Final = [
    "",
    "/8",
    "10.0.0.0",
    "10.0.0.0/",
    "10.0.0.0/32",
    "10.0.0.0//8",
    "10.0.0.0/ 8",
    "10.0.0.0/8\n",
    "10.0.0.0/-1",
    "10.0.0.0/x",
    "10.0.0/8",
    "10.0.0.256/8",
    "0000000001.1.1.1/8",
    "10.0.0.0.0/8",
    "::/128",
    "::ffff:a00:0/32",
    "0:0:0:0:0:ffff::/64",
    "0::FFFF:0:0/64",
    ":/8",
    ":::/8",
    "a:b/8",
    "1::2::3/8",
    "1:2:3:4:5:6:7:/8",
    "1:2:3:4:5:6:7::8/8",
    "1::2:3:4:5:6:7:8/8",
    "12345::/8",
    "::ffff:10.0.0.1/8",
    "fe80::1%0/8",
    "[::1]/8",
]


@pytest.mark.parametrize("network", NETWORKS)
def test_network_is_accepted(network: str) -> None:
    assert schema_errors({"a": [{"cidr": network}]}) == []


@pytest.mark.parametrize("network", NO_NETWORKS)
def test_what_is_no_network_is_refused(network: str) -> None:
    assert schema_errors({"a": [{"cidr": network}]}) != []


@pytest.mark.parametrize("wildcard", ["", "*", "a*b", "\\*", "\\\\", "*\\**", "a\n*", "\\\\*"])
def test_wildcard_is_accepted(wildcard: str) -> None:
    assert schema_errors({"a": [{"wildcard": wildcard}]}) == []


@pytest.mark.parametrize("wildcard", ["**", "a**b", "\\", "a\\n", "*\\***", "\\\\\\", "\\\n"])
def test_bad_wildcard_is_refused(wildcard: str) -> None:
    forms: list[Any] = [
        {"wildcard": wildcard},
        {"anything-but": {"wildcard": wildcard}},
        {"anything-but": {"wildcard": ["x", wildcard]}},
    ]
    assert [form for form in forms if not schema_errors({"a": [form]})] == []
