"""Operations on the targets of rules. Meaning: service reference §2.5."""

from collections.abc import Mapping
from typing import Final

from eventmatch.bus.operations.operation import (
    PAGING,
    Answer,
    Operation,
    Parameters,
    chosen,
    page,
    paging,
    request,
)
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.shapes import ARN, BUS_NAME_OR_ARN, FLAG, RULE_NAME, TARGET_IDS, TARGETS

_BUS: Final = {"EventBusName": "event_bus_name"}


def _none_failed() -> Answer:
    return {"FailedEntryCount": 0, "FailedEntries": []}


async def _put(plane: ControlPlane, parameters: Parameters) -> Answer:
    await plane.put_targets(parameters["Rule"], parameters["Targets"], **chosen(parameters, _BUS))
    return _none_failed()


async def _remove(plane: ControlPlane, parameters: Parameters) -> Answer:
    await plane.remove_targets(
        parameters["Rule"], parameters["Ids"], **chosen(parameters, {**_BUS, "Force": "force"})
    )
    return _none_failed()


async def _list(plane: ControlPlane, parameters: Parameters) -> Answer:
    found = await plane.list_targets_by_rule(
        parameters["Rule"], **chosen(parameters, _BUS), **paging(parameters)
    )
    return page("Targets", [target.members for target in found.items], found)


async def _rule_names(plane: ControlPlane, parameters: Parameters) -> Answer:
    found = await plane.list_rule_names_by_target(
        parameters["TargetArn"], **chosen(parameters, _BUS), **paging(parameters)
    )
    return page("RuleNames", list(found.items), found)


OPERATIONS: Final[Mapping[str, Operation]] = {
    "PutTargets": Operation(
        request(
            "PutTargets",
            {"Rule": RULE_NAME, "EventBusName": BUS_NAME_OR_ARN, "Targets": TARGETS},
            "Rule",
            "Targets",
        ),
        _put,
    ),
    "RemoveTargets": Operation(
        request(
            "RemoveTargets",
            {
                "Rule": RULE_NAME,
                "EventBusName": BUS_NAME_OR_ARN,
                "Ids": TARGET_IDS,
                "Force": FLAG,
            },
            "Rule",
            "Ids",
        ),
        _remove,
    ),
    "ListTargetsByRule": Operation(
        request(
            "ListTargetsByRule",
            {"Rule": RULE_NAME, "EventBusName": BUS_NAME_OR_ARN, **PAGING},
            "Rule",
        ),
        _list,
    ),
    "ListRuleNamesByTarget": Operation(
        request(
            "ListRuleNamesByTarget",
            {"TargetArn": ARN, "EventBusName": BUS_NAME_OR_ARN, **PAGING},
            "TargetArn",
        ),
        _rule_names,
    ),
}
