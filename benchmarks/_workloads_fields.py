"""Many rules of one operator on one field, and the operators that look at several."""

import functools
import random
from collections.abc import Callable, Iterator
from typing import Any

from _aws import SUFFIXES, TEAMS, bucket, envelopes, stored
from _workload import Rules, Workload, at, both, numbered

KEY = "detail/object/key"
NAME = "detail/bucket/name"
SIZE = "detail/object/size"
Maker = Callable[[random.Random], dict[str, Any]]


def workloads() -> Iterator[Workload]:
    """Return the workloads."""
    for name, count, maker, needs, quick in _ON_ONE_FIELD:
        rules = functools.partial(_drawn, count, maker)
        text = f"{count:,} rules, one field"
        most = 50_000_000 // count  # the time of some peers grows with the rules
        yield Workload(f"{name}_{count}", text, rules, stored, frozenset(needs), most, quick)
    text = "1,000 rules that all match"
    yield Workload("anything_but_1000", text, _excluding, stored, most=2_000)
    yield Workload("exists_100", "present or absent fields", _presence, envelopes)
    yield Workload("or_100", "100 rules of two branches", _branches, envelopes, frozenset({"or"}))


def _drawn(count: int, maker: Maker) -> Rules:
    generator = random.Random(count)
    return numbered(maker(generator) for _ in range(count))


def _prefix(generator: random.Random) -> dict[str, Any]:
    return at(KEY, {"prefix": _directory(generator) + f"{generator.randrange(256):02x}"})


def _directory(generator: random.Random) -> str:
    return f"{generator.choice(TEAMS)}/2026/{generator.randrange(1, 13):02d}/"


def _suffix(generator: random.Random) -> dict[str, Any]:
    ending = f"{generator.randrange(4096):03x}.{generator.choice(SUFFIXES)}"
    return at(KEY, {"suffix": ending})


def _ignore_case(generator: random.Random) -> dict[str, Any]:
    name = "".join(generator.choice((c.upper(), c.lower())) for c in bucket(generator))
    return at(NAME, {"equals-ignore-case": name})


def _wildcard(generator: random.Random) -> dict[str, Any]:
    digits = f"{generator.randrange(4096):03x}"
    suffix = generator.choice(SUFFIXES)
    directory = _directory(generator)
    forms = (
        f"{directory}*{digits[0]}.{suffix}",
        f"{directory[:-4]}*{digits}.{suffix}",
        f"*{digits}*.{suffix}",
        f"{generator.choice(TEAMS)}*{digits}*",
        f"*{directory[-4:]}{digits[:2]}*",
    )
    return at(KEY, {"wildcard": generator.choice(forms)})


def _word(generator: random.Random) -> dict[str, Any]:
    name = bucket(generator)
    start = generator.randrange(len(name))
    end = generator.randrange(start, len(name) + 1)
    return at(NAME, {"wildcard": f"{name[:start]}*{name[end:]}"})


def _ranges(count: int) -> Maker:
    """Return ranges so wide that an event lies in one of `count`, more or less."""
    width = 10**7 // count

    def narrow(generator: random.Random) -> dict[str, Any]:
        low = generator.randrange(10**7 - width)
        return at(SIZE, {"numeric": [">=", low, "<", low + width]})

    return narrow


def _network(generator: random.Random) -> dict[str, Any]:
    second, third = generator.randrange(256), generator.randrange(256)
    head = generator.choice((10, 54))
    return at("detail/source-ip-address", {"cidr": f"{head}.{second}.{third}.0/24"})


_ON_ONE_FIELD: tuple[tuple[str, int, Maker, tuple[str, ...], bool], ...] = (
    ("exact", 1_000, lambda generator: at(NAME, bucket(generator)), (), False),
    ("prefix", 1_000, _prefix, (), True),
    ("suffix", 1_000, _suffix, ("suffix",), False),
    ("ignore_case", 1_000, _ignore_case, (), True),
    ("wildcard", 1_000, _wildcard, (), True),
    ("wildcard", 10_000, _wildcard, (), False),
    ("wildcard_words", 1_000, _word, (), False),
    ("numeric", 10, _ranges(10), ("numeric",), True),
    ("numeric", 1_000, _ranges(1_000), ("numeric",), False),
    ("cidr", 1_000, _network, ("cidr",), False),
)


def _excluding() -> Rules:
    return numbered(at(NAME, {"anything-but": [f"web-raw-{n}"]}) for n in range(1_000))


def _presence() -> Rules:
    generator = random.Random(2)
    fields = ("bucket", "errorCode", "order", "severity", "stage", "state", "readOnly", "reason")
    leaves = {"bucket": "bucket/name"}
    return numbered(
        both(
            at("region", generator.choice(("eu-west-1", "us-east-1", "ap-south-1"))),
            *(
                at("detail/" + leaves.get(field, field), {"exists": generator.random() < 0.5})
                for field in generator.sample(fields, 2)
            ),
        )
        for _ in range(100)
    )


def _branches() -> Rules:
    generator = random.Random(4)
    return numbered(
        {
            "detail": {
                "$or": [
                    at("bucket/name", {"prefix": f"{team}-logs-{generator.randrange(100)}"}),
                    at("pipeline", f"{team}-{generator.randrange(200)}"),
                    at("customer/tier", "pro") | at("order", f"o-{generator.randrange(20_000)}"),
                ]
            }
        }
        for team in (generator.choice(TEAMS) for _ in range(100))
    )
