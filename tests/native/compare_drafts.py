"""Compare the native pattern parser with the Python one on many texts, valid and broken.

    cargo build --release --example draft
    python tests/native/compare_drafts.py --binary target/release/examples/draft --count 50000

What the native parser accepts must be valid and mean the same; what Python accepts must be
accepted when it is vouched for, and right away unless wildcards are complex.
"""

import argparse
import json
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from eventmatch import PatternError  # noqa: E402
from eventmatch.errors import PatternCode  # noqa: E402
from eventmatch.pattern import EventPattern, Leaf, parse  # noqa: E402
from eventmatch.pattern.ip import Address  # noqa: E402
from eventmatch.pattern.operators import (  # noqa: E402
    AnythingBut,
    AnythingButMatching,
    Cidr,
    Equals,
    EqualsAddress,
    EqualsIgnoreCase,
    Exactly,
    Exists,
    Numeric,
    Prefix,
    Suffix,
    ValueMatcher,
    Wildcard,
)
from eventmatch.pattern.operators.affix import PrefixIgnoreCase, SuffixIgnoreCase  # noqa: E402
from eventmatch.pattern.scalar import IncomparableNumber, Literal  # noqa: E402
from tests.properties.random_pairs import PatternWriter  # noqa: E402

Draft = Any
BATCH: Final = 20_000

TEXTS: Final = {
    Exactly: "text",
    Prefix: "prefix",
    Suffix: "suffix",
    Wildcard: "wildcard",
    EqualsIgnoreCase: "any-case",
    PrefixIgnoreCase: "prefix-any-case",
    SuffixIgnoreCase: "suffix-any-case",
}


def expected(pattern: EventPattern) -> Draft:
    """Return the draft that a pattern must have."""
    return [[leaf_draft(leaf) for leaf in rule.leaves] for rule in pattern.sub_rules]


def leaf_draft(leaf: Leaf) -> Draft:
    return [encoded(leaf.path), [matcher_draft(matcher) for matcher in leaf.matchers]]


