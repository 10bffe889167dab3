"""JSON between bytes and plain Python values, for our own records and for requests.

Quick, and less exact than `read_value`: of duplicate names the last counts, and a number is what
Python makes of it. orjson takes nearly everything; the standard library takes the rest, such as
lone surrogates and integers of more than 64 bits.
"""

import json
from math import isfinite
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
    # The standard library would take bytes for UTF-16 and others, too.
    text = source if isinstance(source, str) else source.decode()
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except RecursionError as error:
        raise ValueError("the text is nested too deep") from error


def write_plain(value: Value) -> bytes:
    """Return compact JSON, the same for the same value; raises TypeError or ValueError."""
    try:
        text = orjson.dumps(value)
    except orjson.JSONEncodeError:
        return _write_slowly(value)
    if b"null" in text and not _is_finite(value):
        raise ValueError("NaN and infinity are no JSON")
    return text


def _write_slowly(value: Value) -> bytes:
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    except RecursionError as error:
        raise ValueError("the value is nested too deep") from error


def _is_finite(root: Value) -> bool:
    """Tell whether no number is one that orjson writes as null."""
    pending: list[Value] = [root]
    for value in pending:
        if isinstance(value, float) and not isfinite(value):
            return False
        if isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list | tuple):
            pending.extend(value)
    return True
