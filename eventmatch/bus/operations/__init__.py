"""The control plane as AWS's API names it: operations and members in, members out.

Meaning: service reference §2, §8.1. Members that are not set are absent, moments are numbers.
"""

from collections.abc import Mapping
from typing import Any

from eventmatch.bus import refusals
from eventmatch.bus.constraints import accept
from eventmatch.bus.operations import buses, patterns, permissions, rules, tags, targets
from eventmatch.bus.operations.operation import Operation, Parameters
from eventmatch.bus.plane import ControlPlane

OPERATIONS: Mapping[str, Operation] = {
    **buses.OPERATIONS,
    **permissions.OPERATIONS,
    **rules.OPERATIONS,
    **targets.OPERATIONS,
    **tags.OPERATIONS,
    **patterns.OPERATIONS,
}
"""The operations of the control plane by name. What needs more than the plane comes in beside
them: `call(plane, name, parameters, {**OPERATIONS, "PutEvents": Operation(shape, run)})`."""


async def call(
    plane: ControlPlane,
    operation: str,
    parameters: Mapping[str, Any],
    operations: Mapping[str, Operation] = OPERATIONS,
) -> dict[str, Any]:
    """Run an operation of AWS's API and return its answer; raises `ServiceError`, `StoreError`.

    `parameters` are plain JSON values. Members that the operation does not have are passed over.
    """
    known = operations.get(operation) if isinstance(operation, str) else None
    if known is None:
        raise refusals.unknown_operation(operation)
    return await known.run(plane, accept(known.shape, parameters))


__all__ = ["OPERATIONS", "Operation", "Parameters", "call"]
