"""The constraints of event source mappings. Source: AWS's service model of `lambda`."""

from collections.abc import Mapping
from typing import Final

from eventmatch.bus.constraints import Flag, Items, Members, Moment, Number, Shape, Text
from eventmatch.mappings.model import Position

_REGION: Final = r"(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}"
_ARN_PATTERN: Final = rf"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:({_REGION})?:(\d{{12}})?:(.*)"

ARN: Final = Text(most=10_000, pattern=_ARN_PATTERN)
FUNCTION: Final = Text(
    least=1,
    most=256,
    pattern=rf"(arn:(aws[a-zA-Z-]*)?:lambda:)?({_REGION}:)?(\d{{12}}:)?(function:)?"
    r"([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
)
UUID: Final = Text(least=36, most=36)
_DESTINATION: Final = Members(
    name="Destination",
    members={
        "Destination": Text(
            most=350, pattern=rf"$|kafka://([^.]([a-zA-Z0-9\-_.]{{0,248}}))|{_ARN_PATTERN}"
        )
    },
)

SETTINGS: Final[Mapping[str, Shape]] = {
    "Enabled": Flag(),
    "BatchSize": Number(least=1, most=10_000),
    "MaximumBatchingWindowInSeconds": Number(least=0, most=300),
    "FilterCriteria": Members(
        name="FilterCriteria",
        members={
            "Filters": Items(of=Members(name="Filter", members={"Pattern": Text(most=4096)})),
        },
    ),
    "FunctionResponseTypes": Items(of=Text(values=("ReportBatchItemFailures",)), most=1),
    "ScalingConfig": Members(
        name="ScalingConfig", members={"MaximumConcurrency": Number(least=2, most=1000)}
    ),
    "ParallelizationFactor": Number(least=1, most=10),
    "MaximumRecordAgeInSeconds": Number(least=-1, most=604_800),
    "MaximumRetryAttempts": Number(least=-1, most=10_000),
    "BisectBatchOnFunctionError": Flag(),
    "TumblingWindowInSeconds": Number(least=0, most=900),
    "DestinationConfig": Members(
        name="DestinationConfig",
        members={"OnSuccess": _DESTINATION, "OnFailure": _DESTINATION},
    ),
}

CREATE: Final = Members(
    name="CreateEventSourceMappingRequest",
    members={
        "EventSourceArn": ARN,
        "FunctionName": FUNCTION,
        "StartingPosition": Text(values=tuple(Position)),
        "StartingPositionTimestamp": Moment(whole=False),
        **SETTINGS,
    },
    required=("FunctionName",),
)
UPDATE: Final = Members(
    name="UpdateEventSourceMappingRequest",
    members={"UUID": UUID, "FunctionName": FUNCTION, **SETTINGS},
    required=("UUID",),
)
NAMED: Final = Members(
    name="GetEventSourceMappingRequest", members={"UUID": UUID}, required=("UUID",)
)
LIST: Final = Members(
    name="ListEventSourceMappingsRequest",
    members={
        "EventSourceArn": ARN,
        "FunctionName": FUNCTION,
        "Marker": Text(),
        "MaxItems": Number(least=1, most=10_000),
    },
)
