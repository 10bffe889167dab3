"""Parameters outside their constraints are told in AWS's words, all at once."""

from typing import Any

import pytest

from eventmatch.bus.constraints import Entries, Flag, Items, Members, Number, Opaque, Text, accept
from eventmatch.errors import ServiceCode, ServiceError

ITEM = Members(name="Item", members={"Id": Text(least=1), "Size": Number()}, required=("Id",))
SHAPE = Members(
    name="Request",
    members={
        "Name": Text(least=1, most=3, pattern="[a-z]+"),
        "State": Text(values=("ON", "OFF")),
        "Limit": Number(least=1, most=9),
        "Force": Flag(),
        "Ids": Items(of=Text(most=2), most=2),
        "Items": Items(of=ITEM, least=1, most=2),
        "Paths": Entries(key=Text(pattern="[a-z]+"), value=Text(most=2), most=2),
        "Other": Opaque(),
    },
    required=("Name",),
)


def message(parameters: Any) -> str:
    with pytest.raises(ServiceError) as refused:
        accept(SHAPE, parameters)
    assert refused.value.code is ServiceCode.VALIDATION
    return refused.value.message


def one(value: str, path: str, constraint: str) -> str:
    return (
        f"1 validation error detected: Value {value} at '{path}' failed to satisfy constraint: "
        f"{constraint}"
    )


def test_what_is_known_counts_and_nothing_else() -> None:
    given = {"Name": "a", "Limit": None, "New": 1, "Items": [{"Id": "x", "Extra": 1}], "Other": {}}
    assert accept(SHAPE, given) == {"Name": "a", "Items": [{"Id": "x"}], "Other": {}}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, one("null", "name", "Member must not be null")),
        (
            {"Name": "abcd"},
            one("'abcd'", "name", "Member must have length less than or equal to 3"),
        ),
        (
            {"Name": "A"},
            one("'A'", "name", "Member must satisfy regular expression pattern: [a-z]+"),
        ),
        (
            {"Name": "a\n"},
            one("'a\n'", "name", "Member must satisfy regular expression pattern: [a-z]+"),
        ),
        (
            {"Name": "a", "State": "on"},
            one("'on'", "state", "Member must satisfy enum value set: [ON, OFF]"),
        ),
        (
            {"Name": "a", "Limit": 10},
            one("'10'", "limit", "Member must have value less than or equal to 9"),
        ),
        (
            {"Name": "a", "Limit": 0},
            one("'0'", "limit", "Member must have value greater than or equal to 1"),
        ),
        (
            {"Name": "a", "Items": []},
            one("'[]'", "items", "Member must have length greater than or equal to 1"),
        ),
        (
            {"Name": "a", "Items": [{"Id": "x"}, {"Size": 1}]},
            one("null", "items.2.member.id", "Member must not be null"),
        ),
        (
            {"Name": "a", "Items": [{"Id": "x", "Size": 1}, {"Id": "y"}, {"Id": "z"}]},
            one(
                "'[Item(id=x, size=1), Item(id=y, size=null), Item(id=z, size=null)]'",
                "items",
                "Member must have length less than or equal to 2",
            ),
        ),
        (
            {"Name": "a", "Ids": ["x", "abc"]},
            one(
                "'[x, abc]'",
                "ids",
                "Member must satisfy constraint: [Member must have length less than or equal to 2]",
            ),
        ),
        (
            {"Name": "a", "Paths": {"A.b": "x"}},
            one(
                "'{A.b=x}'",
                "paths",
                "Map keys must satisfy constraint: "
                "[Member must satisfy regular expression pattern: [a-z]+]",
            ),
        ),
    ],
)
def test_one_fault(parameters: Any, expected: str) -> None:
    assert message(parameters) == expected


def test_a_digit_is_one_of_ten() -> None:
    with pytest.raises(ServiceError, match="regular expression"):
        accept(Text(pattern=r"\d"), "\u0663", "digit")


def test_several_faults_are_told_together() -> None:
    assert message({"Name": "", "Limit": 10}) == (
        "3 validation errors detected: "
        "Value '' at 'name' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1; "
        "Value '' at 'name' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-z]+; "
        "Value '10' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 9"
    )


@pytest.mark.parametrize(
    "parameters",
    [
        [],
        {"Name": 1},
        {"Name": "a", "Limit": "1"},
        {"Name": "a", "Limit": True},
        {"Name": "a", "Limit": 1.5},
        {"Name": "a", "Limit": 1 << 31},
        {"Name": "a", "Force": "yes"},
        {"Name": "a", "Ids": "ab"},
        {"Name": "a", "Ids": [1]},
        {"Name": "a", "Items": ["x"]},
        {"Name": "a", "Items": [1, 2, 3]},
        {"Name": "a", "Paths": []},
        {"Name": "a", "Paths": {"a": 1}},
        {"Name": "a", "Other": "x"},
        {"Name": "a", "Other": {"x": object()}},
        {"Name": "a", "Other": {"x": b"x"}},
        {"Name": "a", "Other": {"x": float("nan")}},
        {"Name": "a", "Other": {("x",): 1}},
    ],
    ids=str,
)
def test_a_value_of_another_type(parameters: Any) -> None:
    with pytest.raises(ServiceError) as refused:
        accept(SHAPE, parameters)
    assert refused.value.code is ServiceCode.SERIALIZATION


def test_what_nobody_reads_is_kept_as_json_is() -> None:
    assert accept(Opaque(), {1: ("a", None)}) == {"1": ["a", None]}
