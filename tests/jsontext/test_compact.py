"""Compact text: what it keeps, what it leaves out, and what it refuses."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmatch.jsontext import MAX_DEPTH, compact, is_sequence, read_merged, read_sequence
from tests.bus.json_texts import SPACES, json_values, parsed, written


def is_refused(text: bytes | str) -> bool:
    try:
        compact(text)
    except ValueError:
        return True
    return False


@given(json_values(), SPACES, SPACES)
def test_it_is_what_a_plain_writer_writes(text: str, before: str, behind: str) -> None:
    expected = written(parsed(text)).encode()
    assert compact(f"{before}{text}{behind}") == expected
    assert compact(f"{before}{text}{behind}".encode()) == expected


@given(json_values())
def test_compact_text_is_compact_already(text: str) -> None:
    assert compact(compact(text)) == compact(text)


@given(st.text(st.sampled_from('{}[]",:\\ \n01-.eEtrufalsn/\x00é'), max_size=12))
def test_it_refuses_what_is_no_json(text: str) -> None:
    try:
        value = parsed(text)
    except ValueError:
        assert is_refused(text)
    else:
        assert compact(text) == written(value).encode()


@pytest.mark.parametrize(
    "text",
    [b"", b" ", b"\xff", b'"\xed\xa0\x80"', b"\xef\xbb\xbf{}", b"NaN", b"01", b"{}{}", b"{},"],
)
def test_it_refuses_bytes_that_are_no_json(text: bytes) -> None:
    assert is_refused(text)


def nested(levels: int, inner: str) -> str:
    return '{"a":' * levels + inner + "}" * levels


@pytest.mark.parametrize("levels", [250, 260, 990, MAX_DEPTH])
def test_depth_changes_nothing(levels: int) -> None:
    text = nested(levels, "1.0")
    assert compact(text.replace(":", " : ")) == text.encode()


def test_deep_values_of_every_kind_are_written() -> None:
    inner = '[1e2,"é\\n","\\ud800",true,null,[],{},{"é":-0}]'
    assert compact(nested(300, inner)) == nested(300, inner).encode()


def test_it_refuses_what_is_too_deep() -> None:
    with pytest.raises(ValueError, match="nested deeper than 1000 levels"):
        compact(nested(MAX_DEPTH + 1, "1"))


def test_an_event_may_have_a_level_more_than_its_detail() -> None:
    value = read_merged(nested(MAX_DEPTH + 1, "1"))
    for _ in range(MAX_DEPTH + 1):
        value = value["a"]
    assert value == "1"


def test_it_refuses_a_number_too_long() -> None:
    assert compact("1" * 1000) == b"1" * 1000
    with pytest.raises(ValueError, match="more than 1000 characters"):
        compact("1" * 1001)


def test_long_digits_in_a_string_are_no_number() -> None:
    text = json.dumps("1" * 2000)
    assert compact(text) == text.encode()


@given(st.lists(json_values(), min_size=1, max_size=4), st.sampled_from(("\n", " \n\t", "\r\n")))
def test_values_on_lines_are_a_sequence(texts: list[str], separator: str) -> None:
    text = separator.join(texts)
    roots, fault = read_sequence(text)
    assert fault is None
    assert [text[root.start : root.end] for root in roots] == texts
    assert is_sequence(text.encode())


@given(st.text(st.sampled_from('{}[]",: \n1e-'), max_size=10))
def test_the_two_readings_of_sequences_agree(text: str) -> None:
    assert is_sequence(text.encode()) is (read_sequence(text)[1] is None)


@pytest.mark.parametrize("text", [b"1 2", b'"a" "b"', b"{}{}", b"", b" \n", b"\xff", b"[1,\n]\n2"])
def test_other_texts_are_no_sequence(text: bytes) -> None:
    assert not is_sequence(text)


def test_deep_values_may_stand_in_a_sequence() -> None:
    deep = nested(MAX_DEPTH, "1").replace("{", "{\n")
    assert is_sequence(f"{deep}\n{deep}".encode())
    assert not is_sequence(f"{deep} {deep}".encode())


def test_many_values_are_read_in_one_pass() -> None:
    assert is_sequence(b"[1,\n2]\n" + b"1\n" * 100_000)
