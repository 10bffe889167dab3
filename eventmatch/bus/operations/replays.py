"""Operations on replays. Meaning: service reference §5."""

from collections.abc import Mapping
from typing import Final

from eventmatch.bus.archive_model import Replay, ReplayState
from eventmatch.bus.constraints import Members
from eventmatch.bus.operations.operation import (
    PAGING,
    Answer,
    Operation,
    Parameters,
    filters,
    of,
    page,
    present,
    request,
)
from eventmatch.bus.replays import Replays
from eventmatch.bus.shapes import (
    ARN,
    ARNS,
    DESCRIPTION,
    MOMENT,
    REPLAY_NAME,
    REPLAY_STATE,
    SOURCE_ARN,
)

_DESTINATION: Final = Members(
    name="ReplayDestination",
    members={"Arn": ARN, "FilterArns": ARNS},
    required=("Arn",),
)


async def _start(replays: Replays, parameters: Parameters) -> Answer:
    destination = parameters["Destination"]
    replay = await replays.start_replay(
        parameters["ReplayName"],
        archive=parameters["EventSourceArn"],
        start=parameters["EventStartTime"],
        end=parameters["EventEndTime"],
        destination=destination["Arn"],
        filter_arns=destination.get("FilterArns", ()),
        description=parameters.get("Description"),
    )
    return {
        "ReplayArn": replay.arn,
        "ReplayStartTime": replay.started,
        "State": replay.state.value,
    }


async def _describe(replays: Replays, parameters: Parameters) -> Answer:
    replay = await replays.describe_replay(parameters["ReplayName"])
    destination: Answer = {"Arn": replay.destination}
    if replay.filter_arns:
        destination["FilterArns"] = list(replay.filter_arns)
    more = present(ReplayArn=replay.arn, Description=replay.description, Destination=destination)
    return {**_summary(replay), **more}


def _summary(replay: Replay) -> Answer:
    return present(
        ReplayName=replay.name,
        EventSourceArn=replay.source,
        State=replay.state.value,
        StateReason=replay.state_reason,
        EventStartTime=replay.start,
        EventEndTime=replay.end,
        EventLastReplayedTime=replay.last_replayed,
        ReplayStartTime=replay.started,
        ReplayEndTime=replay.ended,
    )


async def _list(replays: Replays, parameters: Parameters) -> Answer:
    found = await replays.list_replays(**filters(parameters, ReplayState))
    return page("Replays", [_summary(replay) for replay in found.items], found)


async def _cancel(replays: Replays, parameters: Parameters) -> Answer:
    replay = await replays.cancel_replay(parameters["ReplayName"])
    return {"ReplayArn": replay.arn, "State": replay.state.value}


_NAMED: Final = {"ReplayName": REPLAY_NAME}
_START: Final = request(
    "StartReplay",
    {
        **_NAMED,
        "Description": DESCRIPTION,
        "EventSourceArn": SOURCE_ARN,
        "EventStartTime": MOMENT,
        "EventEndTime": MOMENT,
        "Destination": _DESTINATION,
    },
    "ReplayName",
    "EventSourceArn",
    "EventStartTime",
    "EventEndTime",
    "Destination",
)
_LIST: Final = request(
    "ListReplays",
    {"NamePrefix": REPLAY_NAME, "State": REPLAY_STATE, "EventSourceArn": SOURCE_ARN, **PAGING},
)


def replay_operations(replays: Replays) -> Mapping[str, Operation]:
    """Return the operations on these replays by name."""
    return {
        "StartReplay": of(replays, _START, _start),
        "DescribeReplay": of(replays, request("DescribeReplay", _NAMED, "ReplayName"), _describe),
        "ListReplays": of(replays, _LIST, _list),
        "CancelReplay": of(replays, request("CancelReplay", _NAMED, "ReplayName"), _cancel),
    }
