"""Synthetic AWS events and rules for the benchmarks: the same for every engine and every run."""

import json
import random
from collections.abc import Iterator
from typing import Any

_STATES = ("pending", "running", "stopping", "stopped", "shutting-down", "terminated")
_REGIONS = ("eu-west-1", "us-east-1", "ap-south-1")


def events(count: int, *, seed: int = 7) -> list[bytes]:
    """Return EC2, S3 and order events, compact JSON of 300 to 700 bytes each."""
    generator = random.Random(seed)
    makers = (_instance, _object, _order)
    return [
        json.dumps(
            _envelope(makers[n % 3](generator), n, generator), separators=(",", ":")
        ).encode()
        for n in range(count)
    ]


def _envelope(body: dict[str, Any], number: int, generator: random.Random) -> dict[str, Any]:
    region = generator.choice(_REGIONS)
    return {
        "version": "0",
        "id": f"6a7e8feb-b491-4cf7-a9f1-{number:012x}",
        "detail-type": body["detail-type"],
        "source": body["source"],
        "account": "111122223333",
        "time": "2026-11-02T18:43:48Z",
        "region": region,
        "resources": [f"arn:aws:ec2:{region}:111122223333:thing/{number}"],
        "detail": body["detail"],
    }


def _instance(generator: random.Random) -> dict[str, Any]:
    detail = {
        "instance-id": f"i-{generator.randrange(20_000):08x}",
        "state": generator.choice(_STATES),
    }
    name = "EC2 Instance State-change Notification"
    return {"source": "aws.ec2", "detail-type": name, "detail": detail}


def _object(generator: random.Random) -> dict[str, Any]:
    detail = {
        "version": "0",
        "bucket": {"name": f"bucket-{generator.randrange(20_000)}"},
        "object": {
            "key": f"uploads/{generator.randrange(1000)}.png",
            "size": generator.randrange(10**7),
            "etag": "b1946ac92492d2347c6235b4d2611184",
            "sequencer": "00617F08299329D189",
        },
        "request-id": "N4N7GDK58NMKJ12R",
        "requester": "123456789012",
        "source-ip-address": f"10.{generator.randrange(256)}.3.4",
        "reason": "PutObject",
    }
    return {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}


def _order(generator: random.Random) -> dict[str, Any]:
    items = [
        {"sku": f"SKU-{generator.randrange(500)}", "quantity": generator.randrange(1, 9)}
        for _ in range(generator.randrange(1, 5))
    ]
    detail = {
        "order": f"o-{generator.randrange(20_000)}",
        "total": generator.randrange(10_000) / 100,
        "customer": {"tier": generator.choice(("free", "plus", "pro")), "country": "DE"},
        "items": items,
    }
    return {"source": "shop.orders", "detail-type": "OrderPlaced", "detail": detail}


def rules(count: int) -> dict[str, str]:
    """Return rules of exact values; one in three names an instance, a bucket or an order."""
    return dict(_rules(count))


def _rules(count: int) -> Iterator[tuple[str, str]]:
    for number in range(count):
        thing = number // 3
        if number % 3 == 0:
            detail = {"instance-id": [f"i-{thing:08x}"], "state": ["stopped", "terminated"]}
            pattern = {"source": ["aws.ec2"], "detail": detail}
        elif number % 3 == 1:
            pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [f"bucket-{thing}"]}}}
        else:
            pattern = {"source": ["shop.orders"], "detail": {"order": [f"o-{thing}"]}}
        yield f"rule-{number}", json.dumps(pattern)
