"""The scalar tokens of JSON: each function reads one that begins at `at`, or raises `Fault`."""

import re
from typing import Final

from eventmatch.jsontext import faults
from eventmatch.jsontext.faults import MAX_NUMBER_LENGTH, Fault, FaultKind

LITERALS: Final = ("true", "false", "null")

_PLAIN: Final = re.compile(r'[^"\\\x00-\x1f]*')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BROKEN_NUMBER: Final = re.compile(
    r"(?P<whole>-?(?:0|[1-9][0-9]*))(?:\.[0-9]+)?"
    r"(?P<tail>\.(?![0-9])|[eE](?:[+-](?![0-9])|(?![0-9+-])))"
)
_LEADING_ZERO: Final = re.compile(r"-?0(?=[0-9])")
_WORD: Final = re.compile(r"[\w$]+")
_HEX: Final = re.compile(r"[0-9a-fA-F]{0,4}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NOT_STANDARD: Final = re.compile(r"(?:NaN|[+-]?Infinity)(?![\w$])")
_ESCAPES: Final = dict(zip('"\\/bfnrt', '"\\/\b\f\n\r\t', strict=True))
_LONGEST_WORD: Final = 256

_VALUE: Final = (
    "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
)


def read_string(text: str, at: int, *, is_name: bool) -> tuple[str, int]:
    """Read the string whose opening quote stands at `at`; return it unescaped, and its end."""
    parts: list[str] = []
    at += 1
    while True:
        run = _PLAIN.match(text, at)
        assert run is not None
        parts.append(run[0])
        at = run.end()
        if text[at : at + 1] == '"':
            return _join(parts), at + 1
        if text[at : at + 1] != "\\":
            raise _bad_in_string(text, at, is_name=is_name)
        character, at = _read_escape(text, at + 1)
        parts.append(character)


def _join(parts: list[str]) -> str:
    """Join the parts of a string, pairing surrogates that were escaped one by one."""
    text = "".join(parts)
    if _SURROGATE.search(text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    return text


def _read_escape(text: str, at: int) -> tuple[str, int]:
    """Read the rest of an escape behind its backslash; return the character and the end."""
    letter = text[at : at + 1]
    if letter in _ESCAPES:
        return _ESCAPES[letter], at + 1
    if letter != "u":
        raise _bad_escape(text, at)
    digits = _HEX.match(text, at + 1)
    assert digits is not None
    if len(digits[0]) < 4:
        raise _bad_hex(text, digits.end())
    return chr(int(digits[0], 16)), digits.end()


def _bad_in_string(text: str, at: int, *, is_name: bool) -> Fault:
    if at == len(text):
        detail = " in field name" if is_name else ": was expecting closing quote for a string value"
        return faults.end_of_input(text, detail, "the text ends inside a string")
    what = "name" if is_name else "string value"
    wording = (
        f"Illegal unquoted character ({faults.describe(text[at])}): "
        f"has to be escaped using backslash to be included in {what}"
    )
    message = f"control character {faults.shown(text[at])} must be escaped in a string"
    return faults.syntax(at, at, wording, message)


def _bad_escape(text: str, at: int) -> Fault:
    if at == len(text):
        return _end_in_escape(text)
    wording = f"Unrecognized character escape {faults.describe(text[at])}"
    return faults.syntax(at, at, wording, f"unknown escape, got {faults.shown(text[at])}")


def _bad_hex(text: str, at: int) -> Fault:
    if at == len(text):
        return _end_in_escape(text)
    wording = (
        f"Unexpected character ({faults.describe(text[at])}): "
        "expected a hex-digit for character escape sequence"
    )
    return faults.syntax(at, at, wording, "expected four hexadecimal digits behind \\u")


def _end_in_escape(text: str) -> Fault:
    return faults.end_of_input(text, " in character escape sequence", "the text ends in an escape")


def read_number(text: str, at: int) -> int:
    """Return the end of the number that begins at `at`."""
    _refuse_broken_number(text, at)
    match = _NUMBER.match(text, at)
    assert match is not None
    length = match.end() - at
    if length > MAX_NUMBER_LENGTH:
        wording = f"Number length ({length}) exceeds the maximum length ({MAX_NUMBER_LENGTH})"
        message = f"a number has more than {MAX_NUMBER_LENGTH} characters"
        raise Fault(FaultKind.NUMBER_LENGTH, match.end(), at, wording, message)
    return match.end()


def _refuse_broken_number(text: str, at: int) -> None:
    if zero := _LEADING_ZERO.match(text, at):
        wording = "Invalid numeric value: Leading zeroes not allowed"
        raise faults.syntax(zero.end(), at, wording, "a number must not have leading zeros")
    if broken := _BROKEN_NUMBER.match(text, at):
        raise _broken_tail(text, broken)
    if text[at] == "-" and not _NUMBER.match(text, at):
        raise _bad_minus(text, at)


def _broken_tail(text: str, broken: re.Match[str]) -> Fault:
    """Return the fault of a fraction or exponent without digits, at Jackson's odd column."""
    is_fraction, at = broken["tail"] == ".", broken.end()
    if at == len(text) and not is_fraction:
        detail = "expected a digit for number exponent"
        return faults.end_of_input(text, detail, "a digit is missing in a number")
    what = "Decimal point" if is_fraction else "Exponent indicator"
    at = min(at, len(text) - 1)
    column = at if broken["whole"].lstrip("-") == "0" else broken.end("whole")
    wording = (
        f"Unexpected character ({faults.describe(text[at])}) in numeric value: "
        f"{what} not followed by a digit"
    )
    return faults.syntax(column, broken.start(), wording, "a digit is missing in a number")


def _bad_minus(text: str, at: int) -> Fault:
    at += 1
    if at == len(text):
        return faults.end_of_input(text, "No digit following sign", "the text ends in a number")
    if text[at] == ".":
        return faults.unexpected(text, at, _VALUE, "expected a digit")
    wording = (
        f"Unexpected character ({faults.describe(text[at])}) in numeric value: "
        "expected digit (0-9) to follow minus sign, for valid numeric value"
    )
    return faults.syntax(at, at - 1, wording, 'expected a digit behind "-"')


def read_literal(text: str, at: int) -> int | None:
    """Return the end of `true`, `false` or `null` if one begins at `at`."""
    word = _WORD.match(text, at)
    return word.end() if word and word[0] in LITERALS else None


def bad_value(text: str, at: int) -> Fault:
    """Return the fault of a text that begins no value."""
    character = text[at]
    if token := _NOT_STANDARD.match(text, at):
        wording = (
            f"Non-standard token '{token[0]}': enable "
            "`JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"
        )
        return faults.syntax(token.end(), at, wording, f"{token[0]} is not JSON")
    if character == "+":
        wording = (
            "Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow "
            "numbers to have plus signs: enable "
            "`JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow"
        )
        return faults.syntax(at + 1, at, wording, 'a number must not begin with "+"')
    if word := _WORD.match(text, at):
        return _bad_word(word[0], at)
    expected = "expected a value" if character == "}" else _VALUE
    return faults.unexpected(text, at, expected, "expected a value")


def _bad_word(word: str, at: int) -> Fault:
    token = word if len(word) <= _LONGEST_WORD else f"{word[:_LONGEST_WORD]}..."
    wording = f"Unrecognized token '{token}': was expecting {faults.VALUE}"
    end = at + min(len(word), _LONGEST_WORD)
    return faults.syntax(end, at, wording, f'expected a value, got "{token[:60]}"')
