"""JSON between bytes and plain Python values, for our own records and for requests.

Quick, and less exact than `read_value`: of duplicate names the last counts, and a number is what
Python makes of it. orjson takes nearly everything; the standard library takes the rest, such as
lone surrogates and integers of more than 64 bits.
"""

import json
from typing import Final

import orjson

from eventmatch.jsontext.values import Value, refuse_constant

# An integer of so many digits may have more than 64 bits, and orjson makes a float of it. To look
# for one with two passes over the bytes takes a third of the time of reading.
_DIGITS: Final = bytes.maketrans(b"123456789", b"000000000")
_MANY_DIGITS: Final = b"0" * 19


def read_plain(source: bytes | str) -> Value:
    """Return the value of a JSON text, objects as dicts; raises ValueError."""
    try:
        data = source.encode() if isinstance(source, str) else source
        if _MANY_DIGITS not in data.translate(_DIGITS):
            return orjson.loads(data)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        pass
    try:
        return json.loads(source, parse_constant=refuse_constant)
    except RecursionError as error:
        raise ValueError("the text is nested too deep") from error


def write_plain(value: Value) -> bytes:
    """Return compact JSON, the same for the same value; raises TypeError or ValueError."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