def encoded(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").hex()


def matcher_draft(matcher: ValueMatcher) -> Draft:
    if type(matcher) in TEXTS:
        return [TEXTS[type(matcher)], encoded(matcher.value)]  # type: ignore[attr-defined]
    if isinstance(matcher, Equals):
        return value_draft(matcher.value)
    if isinstance(matcher, EqualsAddress):
        return ["address", *address_draft(matcher.address)]
    if isinstance(matcher, Cidr):
        network = matcher.network
        host_bits = network.address.max_prefixlen - network.bits
        version, value = address_draft(network.address)
        return ["cidr", version, value >> host_bits << host_bits, network.bits]
    if isinstance(matcher, Exists):
        return ["exists"] if matcher.is_expected else ["absent"]
    if isinstance(matcher, Numeric):
        return numeric_draft(matcher)
    if isinstance(matcher, AnythingBut):
        return ["anything-but", [value_draft(value) for value in matcher.excluded]]
    assert isinstance(matcher, AnythingButMatching)
    return ["anything-but", [matcher_draft(inner) for inner in matcher.excluded]]


def value_draft(value: object) -> Draft:
    if isinstance(value, Literal):
        return [value.value]
    if isinstance(value, IncomparableNumber):
        return ["token", encoded(value.token)]
    if isinstance(value, str):
        return ["text", encoded(value)]
    assert isinstance(value, float)
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    mantissa = int("".join(map(str, digits)))
    if mantissa == 0:
        return ["number", 0, 0]
    while mantissa % 10 == 0:
        mantissa, exponent = mantissa // 10, exponent + 1
    return ["number", -mantissa if sign else mantissa, exponent]


def address_draft(address: Address) -> tuple[int, int]:
    return address.version, int(address)


def numeric_draft(matcher: Numeric) -> Draft:
    if matcher.bounds[0].comparison == "=":
        return value_draft(matcher.bounds[0].limit)
    low, high = 0, 2**64 - 1
    for bound in matcher.bounds:
        at = ordered(bound.limit)
        if bound.comparison in ("<", "<="):
            high = at - (bound.comparison == "<")
        else:
            low = at + (bound.comparison == ">")
    return ["numeric", low, high]


def ordered(value: float) -> int:
    (bits,) = struct.unpack("<Q", struct.pack("<d", value + 0.0))
    return bits ^ (2**64 - 1) if bits >> 63 else bits | 2**63


def written(random: Random) -> str:
    """Write a valid pattern."""
    return PatternWriter(random).pattern()


WILDCARD_PIECES: Final = (
    *["*"] * 5,
    *["a", "b", "ab", "aab", "A", "1", ":", "/", "é", "\u00d7", "ÿ", '"', "\\\\", "\\*", "x"],
)


def starry(random: Random) -> str:
    """Write a pattern full of wildcards, some of them too complex."""
    fields = [starry_field(random) for _ in range(random.choice((1, 1, 2)))]
    if random.random() < 0.4:
        branches = ("{" + starry_field(random) + "}" for _ in range(random.choice((2, 2, 3))))
        fields.insert(random.randrange(len(fields) + 1), f'"$or":[{",".join(branches)}]')
    return "{" + ",".join(fields) + "}"


def starry_field(random: Random) -> str:
    texts = [json.dumps(wildcard(random)) for _ in range(random.choice((1, 1, 1, 2, 3)))]
    if random.random() < 0.3:
        values = f'{{"anything-but":{{"wildcard":[{",".join(texts)}]}}}}'
    else:
        values = ",".join(f'{{"wildcard":{text}}}' for text in texts)
    return f'"{random.choice("abc")}":[{values}]'


def wildcard(random: Random) -> str:
    pieces = random.choices(WILDCARD_PIECES, k=random.choice((1, 2, 3, 4, 5, 8, 12)))
    kept = [a for a, b in zip(pieces, [*pieces[1:], ""], strict=True) if a + b != "**"]
    return "".join(kept)


def broken(random: Random, texts: Sequence[str]) -> str:
    """Damage a text, mostly so that it is no pattern any more."""
    text = random.choice(texts) if random.random() < 0.6 else written(random)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        text = random.choice(DAMAGES)(random, text)
    return text


def _place(random: Random, text: str) -> tuple[int, int]:
    start = random.randrange(len(text) + 1)
    return start, min(len(text), start + random.choice((1, 1, 2, 5, 12)))


def _delete(random: Random, text: str) -> str:
    start, end = _place(random, text)
    return text[:start] + text[end:]


def _repeat(random: Random, text: str) -> str:
    start, end = _place(random, text)
    return text[:end] + text[start:]


def _replace(random: Random, text: str) -> str:
    start, _ = _place(random, text)
    return text[:start] + chr(random.choice((random.randrange(128), 0x20, 0xD800, 0xDC00, 0x663)))


def _flip(random: Random, text: str) -> str:
    start, _ = _place(random, text)
    if start == len(text):
        return text
    return text[:start] + chr(ord(text[start]) ^ 1 << random.randrange(7)) + text[start + 1 :]


INSERTED: Final = (
    *'{}[],:"\\*-+.0159eE/ \n\t\x00\x7f',
    *["é", "🚀", "\ud83d", "\ude80", "\\u0061", "\\ud83d", "\\ude80", "null", "true", "false"],
    *['"$or":', '[{"a":[1]},{"b":[2]}]', '"prefix"', '{"exists":false}', '"="', "\ufeff"],
)


def _insert(random: Random, text: str) -> str:
    start, _ = _place(random, text)
    return text[:start] + random.choice(INSERTED) + text[start:]


def _move(random: Random, text: str) -> str:
    start, end = _place(random, text)
    at = random.randrange(len(text) + 1)
    return text[:at] + text[start:end] + text[at:]


DAMAGES: Final = (_delete, _repeat, _replace, _flip, _flip, _insert, _insert, _move)


def vector_texts() -> Iterator[str]:
    """Yield the patterns of all vectors, as text."""
    for file in sorted((ROOT / "patterns").rglob("*.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        vectors = document.get("vectors", []) if isinstance(document, dict) else []
        for vector in vectors:
            if "pattern" in vector:
                yield json.dumps(vector["pattern"], ensure_ascii=False)
            elif "pattern_text" in vector:
                yield vector["pattern_text"]
            elif "pattern_generator" in vector:
                yield "".join(text * count for text, count in vector["pattern_generator"]["repeat"])


class Native:
    """The parser under test, as a program."""

    def __init__(self, binary: Path) -> None:
        self.binary = binary

    def drafts(self, texts: Sequence[str], limits: str) -> list[Draft]:
        lines = "\n".join(map(json.dumps, texts)) + "\n"
        run = subprocess.run(
            [self.binary, limits], input=lines, capture_output=True, check=True, text=True
        )
        return list(map(json.loads, run.stdout.splitlines()))


def judge(text: str) -> tuple[Draft, PatternCode | None]:
    """Return the draft of a valid pattern, or the code of what is wrong."""
    try:
        return expected(parse(text)), None
    except PatternError as error:
        return None, error.problem.code


def fault_of(text: str, strict: Draft, trusted: Draft, counts: Counter[str]) -> str | None:
    """Return in what the parsers differ on a text."""
    draft, code = judge(text)
    encodable = all(not "\ud800" <= character <= "\udfff" for character in text)
    counts["valid" if draft else "invalid"] += 1
    if draft is not None:
        counts["valid at once"] += strict is not None
        if trusted != draft:
            return "trusted: another draft"
        if strict is None:
            return None if not encodable or "wildcard" in text else "not accepted"
        return None if strict == draft else "another draft"
    if strict is not None:
        return f"accepted, but {code}"
    if trusted is not None and code not in LIMITS:
        return f"trusted: accepted, but {code}"
    return None


LIMITS: Final = (
    PatternCode.PATTERN_TOO_LONG,
    PatternCode.OR_TOO_MANY,
    PatternCode.TOO_MANY_PATHS,
    PatternCode.WILDCARD_COMPLEXITY,
)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--binary", type=Path, required=True)
    arguments.add_argument("--count", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    random, native = Random(options.seed), Native(options.binary)
    known = [text for text in vector_texts() if text]
    writers: tuple[Callable[[], str], ...] = (
        lambda: written(random),
        lambda: starry(random),
        lambda: broken(random, known),
    )
    counts: Counter[str] = Counter()
    faults = compare(native, known, counts)
    while counts["valid"] + counts["invalid"] < options.count and not faults:
        faults += compare(native, [random.choice(writers)() for _ in range(BATCH)], counts)
    print(dict(counts))
    for fault in faults[:20]:
        print(fault)
    return bool(faults)


def compare(native: Native, texts: Sequence[str], counts: Counter[str]) -> list[str]:
    """Return a line for each text on which the parsers differ."""
    drafts = zip(native.drafts(texts, "strict"), native.drafts(texts, "trusted"), strict=True)
    faults = []
    for text, (strict, trusted) in zip(texts, drafts, strict=True):
        fault = fault_of(text, strict, trusted, counts)
        if fault is not None:
            faults.append(f"{fault}: {json.dumps(text)[:500]}")
    return faults


if __name__ == "__main__":
    sys.exit(main())
