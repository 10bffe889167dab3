"""What methods of the control plane take, by AWS's constraints, before they do anything.

Whoever calls them from Python may give anything; `checked` makes of it a `ServiceError`, as a
request of AWS's API gets one.
"""

from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from inspect import Signature, signature
from typing import Any, Final, ParamSpec, TypeVar

from eventmatch.bus.constraints import Entries, Shape, Text, accept
from eventmatch.bus.shapes import (
    ACTION,
    ARN,
    ARNS,
    BUS_NAME_OR_ARN,
    BUS_SETTINGS,
    DESCRIPTION,
    EVENT_PATTERN,
    FLAG,
    KMS_KEY,
    LIMIT,
    NEXT_TOKEN,
    PRINCIPAL,
    RETENTION_DAYS,
    RULE_NAME,
    SCHEDULE,
    STATEMENT_ID,
    TAG_KEY,
    TAG_KEYS,
    TAG_VALUE,
    TARGET_IDS,
    TARGETS,
)

Given = ParamSpec("Given")
Result = TypeVar("Result")

Method = Callable[Given, Coroutine[Any, Any, Result]]

_SHAPES: Final[Mapping[str, Shape]] = {
    "action": ACTION,
    "description": DESCRIPTION,
    "destination": ARN,
    "event_bus_name": BUS_NAME_OR_ARN,
    "event_pattern": EVENT_PATTERN,
    "filter_arns": ARNS,
    "force": FLAG,
    "ids": TARGET_IDS,
    "keys": TAG_KEYS,
    "kms_key_identifier": KMS_KEY,
    "limit": LIMIT,
    "next_token": NEXT_TOKEN,
    "policy": Text(),
    "principal": PRINCIPAL,
    "remove_all": FLAG,
    "resource_arn": ARN,
    "retention_days": RETENTION_DAYS,
    "role_arn": ARN,
    "rule": RULE_NAME,
    "schedule_expression": SCHEDULE,
    "settings": BUS_SETTINGS,
    "statement_id": STATEMENT_ID,
    "tags": Entries(key=TAG_KEY, value=TAG_VALUE),
    "target_arn": ARN,
    "targets": TARGETS,
}


def checked(**shapes: Shape) -> Callable[[Method[Given, Result]], Method[Given, Result]]:
    """Let a method read its arguments by their shapes: those of their names, but for these.

    None stands for an argument that was not given where it is the default.
    """

    def decorate(method: Method[Given, Result]) -> Method[Given, Result]:
        parameters = signature(method)
        read = _shapes(parameters, {**_SHAPES, **shapes})

        @wraps(method)
        async def call(*given: Given.args, **named: Given.kwargs) -> Result:
            bound = parameters.bind(*given, **named)
            for name, value in bound.arguments.items():
                shape = read.get(name)
                is_left_out = value is None and parameters.parameters[name].default is None
                if shape is not None and not is_left_out:
                    bound.arguments[name] = accept(shape, value, member_name(name))
            return await method(*bound.args, **bound.kwargs)

        return call

    return decorate


def _shapes(parameters: Signature, shapes: Mapping[str, Shape]) -> Mapping[str, Shape]:
    return {name: shapes[name] for name in parameters.parameters if name in shapes}


def member_name(argument: str) -> str:
    """Return the name of the member that an argument is, as paths in messages spell it."""
    first, *others = argument.split("_")
    return first + "".join(map(str.capitalize, others))
