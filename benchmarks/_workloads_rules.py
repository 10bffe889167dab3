"""Many rules of exact values: 10 to 1,000,000."""

import functools
import itertools
import random
from collections.abc import Iterator
from typing import Any

from _aws import PIPELINE_STATES, STATES, compact, envelopes
from _workload import Rules, Workload, at, both, numbered

POPULAR = 47  # as many values a field as give 100,000 triples


def workloads() -> Iterator[Workload]:
    """Return the workloads."""
    for count, label in ((10, "10"), (1_000, "1000"), (100_000, "100k"), (1_000_000, "1m")):
        rules = functools.partial(pairs, count)
        text = f"{count:,} rules of 2 exact fields"
        yield Workload(f"rules_{label}", text, rules, envelopes, quick=count == 1_000)
    shared = functools.partial(_sharing, 100_000)
    text = "100,000 rules sharing two values"
    yield Workload("shared_100k", text, shared, envelopes, quick=False)
    text = "100,000 triples of popular values"
    yield Workload("triples_100k", text, _triples, _labelled, quick=False)


def pairs(count: int) -> Rules:
    """Return rules of two exact fields, of four services in turn."""
    return numbered(_pair(number) for number in range(count))


def _pair(number: int) -> dict[str, Any]:
    thing, kind = divmod(number, 4)
    if kind == 0:
        state = STATES[thing % len(STATES)]
        return both(at("detail/instance-id", f"i-{thing:017x}"), at("detail/state", state))
    if kind == 1:
        name = f"billing-logs-{thing}"
        return both(at("detail/bucket/name", name), at("detail-type", "Object Created"))
    if kind == 2:
        return both(at("detail/order", f"o-{thing}"), at("source", "shop.orders"))
    state = PIPELINE_STATES[thing % len(PIPELINE_STATES)]
    return both(at("detail/pipeline", f"search-{thing}"), at("detail/state", state))


def _sharing(count: int) -> Rules:
    shared = both(at("source", "aws.ec2"), at("account", "111122223333"))
    return numbered(
        both(shared, at("detail/instance-id", f"i-{number:017x}")) for number in range(count)
    )


def _triples() -> Rules:
    values = itertools.product(range(POPULAR), repeat=3)
    return numbered(
        both(
            at("detail/application", f"application-{first}"),
            at("detail/zone", f"zone-{second}"),
            at("detail/stage", f"stage-{third}"),
        )
        for first, second, third in itertools.islice(values, 100_000)
    )


def _labelled(count: int) -> list[bytes]:
    generator = random.Random(3)
    return [
        compact(
            {
                "source": "shop.requests",
                "detail": {
                    "application": f"application-{generator.randrange(POPULAR)}",
                    "request": {"id": f"{generator.getrandbits(128):032x}", "bytes": number},
                    "zone": f"zone-{generator.randrange(POPULAR)}",
                    "headers": [f"h{generator.randrange(100)}" for _ in range(12)],
                    "stage": f"stage-{generator.randrange(POPULAR)}",
                },
            }
        )
        for number in range(count)
    ]
