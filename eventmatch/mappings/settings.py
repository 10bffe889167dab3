"""From the members of a request to settings, refusing what AWS refuses. Pure.

Meaning: service reference §6.5. What breaks a bound of a single member is refused by its shape.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from eventmatch.bus.arn import Arn
from eventmatch.mappings import refusals
from eventmatch.mappings.filtering import check_filters
from eventmatch.mappings.model import Position, Settings, SourceKind, Start

Parameters = Mapping[str, Any]
"""The members of a request, read by its shape."""

MOST_FILTERS: Final = 5

_BATCH_SIZES: Final[Mapping[SourceKind, int]] = {
    SourceKind.QUEUE: 10,
    SourceKind.FIFO_QUEUE: 10,
    SourceKind.KINESIS: 100,
    SourceKind.DYNAMODB: 100,
}
_LARGEST_FIFO_BATCH: Final = 10
_LARGEST_BATCH_AT_ONCE: Final = 10
_SHORTEST_AGE: Final = 60
_DESTINATIONS: Final = frozenset({"sqs", "sns", "s3"})
_OF_STREAMS: Final = (
    "StartingPosition",
    "StartingPositionTimestamp",
    "ParallelizationFactor",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "TumblingWindowInSeconds",
)
_PLAIN: Final[Mapping[str, str]] = {
    "BatchSize": "batch_size",
    "MaximumBatchingWindowInSeconds": "batching_window",
    "ParallelizationFactor": "parallelization_factor",
    "MaximumRecordAgeInSeconds": "maximum_record_age",
    "MaximumRetryAttempts": "maximum_retry_attempts",
    "BisectBatchOnFunctionError": "bisects",
    "TumblingWindowInSeconds": "tumbling_window",
}


def settings_of(
    kind: SourceKind,
    parameters: Parameters,
    old: Settings | None = None,
    most_filters: int = MOST_FILTERS,
) -> Settings:
    """Return the settings that a request asks for, those it does not name as they were.

    Raises `LambdaError`.
    """
    _refuse_foreign(kind, parameters)
    settings = replace(old or Settings(batch_size=_BATCH_SIZES[kind]), **_changes(parameters))
    _refuse_together(kind, settings)
    check_filters(settings.filters, most_filters)
    return settings


def start_of(kind: SourceKind, arn: str, parameters: Parameters) -> Start | None:
    """Return where the reading of a source begins; raises `LambdaError`."""
    if kind.is_queue:
        return None
    if "StartingPosition" not in parameters:
        raise refusals.position_missing()
    position, moment = Position(parameters["StartingPosition"]), None
    if position is Position.AT_TIMESTAMP:
        if kind is not SourceKind.KINESIS:
            raise refusals.unsupported_position(arn)
        moment = parameters.get("StartingPositionTimestamp")
        if moment is None:
            raise refusals.timestamp_missing()
    return Start(position, moment)


def _refuse_foreign(kind: SourceKind, parameters: Parameters) -> None:
    """Raise `LambdaError` for a member that the kind of source does not have."""
    for name in _OF_STREAMS if kind.is_queue else ("ScalingConfig",):
        if name in parameters:
            raise refusals.unsupported(name)
    if kind is SourceKind.FIFO_QUEUE and parameters.get("MaximumBatchingWindowInSeconds"):
        raise refusals.unsupported("MaximumBatchingWindowInSeconds")
    destinations = parameters.get("DestinationConfig", {})
    if destinations.get("OnSuccess") or (kind.is_queue and destinations.get("OnFailure")):
        raise refusals.unsupported("DestinationConfig")


def _changes(parameters: Parameters) -> dict[str, Any]:
    changes = {ours: parameters[name] for name, ours in _PLAIN.items() if name in parameters}
    if (criteria := parameters.get("FilterCriteria")) is not None:
        changes["filters"] = _patterns(criteria.get("Filters", ()))
    if (types := parameters.get("FunctionResponseTypes")) is not None:
        changes["reports_failures"] = bool(types)
    if (scaling := parameters.get("ScalingConfig")) is not None:
        changes["maximum_concurrency"] = scaling.get("MaximumConcurrency")
    if "OnFailure" in (destinations := parameters.get("DestinationConfig", {})):
        changes["on_failure"] = destinations["OnFailure"].get("Destination") or None
    return changes


def _patterns(filters: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(each.get("Pattern", "") for each in filters)


def _refuse_together(kind: SourceKind, settings: Settings) -> None:
    """Raise `LambdaError` for what does not go together."""
    if kind is SourceKind.FIFO_QUEUE and settings.batch_size > _LARGEST_FIFO_BATCH:
        raise refusals.batch_too_large(_LARGEST_FIFO_BATCH)
    is_large = settings.batch_size > _LARGEST_BATCH_AT_ONCE
    if kind is SourceKind.QUEUE and is_large and not settings.batching_window:
        raise refusals.window_needed()
    if 0 <= settings.maximum_record_age < _SHORTEST_AGE:
        raise refusals.bad_record_age()
    if settings.on_failure is not None:
        arn = Arn.parse(settings.on_failure)
        if arn is None or arn.service not in _DESTINATIONS:
            raise refusals.bad_destination(settings.on_failure)
