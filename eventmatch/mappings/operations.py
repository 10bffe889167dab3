"""Event source mappings as AWS's API names them: operations and members in, members out.

Meaning: service reference §6.5. Members that are not set are absent, moments are numbers.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

from eventmatch.bus.constraints import Members, accept
from eventmatch.errors import ServiceError
from eventmatch.mappings import refusals
from eventmatch.mappings.model import EventSourceMapping, Settings, State
from eventmatch.mappings.plane import Mappings
from eventmatch.mappings.settings import Parameters
from eventmatch.mappings.shapes import CREATE, LIST, NAMED, UPDATE

Answer = dict[str, Any]

_QUEUE_REASON: Final = "USER_INITIATED"
_STREAM_REASON: Final = "User action"


class Operation(NamedTuple):
    """An operation: the shape of its parameters, and what it does with them."""

    shape: Members
    run: Callable[[Mappings, Parameters], Awaitable[Answer]]


async def _create(mappings: Mappings, parameters: Parameters) -> Answer:
    return _told(mappings, await mappings.create(parameters), State.CREATING)


async def _update(mappings: Mappings, parameters: Parameters) -> Answer:
    old = mappings.mapping(parameters["UUID"])
    new = await mappings.update(parameters)
    return _told(mappings, new, _TRANSITIONS[old.is_enabled, new.is_enabled])


_TRANSITIONS: Final[Mapping[tuple[bool, bool], State]] = {
    (True, True): State.UPDATING,
    (False, False): State.UPDATING,
    (True, False): State.DISABLING,
    (False, True): State.ENABLING,
}


async def _get(mappings: Mappings, parameters: Parameters) -> Answer:
    mapping = mappings.mapping(parameters["UUID"])
    return _told(mappings, mapping, _state(mapping))


async def _delete(mappings: Mappings, parameters: Parameters) -> Answer:
    return _told(mappings, await mappings.delete(parameters["UUID"]), State.DELETING)


async def _list(mappings: Mappings, parameters: Parameters) -> Answer:
    page = mappings.list(
        parameters.get("EventSourceArn"),
        parameters.get("FunctionName"),
        parameters.get("MaxItems"),
        parameters.get("Marker"),
    )
    told = [_told(mappings, each, _state(each)) for each in page.items]
    marker = {} if page.next_token is None else {"NextMarker": page.next_token}
    return {"EventSourceMappings": told, **marker}


def _state(mapping: EventSourceMapping) -> State:
    return State.ENABLED if mapping.is_enabled else State.DISABLED


def _told(mappings: Mappings, mapping: EventSourceMapping, state: State) -> Answer:
    """Return a mapping as AWS's answers tell it."""
    settings = mapping.settings
    members = {
        "UUID": mapping.uuid,
        "EventSourceMappingArn": mappings.place.of(
            "lambda", f"event-source-mapping:{mapping.uuid}"
        ),
        "EventSourceArn": mapping.source,
        "FunctionArn": mapping.function,
        "State": state.value,
        "StateTransitionReason": _QUEUE_REASON if mapping.kind.is_queue else _STREAM_REASON,
        "LastModified": mapping.last_modified,
        "LastProcessingResult": mappings.result(mapping),
        "BatchSize": settings.batch_size,
        "MaximumBatchingWindowInSeconds": settings.batching_window,
        "FunctionResponseTypes": ["ReportBatchItemFailures"] if settings.reports_failures else [],
        "FilterCriteria": _criteria(settings),
        **(_of_queue(settings) if mapping.kind.is_queue else _of_stream(mapping)),
    }
    return {name: value for name, value in members.items() if value is not None}


def _criteria(settings: Settings) -> Answer | None:
    filters = [{"Pattern": pattern} for pattern in settings.filters]
    return {"Filters": filters} if filters else None


def _of_queue(settings: Settings) -> Answer:
    most = settings.maximum_concurrency
    return {"ScalingConfig": None if most is None else {"MaximumConcurrency": most}}


def _of_stream(mapping: EventSourceMapping) -> Answer:
    settings, start = mapping.settings, mapping.start
    destination = settings.on_failure
    return {
        "StartingPosition": start and start.position.value,
        "StartingPositionTimestamp": start and start.moment,
        "ParallelizationFactor": settings.parallelization_factor,
        "MaximumRecordAgeInSeconds": settings.maximum_record_age,
        "MaximumRetryAttempts": settings.maximum_retry_attempts,
        "BisectBatchOnFunctionError": settings.bisects,
        "TumblingWindowInSeconds": settings.tumbling_window,
        "DestinationConfig": {
            "OnFailure": {} if destination is None else {"Destination": destination}
        },
    }


OPERATIONS: Final[Mapping[str, Operation]] = {
    "CreateEventSourceMapping": Operation(CREATE, _create),
    "UpdateEventSourceMapping": Operation(UPDATE, _update),
    "GetEventSourceMapping": Operation(NAMED, _get),
    "DeleteEventSourceMapping": Operation(NAMED, _delete),
    "ListEventSourceMappings": Operation(LIST, _list),
}
"""The operations on mappings by name."""


async def call(mappings: Mappings, operation: str, parameters: Mapping[str, Any]) -> Answer:
    """Run an operation of AWS's API and return its answer; raises `LambdaError`, `StoreError`.

    `parameters` are plain JSON values. Members that the operation does not have are passed over.
    """
    known = OPERATIONS.get(operation) if isinstance(operation, str) else None
    if known is None:
        raise refusals.unknown_operation(operation)
    try:
        accepted = accept(known.shape, parameters)
    except ServiceError as error:
        raise refusals.as_lambda_error(error) from error
    return await known.run(mappings, accepted)
