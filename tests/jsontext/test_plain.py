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
