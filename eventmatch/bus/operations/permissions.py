"""Operations on the resource policies of buses. Meaning: service reference §2.3."""

from collections.abc import Mapping
from typing import Final

from eventmatch.bus.constraints import Members, Text
from eventmatch.bus.operations.operation import Answer, Operation, Parameters, chosen, request
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.policies import Condition
from eventmatch.bus.shapes import ACTION, BUS_NAME_OR_ARN, FLAG, PRINCIPAL, STATEMENT_ID

_CONDITION: Final = Members(
    name="Condition",
    members={"Type": Text(), "Key": Text(), "Value": Text()},
    required=("Type", "Key", "Value"),
)


async def _put(plane: ControlPlane, parameters: Parameters) -> Answer:
    told = parameters.get("Condition")
    await plane.put_permission(
        **chosen(
            parameters,
            {
                "EventBusName": "event_bus_name",
                "Action": "action",
                "Principal": "principal",
                "StatementId": "statement_id",
                "Policy": "policy",
            },
        ),
        condition=told and Condition(type=told["Type"], key=told["Key"], value=told["Value"]),
    )
    return {}


async def _remove(plane: ControlPlane, parameters: Parameters) -> Answer:
    await plane.remove_permission(
        **chosen(
            parameters,
            {
                "EventBusName": "event_bus_name",
                "StatementId": "statement_id",
                "RemoveAllPermissions": "remove_all",
            },
        )
    )
    return {}


OPERATIONS: Final[Mapping[str, Operation]] = {
    "PutPermission": Operation(
        request(
            "PutPermission",
            {
                "EventBusName": BUS_NAME_OR_ARN,
                "Action": ACTION,
                "Principal": PRINCIPAL,
                "StatementId": STATEMENT_ID,
                "Condition": _CONDITION,
                "Policy": Text(),
            },
        ),
        _put,
    ),
    "RemovePermission": Operation(
        request(
            "RemovePermission",
            {
                "StatementId": STATEMENT_ID,
                "RemoveAllPermissions": FLAG,
                "EventBusName": BUS_NAME_OR_ARN,
            },
        ),
        _remove,
    ),
}
