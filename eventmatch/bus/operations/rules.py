"""Operations on rules. Meaning: service reference §2.4."""

from collections.abc import Mapping
from typing import Final

from eventmatch.bus.model import Rule, RuleState
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
    ARN,
    BUS_NAME_OR_ARN,
    DESCRIPTION,
    EVENT_PATTERN,
    FLAG,
    RULE_NAME,
    SCHEDULE,
    STATE,
    TAGS,
)
from eventmatch.bus.tags import read_tags

_BUS: Final = {"EventBusName": "event_bus_name"}
_FORCED: Final = {**_BUS, "Force": "force"}


async def _put(plane: ControlPlane, parameters: Parameters) -> Answer:
    rule = await plane.put_rule(
        parameters["Name"],
        **chosen(
            parameters,
            {
                **_BUS,
                "EventPattern": "event_pattern",
                "ScheduleExpression": "schedule_expression",
                "Description": "description",
                "RoleArn": "role_arn",
            },
        ),
        state=RuleState(parameters.get("State", RuleState.ENABLED)),
        tags=read_tags(parameters.get("Tags", [])),
    )
    return {"RuleArn": rule.arn}


def _summary(rule: Rule) -> Answer:
    return present(
        Name=rule.name,
        Arn=rule.arn,
        EventPattern=rule.event_pattern,
        ScheduleExpression=rule.schedule_expression,
        State=rule.state.value,
        Description=rule.description,
        RoleArn=rule.role_arn,
        ManagedBy=rule.managed_by,
        EventBusName=rule.bus,
    )


async def _describe(plane: ControlPlane, parameters: Parameters) -> Answer:
    rule = await plane.describe_rule(parameters["Name"], **chosen(parameters, _BUS))
    return {**_summary(rule), "CreatedBy": rule.created_by}


async def _list(plane: ControlPlane, parameters: Parameters) -> Answer:
    found = await plane.list_rules(
        **chosen(parameters, {**_BUS, "NamePrefix": "name_prefix"}), **paging(parameters)
    )
    return page("Rules", [_summary(rule) for rule in found.items], found)


async def _enable(plane: ControlPlane, parameters: Parameters) -> Answer:
    await plane.enable_rule(parameters["Name"], **chosen(parameters, _BUS))
    return {}


async def _disable(plane: ControlPlane, parameters: Parameters) -> Answer:
    await plane.disable_rule(parameters["Name"], **chosen(parameters, _BUS))
    return {}


async def _delete(plane: ControlPlane, parameters: Parameters) -> Answer:
    await plane.delete_rule(parameters["Name"], **chosen(parameters, _FORCED))
    return {}


_NAMED: Final = {"Name": RULE_NAME, "EventBusName": BUS_NAME_OR_ARN}

OPERATIONS: Final[Mapping[str, Operation]] = {
    "PutRule": Operation(
        request(
            "PutRule",
            {
                "Name": RULE_NAME,
                "ScheduleExpression": SCHEDULE,
                "EventPattern": EVENT_PATTERN,
                "State": STATE,
                "Description": DESCRIPTION,
                "RoleArn": ARN,
                "Tags": TAGS,
                "EventBusName": BUS_NAME_OR_ARN,
            },
            "Name",
        ),
        _put,
    ),
    "DescribeRule": Operation(request("DescribeRule", _NAMED, "Name"), _describe),
    "ListRules": Operation(
        request("ListRules", {"NamePrefix": RULE_NAME, "EventBusName": BUS_NAME_OR_ARN, **PAGING}),
        _list,
    ),
    "EnableRule": Operation(request("EnableRule", _NAMED, "Name"), _enable),
    "DisableRule": Operation(request("DisableRule", _NAMED, "Name"), _disable),
    "DeleteRule": Operation(request("DeleteRule", {**_NAMED, "Force": FLAG}, "Name"), _delete),
}
