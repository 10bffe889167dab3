"""All workloads of the suite, the main ones first: those of the published benchmarks."""

import functools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import _workloads_arrays
import _workloads_fields
import _workloads_hostile
import _workloads_rules
from _aws import envelopes
from _lots import lots
from _workload import Rules, Workload, at, both, numbered

_ARRAYS = frozenset({"arrays"})
PARSE_ONLY = frozenset({"citylots_4", "aws_10"})
"""Where parsers that match nothing are timed too, as the state of the art of reading the bytes."""


def all_workloads(citylots: Path | None) -> list[Workload]:
    """Return the workloads; `citylots` is the file of the real data, if there is one."""
    return [
        *_citylots(citylots),
        Workload("aws_10", "10 mixed rules", _mixed_rules, envelopes),
        Workload("aws_10_shuffled", "the same, keys shuffled", _mixed_rules, _shuffled),
        *_workloads_rules.workloads(),
        *_workloads_fields.workloads(),
        *_workloads_arrays.workloads(),
        *_workloads_hostile.workloads(),
    ]


def _citylots(source: Path | None) -> Iterator[Workload]:
    events = functools.lru_cache(maxsize=1)(functools.partial(lots, source=source))

    def properties(number: int) -> dict[str, Any]:
        return json.loads(events(100)[number])["properties"]

    def exact() -> Rules:
        return numbered(
            at("properties/" + key, properties(number)[key])
            for number, key in enumerate(("MAPBLKLOT", "STREET", "FROM_ST"), 5)
        )

    def four() -> Rules:
        ring = json.loads(events(100)[17])["geometry"]["coordinates"]
        place = at("geometry/coordinates", _first_number(ring))
        block = properties(17)["MAPBLKLOT"]
        return numbered(
            [
                at("properties/STREET", properties(3)["STREET"]),
                both(at("properties/STREET", "17TH"), at("properties/ODD_EVEN", "E")),
                place,
                both(at("properties/MAPBLKLOT", block), at("properties/BLKLOT", block), place),
            ]
        )

    yield Workload("citylots_4", "4 patterns, one on coordinates", four, events, _ARRAYS)
    yield Workload("citylots_3", "3 exact patterns", exact, events)
    yield Workload("citylots_mixed", "prefix, wildcard, anything-but", _operators, events)


def _first_number(coordinates: Any) -> float:
    while isinstance(coordinates, list):
        coordinates = coordinates[0]
    return float(coordinates)


def _operators() -> Rules:
    return numbered(
        [
            at("properties/STREET", {"prefix": "FU"}),
            at("properties/MAPBLKLOT", {"wildcard": "143*7*"}),
            at("properties/STREET", {"anything-but": ["FULTON", "MISSION"]}),
        ]
    )


def _mixed_rules() -> Rules:
    detail = "detail/"
    return numbered(
        [
            both(at("source", "aws.ec2"), at(detail + "state", "stopped", "terminated")),
            both(
                at(detail + "object/key", {"suffix": ".png"}),
                at(detail + "object/size", {"numeric": [">", 1_000_000]}),
            ),
            both(
                at(detail + "eventName", {"prefix": "Delete"}),
                at(detail + "errorCode", {"exists": True}),
            ),
            both(
                at(detail + "total", {"numeric": [">=", 50, "<", 100]}),
                at(detail + "customer/tier", "pro"),
            ),
            both(at("source", "aws.guardduty"), at(detail + "severity", {"numeric": [">=", 7]})),
            both(
                at("source", "aws.codepipeline"),
                at(detail + "state", {"anything-but": ["SUCCEEDED", "STARTED"]}),
            ),
            at("resources", {"wildcard": "arn:aws:s3:::*-logs-1*"}),
            both(at("source", {"prefix": "aws."}), at("region", "eu-central-1")),
            both(at(detail + "userIdentity/type", "Root"), at(detail + "readOnly", False)),
            at(detail + "sourceIPAddress", {"cidr": "10.64.0.0/11"}),
        ]
    )


def _shuffled(count: int) -> list[bytes]:
    generator = random.Random(9)
    return [
        json.dumps(_mix(json.loads(event), generator), separators=(",", ":")).encode()
        for event in envelopes(count)
    ]


def _mix(value: Any, generator: random.Random) -> Any:
    if isinstance(value, dict):
        items = list(value.items())
        generator.shuffle(items)
        return {key: _mix(held, generator) for key, held in items}
    if isinstance(value, list):
        return [_mix(element, generator) for element in value]
    return value
