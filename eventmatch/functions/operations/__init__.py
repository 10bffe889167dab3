"""The control plane of functions as AWS's API names it: operations and members in, members out.

Meaning: service reference §6, §8.3. Members that are not set are absent.
"""

from collections.abc import Mapping
from typing import Any

from eventmatch.functions import refusals
from eventmatch.functions.operations import functions as _functions
from eventmatch.functions.operations import settings
from eventmatch.functions.operations.operation import Operation, Parameters
from eventmatch.functions.plane import Functions

OPERATIONS: Mapping[str, Operation] = {**_functions.OPERATIONS, **settings.OPERATIONS}
"""The operations of the control plane by name. What needs more than that comes in beside them:
`call(functions, name, parameters, {**OPERATIONS, "Invoke": Operation(run)})`."""


async def call(
    functions: Functions,
    operation: str,
    parameters: Mapping[str, Any],
    operations: Mapping[str, Operation] = OPERATIONS,
) -> dict[str, Any]:
    """Run an operation of AWS's API and return its answer; raises `LambdaError`, `StoreError`.

    `parameters` are plain JSON values; Code and UpdateFunctionCode take ZipFile (bytes, or their
    base64 text), and of ours Folder and Callable. Members that the operation does not have are
    passed over.
    """
    known = operations.get(operation) if isinstance(operation, str) else None
    if known is None:
        raise refusals.unknown_operation(operation)
    if not isinstance(parameters, Mapping):
        raise refusals.no_object()
    return await known.run(functions, parameters)


__all__ = ["OPERATIONS", "Operation", "Parameters", "call"]
