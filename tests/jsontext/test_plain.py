"""Plain JSON values go to bytes and back, those too that orjson does not take."""

from typing import Any

import pytest

from eventmatch.jsontext import read_plain, write_plain


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"b": [1, 2.5, True, None, "é"], "a": {}},
        "\ud800",
        2**70,
        {"lone": "a\udc00b", "big": -(2**64)},
    ],
    ids=repr,
)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert read_plain(write_plain(value)) == value


def test_the_text_is_compact_and_keeps_order() -> None:
    assert write_plain({"b": [1, 2], "a": "é"}) == '{"b":[1,2],"a":"é"}'.encode()


def test_of_duplicate_names_the_last_counts() -> None:
    assert read_plain('{"a":1,"a":2}') == {"a": 2}


@pytest.mark.parametrize("text", ["", "{", "NaN", "[1,]", "'a'", "[" * 100_000, b"\xff"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_plain(text)


def test_what_has_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        write_plain({"a": object()})


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_not_written(number: float) -> None:
    with pytest.raises(ValueError, match=r"no JSON|not JSON"):
        write_plain({"a": [None, {"b": number}]})


def test_what_is_nested_too_deep_is_not_written() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ValueError, match="too deep"):
        write_plain(value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le"])
def test_bytes_are_utf_8(encoding: str) -> None:
    with pytest.raises(ValueError, match=r"codec can't decode|JSON|Expecting"):
        read_plain('{"a": 12345678901234567890}'.encode(encoding))
