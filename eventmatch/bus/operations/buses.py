"""Operations on event buses. Meaning: service reference §2.2."""

from collections.abc import Mapping
from typing import Any, Final

from eventmatch.bus import refusals
from eventmatch.bus.constraints import Text
from eventmatch.bus.model import EventBus
from eventmatch.bus.operations.operation import (
    PAGING,
    Answer,
    Operation,
    Parameters,
    chosen,
    page,
    paging,
    present,
    request,
)
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.shapes import (
    BUS_NAME,
    BUS_NAME_OR_ARN,
    BUS_SETTINGS,
    DESCRIPTION,
    TAGS,
)
from eventmatch.bus.tags import read_tags

_SETTINGS: Final = BUS_SETTINGS.members


def _settings(parameters: Parameters) -> dict[str, Any]:
    return {name: parameters[name] for name in _SETTINGS if name in parameters}


async def _create(plane: ControlPlane, parameters: Parameters) -> Answer:
    if "EventSourceName" in parameters:
        raise refusals.no_event_source(parameters["EventSourceName"])
    bus = await plane.create_event_bus(
        parameters["Name"],
        description=parameters.get("Description"),
        settings=_settings(parameters),
        tags=read_tags(parameters.get("Tags", [])),
    )
    return {**present(EventBusArn=bus.arn, Description=bus.description), **bus.settings}


def _summary(bus: EventBus) -> Answer:
    return present(
        Name=bus.name,
        Arn=bus.arn,
        Description=bus.description,
        Policy=bus.policy,
        CreationTime=bus.created,
        LastModifiedTime=bus.modified,
    )


async def _describe(plane: ControlPlane, parameters: Parameters) -> Answer:
    bus = await plane.describe_event_bus(**chosen(parameters, {"Name": "name"}))
    return {**_summary(bus), **bus.settings}


async def _list(plane: ControlPlane, parameters: Parameters) -> Answer:
    found = await plane.list_event_buses(
        **chosen(parameters, {"NamePrefix": "name_prefix"}), **paging(parameters)
    )
    return page("EventBuses", [_summary(bus) for bus in found.items], found)


async def _update(plane: ControlPlane, parameters: Parameters) -> Answer:
    bus = await plane.update_event_bus(
        **chosen(parameters, {"Name": "name", "Description": "description"}),
        settings=_settings(parameters),
    )
    return {**present(Arn=bus.arn, Name=bus.name, Description=bus.description), **bus.settings}


async def _delete(plane: ControlPlane, parameters: Parameters) -> Answer:
    await plane.delete_event_bus(parameters["Name"])
    return {}


OPERATIONS: Final[Mapping[str, Operation]] = {
    "CreateEventBus": Operation(
        request(
            "CreateEventBus",
            {
                "Name": BUS_NAME,
                "EventSourceName": Text(
                    least=1, most=256, pattern=r"aws\.partner(/[\.\-_A-Za-z0-9]+){2,}"
                ),
                "Description": DESCRIPTION,
                **_SETTINGS,
                "Tags": TAGS,
            },
            "Name",
        ),
        _create,
    ),
    "DescribeEventBus": Operation(
        request("DescribeEventBus", {"Name": BUS_NAME_OR_ARN}), _describe
    ),
    "ListEventBuses": Operation(
        request("ListEventBuses", {"NamePrefix": BUS_NAME, **PAGING}), _list
    ),
    "UpdateEventBus": Operation(
        request(
            "UpdateEventBus", {"Name": BUS_NAME_OR_ARN, "Description": DESCRIPTION, **_SETTINGS}
        ),
        _update,
    ),
    "DeleteEventBus": Operation(
        request("DeleteEventBus", {"Name": BUS_NAME_OR_ARN}, "Name"), _delete
    ),
}
