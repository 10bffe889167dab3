"""Compare what the native engine calls an event with three other readers, on damaged events.

    python -m tests.native.compare_mutants --mutants 1000000 --seed 1

The reader of the Python engine must agree on the code and on the position of the first fault. The
standard library and orjson must agree on what is JSON, but for limits that only some readers have,
and for what `is_beyond_orjson` tells. Some mutants go as `str` with a lone surrogate in it, which
orjson does not take. Progress goes to stderr. Exits 1 if any verdicts differ, and shows the
shortest such texts, made shorter still.
"""

import json
import math
import re
import sys
from collections.abc import Iterator
from random import Random
from typing import Any, Final, NoReturn, TypeAlias

import orjson

from eventmatch import EventError
from eventmatch._native import Engine
from eventmatch.engine.event import read_event, text_of
from tests.native.campaign import Tally, main
from tests.native.damage import damaged
from tests.properties.random_pairs import CrossingWriter, EventWriter

MUTANTS: Final = 1_000_000
MUTANTS_A_TASK: Final = 20_000
MUTANTS_AN_EVENT: Final = 40

Verdict: TypeAlias = tuple[str, int | None] | None
"""The code and the byte of the first fault; None for an event."""


class Refused(Exception):
    """The verdict of the native engine, on its way through it."""


def refuse(_: bytes | str, code: str, position: int | None) -> NoReturn:
    """Take the verdict of the native engine, as it is."""
    raise Refused(code, position)


ENGINE: Final = Engine(text_of, refuse, lambda *_: None)


def native_verdict(text: bytes | str) -> Verdict:
    """Ask the native engine."""
    try:
        ENGINE.match(text)
    except Refused as refused:
        code, position = refused.args
        return code, position
    return None


def python_verdict(text: bytes | str) -> Verdict:
    """Ask the reader of the Python engine.

    The native engine takes pairs of surrogates in a `str` as the characters that they stand for,
    and counts their bytes.
    """
    if isinstance(text, str):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    try:
        read_event(text)
    except EventError as error:
        return str(error.code), error.position
    return None


class Unread:
    """What stands for a value where the standard library gives none, told apart by name."""


NO_JSON: Final = Unread()
TOO_DEEP: Final = Unread()


def no_constant(token: str) -> NoReturn:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(token)


READ: Final = json.JSONDecoder(
    parse_int=float, parse_constant=no_constant, object_pairs_hook=tuple
).decode


def json_value(text: bytes | str) -> Any:
    """Return what the standard library reads, objects as tuples: any root, any long number."""
    try:
        return READ(text if isinstance(text, str) else text.decode())
    except ValueError:
        return NO_JSON
    except RecursionError:
        return TOO_DEEP


def is_beyond_orjson(root: Any) -> bool:
    """Tell whether orjson must refuse a valid text for what it holds.

    It has no place for lone surrogates, which JSON can escape, and none for numbers beyond the
    largest double: the standard library reads these as infinite.
    """
    values = [root]
    for value in values:
        if isinstance(value, list | tuple):
            values.extend(value)
        elif isinstance(value, float):
            if math.isinf(value):
                return True
        elif isinstance(value, str) and not value.isascii() and LONE.search(value):
            return True
    return False


LONE: Final = re.compile("[\ud800-\udfff]")
LONG_NUMBER: Final = re.compile(rb"[-+.0-9eE]{1001}")
DEEPEST: Final = 1000
DEEP: Final = 900
"""Fewer open brackets than these never are too many for the standard library."""


def differences(text: bytes | str) -> Iterator[str]:
    """Yield in what the readers differ on a text."""
    native, python, value = native_verdict(text), python_verdict(text), json_value(text)
    if native != python:
        yield f"native {native}, Python {python}"
    code = native[0] if native else None
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    brackets = data.count(b"[") + data.count(b"{")
    if code == "number-length":
        if not LONG_NUMBER.search(data):
            yield f"native {native}, but no number is long"
    elif code == "depth":
        if brackets <= DEEPEST:
            yield f"native {native}, but the text is not deep"
    elif value is TOO_DEEP:
        if brackets <= DEEP:
            yield "too deep for json, but the text is not deep"
    else:
        yield from differences_of_kind(text, native, value)


def differences_of_kind(text: bytes | str, native: Verdict, value: Any) -> Iterator[str]:
    """Yield in what json and orjson differ from the verdict, where they can be compared."""
    is_json = native is None or native[0] == "not-an-object"
    if is_json is (value is NO_JSON):
        yield f"native {native}, json the other way"
    elif is_json and isinstance(value, tuple) is not (native is None):
        yield f"native {native}, json reads {value!r}"
    if not is_json or (isinstance(text, bytes) and value is not NO_JSON):
        expected = is_json and not is_beyond_orjson(value)
        if orjson_accepts(text) is not expected:
            yield f"native {native}, orjson the other way"


def orjson_accepts(text: bytes | str) -> bool:
    """Ask orjson."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def base(random: Random) -> bytes:
    """Write a text to damage: mostly an event, now and then at one of the limits."""
    roll = random.random()
    if roll < 0.94:
        writer = CrossingWriter(random) if roll < 0.2 else EventWriter(random)
        return b" " * random.choice((0, 0, 0, random.randrange(64))) + writer.event().encode()
    size = random.choice((999, 1000, 1001, 1002))
    if roll < 0.97:
        start, digits = random.choice(((b"", b""), (b"-", b""), (b"0.", b""), (b"", b"e9")))
        return b'{"a":' + start + b"1" * (size - len(start + digits)) + digits + b' ,"b":1}'
    opening, closing = random.choice(((b"[", b"]"), (b'{"a":', b"}")))
    return b'{"a":' + opening * (size - 1) + b"1" + closing * (size - 1) + b"}"


def text_of_mutant(random: Random, data: bytes) -> str | None:
    """Return a mutant as `str`, with a lone surrogate put in, if it is UTF-8."""
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(("\ud800", "\udfff", "\ud83d\ude80")) + text[at:]


def compare(random: Random, mutants: int) -> Tally:
    """Compare the readers on so many mutants."""
    tally = Tally()
    while tally.counts["mutants"] < mutants and not tally.findings:
        seed = base(random)
        compare_mutant(seed, tally)
        # Large texts take the reference long, and are all alike.
        for _ in range(MUTANTS_AN_EVENT if len(seed) < 500 else 3):
            mutant = damaged(random, seed)
            text = text_of_mutant(random, mutant) if random.random() < 0.1 else None
            compare_mutant(mutant if text is None else text, tally)
    return tally


def compare_mutant(mutant: bytes | str, tally: Tally) -> None:
    """Compare the readers on one text."""
    tally.counts["mutants"] += 1
    tally.counts[(native_verdict(mutant) or ("events",))[0]] += 1
    if any(differences(mutant)):
        least = smallest(mutant)
        tally.findings.append("\n".join([repr(least), *differences(least)]))


def smallest(text: bytes | str) -> bytes | str:
    """Leave out parts as long as the readers differ."""
    size = len(text)
    while size:
        for start in range(0, len(text), size):
            less = without(text, start, start + size)
            if any(differences(less)):
                return smallest(less)
        size //= 2
    return text


def without(text: bytes | str, start: int, end: int) -> bytes | str:
    """Return a text without a part of it."""
    if isinstance(text, str):
        return text[:start] + text[end:]
    return text[:start] + text[end:]


if __name__ == "__main__":
    sys.exit(main(compare, __doc__, "mutants", MUTANTS, MUTANTS_A_TASK))
