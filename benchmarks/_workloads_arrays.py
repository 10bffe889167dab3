"""Arrays of objects: all fields of a rule must hold in one element."""

import functools
import random
from collections.abc import Iterator
from typing import Any

from _aws import compact
from _workload import Rules, Workload, at, both, numbered

FIELDS = ("sku", "colour", "size", "state", "depot", "carrier")
ARRAYS = frozenset({"arrays"})


def workloads() -> Iterator[Workload]:
    """Return the workloads."""
    for size, most in ((100, 500), (3_000, 16)):
        text = f"array of {size:,} objects, a rule of 6 fields"
        events = functools.partial(_lines, size=size)
        quick = size == 100
        yield Workload(f"arrays_{size}", text, _six_fields, events, ARRAYS, most, quick)
    text = "arrays in arrays, 200 rules"
    yield Workload("nested_200", text, _nested_rules, _nested, ARRAYS, most=4_000)


def _six_fields() -> Rules:
    return numbered([both(*(at("detail/lines/" + name, f"{name}-1") for name in FIELDS))])


def _lines(count: int, *, size: int) -> list[bytes]:
    generator = random.Random(size)
    return [compact({"detail": {"lines": _elements(generator, size)}}) for _ in range(count)]


def _elements(generator: random.Random, size: int) -> list[dict[str, str]]:
    return [{name: f"{name}-{generator.randrange(3)}" for name in FIELDS} for _ in range(size)]


def _nested_rules() -> Rules:
    generator = random.Random(8)
    return numbered(
        both(
            at("detail/parcels/carrier", f"carrier-{generator.randrange(10)}"),
            at("detail/parcels/lines/sku", f"sku-{generator.randrange(40)}"),
            at("detail/parcels/lines/state", f"state-{generator.randrange(3)}"),
        )
        for _ in range(200)
    )


def _nested(count: int) -> list[bytes]:
    generator = random.Random(9)
    return [compact({"detail": {"parcels": _parcels(generator)}}) for _ in range(count)]


def _parcels(generator: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "carrier": f"carrier-{generator.randrange(10)}",
            "lines": [
                {
                    "sku": f"sku-{generator.randrange(40)}",
                    "state": f"state-{generator.randrange(3)}",
                }
                for _ in range(generator.randrange(1, 6))
            ],
        }
        for _ in range(generator.randrange(1, 6))
    ]
