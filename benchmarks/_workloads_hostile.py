"""Events that somebody made to be slow. None may cost out of proportion to its bytes."""

import random
from collections.abc import Iterator
from typing import Any

from _aws import compact
from _workload import Rules, Workload, at, both, numbered

DEPTH = 900  # all engines allow it: event-ruler's limit is 1,000
_LONG = frozenset({"long"})
CROSS = 12  # elements of each of the four arrays: event-ruler's time grows with the fourth power


def workloads() -> Iterator[Workload]:
    """Return the workloads."""
    yield Workload("hostile_deep", f"objects {DEPTH} deep", _deep_rules, _deep, most=200)
    yield Workload("hostile_escapes", "all escaped", _simple_rules, _escaped, most=2_000)
    yield Workload("hostile_long", "texts of 100 KB", _simple_rules, _long, _LONG, 20, quick=False)
    yield Workload("hostile_keys", "keys alike", _alike_rules, _alike, most=1_000, quick=False)
    text = f"four arrays of {CROSS} and a key that fails"
    yield Workload("hostile_cross", text, _cross_rules, _cross, most=32)


def _simple_rules() -> Rules:
    return numbered(
        [
            at("detail/state", "stopped"),
            at("detail/text", {"suffix": "end"}),
            at("detail/text", {"wildcard": "*aa*ab*x"}),
            both(at("source", "aws.ec2"), at("detail/state", {"anything-but": ["running"]})),
        ]
    )


def _deep_rules() -> Rules:
    return numbered([at("source", "aws.ec2"), at("a/" * 40 + "a", "x")])


def _deep(count: int) -> list[bytes]:
    middle = b'{"a":' * DEPTH + b'"x"' + b"}" * DEPTH
    return [b'{"source":"aws.ec%d","a":%b}' % (number % 3, middle) for number in range(count)]


def _escaped(count: int) -> list[bytes]:
    generator = random.Random(1)
    return [_every_character(_plain(generator)).encode() for _ in range(count)]


def _plain(generator: random.Random) -> dict[str, Any]:
    words = [
        generator.choice(("a", "ab", "\u00e9t\u00e9", '"', "\\", "\U0001f680")) for _ in range(30)
    ]
    detail = {
        "state": generator.choice(("stopped", "running")),
        "text": "".join(words) + generator.choice(("end", "x", "")),
        "other": words,
    }
    return {"source": generator.choice(("aws.ec2", "aws.s3")), "detail": detail}


def _every_character(value: Any) -> str:
    if isinstance(value, dict):
        items = (f"{_every_character(k)}:{_every_character(v)}" for k, v in value.items())
        return "{" + ",".join(items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_every_character, value)) + "]"
    units = value.encode("utf-16-be")
    codes = (units[n] << 8 | units[n + 1] for n in range(0, len(units), 2))
    return '"' + "".join(f"\\u{code:04x}" for code in codes) + '"'


def _long(count: int) -> list[bytes]:
    endings = ("end", "abx", "aax", "\n")
    return [
        compact(
            {
                "source": "aws.ec2",
                "detail": {"text": "a" * 100_000 + endings[n % 4], "state": "s" * 1_000},
                "numbers": [n] * 1_000,
            }
        )
        for n in range(count)
    ]


def _alike_rules() -> Rules:
    return numbered(at(f"detail/long-key-{n:04d}-the-same", "yes") for n in range(20))


def _alike(count: int) -> list[bytes]:
    generator = random.Random(6)
    return [
        compact(
            {
                "detail": {
                    f"long-key-{generator.randrange(10_000):04d}-the-same": "yes"
                    for _ in range(100)
                }
            }
        )
        for _ in range(count)
    ]


def _cross_rules() -> Rules:
    paths = [at(f"detail/{name}", f"v{CROSS - 1}", {"prefix": "v"}) for name in "abcd"]
    return numbered([both(*paths, at("z", "yes"))])


def _cross(count: int) -> list[bytes]:
    detail = {name: [f"v{n}" for n in range(CROSS)] for name in "abcd"}
    return [compact({"detail": detail, "z": f"no-{n}"}) for n in range(count)]
