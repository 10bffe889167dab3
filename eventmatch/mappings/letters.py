"""The record of a batch of a stream that is not sent again, as a destination gets it. Pure.

Meaning: service reference §6.5, stream failure record.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from eventmatch.bus.arn import Arn
from eventmatch.bus.moments import moment_text, precise_moment_text
from eventmatch.functions.model import Invoked
from eventmatch.functions.ports import Parcel
from eventmatch.jsontext import write_plain
from eventmatch.mappings.batches import Item, event_of
from eventmatch.mappings.model import EventSourceMapping, SourceKind
from eventmatch.mappings.units import Unit


class Condition(StrEnum):
    """Why a batch is not sent again."""

    RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
    AGE_EXCEEDED = "RecordAgeExceeded"


def letter(
    mapping: EventSourceMapping,
    shard: str,
    unit: Unit,
    condition: Condition,
    now: float,
    request_id: str,
    invoked: Invoked | None = None,
) -> Parcel:
    """Return what the destination of a mapping gets; `invoked` is what the function answered."""
    record: dict[str, Any] = {
        "requestContext": {
            "requestId": request_id,
            "functionArn": mapping.unqualified_function,
            "condition": condition.value,
            "approximateInvokeCount": unit.invocations,
        }
    }
    if invoked is not None:
        record["responseContext"] = {
            "statusCode": invoked.status,
            "executedVersion": invoked.version,
            "functionError": invoked.error,
        }
    record |= {"version": "1.0", "timestamp": precise_moment_text(now)}
    record |= _batch(mapping, shard, unit.items)
    destination = mapping.settings.on_failure or ""
    arn = Arn.parse(destination)
    if arn is not None and arn.service == "s3":
        record["payload"] = event_of(unit.items).decode()
    return Parcel(destination, write_plain(record))


def _seconds(moment: float) -> str:
    return moment_text(int(moment))


_MOMENTS: Final[Mapping[SourceKind, tuple[str, Callable[[float], str]]]] = {
    SourceKind.KINESIS: ("KinesisBatchInfo", precise_moment_text),
    SourceKind.DYNAMODB: ("DDBStreamBatchInfo", _seconds),
}


def _batch(mapping: EventSourceMapping, shard: str, items: Sequence[Item]) -> dict[str, Any]:
    name, text = _MOMENTS[mapping.kind]
    first, last = items[0], items[-1]
    batch = {
        "shardId": shard,
        "startSequenceNumber": first.id,
        "endSequenceNumber": last.id,
        "approximateArrivalOfFirstRecord": text(first.arrived),
        "approximateArrivalOfLastRecord": text(last.arrived),
        "batchSize": len(items),
        "streamArn": mapping.source,
    }
    return {name: batch}
