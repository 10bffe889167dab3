"""What each kind of source is read with, and what it does not have."""

from typing import Any, Final

import pytest

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.mappings.model import FOREVER, Settings, SourceKind
from eventmatch.mappings.settings import settings_of, start_of

QUEUES: Final = (SourceKind.QUEUE, SourceKind.FIFO_QUEUE)
STREAMS: Final = (SourceKind.KINESIS, SourceKind.DYNAMODB)
KINDS: Final = (*QUEUES, *STREAMS)
DEAD: Final = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:dead"}}
# What a member may be, and the kinds that have it.
MEMBERS: Final[dict[str, tuple[Any, tuple[SourceKind, ...]]]] = {
    "BatchSize": (10, KINDS),
    "MaximumBatchingWindowInSeconds": (1, (SourceKind.QUEUE, *STREAMS)),
    "StartingPosition": ("LATEST", STREAMS),
    "ParallelizationFactor": (2, STREAMS),
    "MaximumRecordAgeInSeconds": (60, STREAMS),
    "MaximumRetryAttempts": (1, STREAMS),
    "BisectBatchOnFunctionError": (True, STREAMS),
    "TumblingWindowInSeconds": (1, STREAMS),
    "ScalingConfig": ({"MaximumConcurrency": 2}, QUEUES),
    "DestinationConfig": (DEAD, STREAMS),
    "FunctionResponseTypes": (["ReportBatchItemFailures"], KINDS),
    "FilterCriteria": ({"Filters": [{"Pattern": '{"k": ["v"]}'}]}, KINDS),
}


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (SourceKind.QUEUE, 10),
        (SourceKind.FIFO_QUEUE, 10),
        (SourceKind.KINESIS, 100),
        (SourceKind.DYNAMODB, 100),
    ],
)
def test_what_is_not_told_is_the_default(kind: SourceKind, size: int) -> None:
    told = settings_of(kind, {})
    assert told == Settings(batch_size=size)
    assert (told.maximum_record_age, told.maximum_retry_attempts) == (FOREVER, FOREVER) == (-1, -1)
    assert (told.batching_window, told.tumbling_window, told.parallelization_factor) == (0, 0, 1)
    assert (told.bisects, told.reports_failures) == (False, False)
    assert (told.maximum_concurrency, told.on_failure, told.filters) == (None, None, ())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_is_taken_by_the_kinds_that_have_it(kind: SourceKind, name: str) -> None:
    value, kinds = MEMBERS[name]
    if kind in kinds:
        settings_of(kind, {name: value})
        return
    with pytest.raises(LambdaError) as refused:
        settings_of(kind, {name: value})
    assert refused.value.code is LambdaCode.INVALID_PARAMETER_VALUE
    assert refused.value.message == (
        f"Unsupported {name} parameter for given event source mapping type."
    )


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        (SourceKind.QUEUE, 10_000),
        (SourceKind.FIFO_QUEUE, 10),
        (SourceKind.KINESIS, 10_000),
        (SourceKind.DYNAMODB, 10_000),
    ],
)
def test_a_batch_has_so_many_records(kind: SourceKind, most: int) -> None:
    window = {} if kind is SourceKind.FIFO_QUEUE else {"MaximumBatchingWindowInSeconds": 1}
    assert settings_of(kind, {"BatchSize": most, **window}).batch_size == most
    if kind is SourceKind.FIFO_QUEUE:
        with pytest.raises(LambdaError):
            settings_of(kind, {"BatchSize": most + 1})


@pytest.mark.parametrize("kind", STREAMS)
def test_a_batch_of_a_stream_needs_no_window(kind: SourceKind) -> None:
    assert settings_of(kind, {"BatchSize": 11}).batch_size == 11


@pytest.mark.parametrize("kind", STREAMS)
@pytest.mark.parametrize(
    ("age", "fits"), [(-1, True), (0, False), (59, False), (60, True), (604_800, True)]
)
def test_an_age_is_long_enough(kind: SourceKind, age: int, fits: bool) -> None:
    if fits:
        assert settings_of(kind, {"MaximumRecordAgeInSeconds": age}).maximum_record_age == age
    else:
        with pytest.raises(LambdaError):
            settings_of(kind, {"MaximumRecordAgeInSeconds": age})


@pytest.mark.parametrize("kind", KINDS)
def test_where_the_reading_begins(kind: SourceKind) -> None:
    moment = {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 1.5}
    if kind in QUEUES:
        assert start_of(kind, "arn", {}) is None
        return
    with pytest.raises(LambdaError, match="startingPosition"):
        start_of(kind, "arn", {})
    for position in ("TRIM_HORIZON", "LATEST"):
        assert start_of(kind, "arn", {"StartingPosition": position}) == (position, None)
    if kind is SourceKind.KINESIS:
        assert start_of(kind, "arn", moment) == ("AT_TIMESTAMP", 1.5)
    else:
        with pytest.raises(LambdaError, match="Unsupported starting position for arn type: arn"):
            start_of(kind, "arn", moment)
