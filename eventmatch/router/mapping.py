"""An event source mapping of a configuration, put in place."""

from collections.abc import Mapping
from typing import Any, Final

from eventmatch.errors import ConfigurationError
from eventmatch.mappings.operations import call
from eventmatch.mappings.plane import Mappings

Members = Mapping[str, Any]

# What an update cannot change.
_FIXED: Final = ("EventSourceArn", "StartingPosition", "StartingPositionTimestamp")
# What a mapping has that says nothing of these; where a source has no such member, so has it not.
_USUAL: Final[Members] = {
    "MaximumBatchingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
    "ParallelizationFactor": 1,
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "BisectBatchOnFunctionError": False,
    "TumblingWindowInSeconds": 0,
}
_NONE: Final[Members] = {
    "FilterCriteria": {"Filters": []},
    "ScalingConfig": {},
    "DestinationConfig": {"OnFailure": {}},
}


async def put_mapping(mappings: Mappings, members: Members) -> None:
    """Create a mapping in AWS's members, or change the one of its source and function.

    A member that is not given gets its default, but a mapping stays enabled or disabled. Raises
    `LambdaError`.
    """
    before = await _found(mappings, members)
    if before is None:
        await call(mappings, "CreateEventSourceMapping", members)
        return
    start = before.get("StartingPosition")
    if start is not None and members.get("StartingPosition", start) != start:
        text = f"StartingPosition is {start}, which cannot become {members['StartingPosition']}"
        raise ConfigurationError("", text)
    wanted = _whole(before) | {name: members[name] for name in members if name not in _FIXED}
    changed = {name: value for name, value in wanted.items() if _differs(name, value, before)}
    if changed:
        await call(mappings, "UpdateEventSourceMapping", {"UUID": before["UUID"], **changed})


async def _found(mappings: Mappings, members: Members) -> dict[str, Any] | None:
    """Return the mapping of the same source and function."""
    asked = {name: members[name] for name in ("EventSourceArn", "FunctionName")}
    while True:
        answer = await call(mappings, "ListEventSourceMappings", asked)
        for each in answer["EventSourceMappings"]:
            if _is_named(each["FunctionArn"], members["FunctionName"]):
                found: dict[str, Any] = each
                return found
        if "NextMarker" not in answer:
            return None
        asked["Marker"] = answer["NextMarker"]


def _is_named(arn: str, name: str) -> bool:
    """Whether a function's ARN is that of a name, which may have a qualifier behind it."""
    return arn.partition(":function:")[2] == name.rpartition("function:")[2]


def _whole(before: Members) -> dict[str, Any]:
    """Return the defaults of all members that a mapping has, or could have."""
    size = 10 if ":sqs:" in before["EventSourceArn"] else 100
    usual = {name: value for name, value in _USUAL.items() if name in before}
    none = {name: value for name, value in _NONE.items() if name in before}
    return {"BatchSize": size, **usual, **none}


def _differs(name: str, value: Any, before: Members) -> bool:
    if name == "FunctionName":
        return False
    if name == "Enabled":
        return bool(value != (before["State"] == "Enabled"))
    return bool(value != before.get(name))
