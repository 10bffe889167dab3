"""Plain JSON values have integers of any size."""

import pytest

from eventmatch.jsontext import read_plain


@pytest.mark.parametrize(
    "integer", [2**63 - 1, -(2**63), 2**63, 2**64 - 1, 2**64 + 1, -(2**63) - 1, 10**30 + 1]
)
def test_integers_of_more_than_64_bits_stay_exact(integer: int) -> None:
    assert repr(read_plain(f'{{"a":[{integer}]}}')) == repr({"a": [integer]})
    assert repr(read_plain(f"{integer}".encode())) == repr(integer)


def test_many_digits_within_text_are_no_integer() -> None:
    assert read_plain('"é0000000000000000000000"') == "é0000000000000000000000"
