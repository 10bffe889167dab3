"""What streams need of the store."""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from eventmatch.streams.model import Record, StoredRecord

MOST_BYTES_READ: Final = 10_485_760


def portion(records: Iterable[StoredRecord]) -> Sequence[StoredRecord]:
    """Return what one read gives of records: up to 10 MiB of data, and one record at least."""
    taken, size = list[StoredRecord](), 0
    for each in records:
        size += len(each.record.data)
        if taken and size > MOST_BYTES_READ:
            break
        taken.append(each)
    return taken


class StreamStore(Protocol):
    """Keeps records by stream and shard, in order. Each method raises `StoreError`."""

    async def put(
        self, stream: str, records: Sequence[tuple[int, Record]], now: float
    ) -> Sequence[int]:
        """Keep records durably, each in the shard with that number; return their sequence numbers.

        A sequence number is never given twice in a stream, and one given later is higher.
        """

    async def read(self, stream: str, shard: int, after: int, limit: int) -> Sequence[StoredRecord]:
        """Return a portion of the records of a shard behind a sequence number, in order."""

    async def last(self, stream: str, shard: int) -> int:
        """Return the highest sequence number that a shard has had; 0 if none."""

    async def since(self, stream: str, shard: int, moment: float) -> int:
        """Return the highest sequence number of what arrived before a moment; 0 if none."""

    async def expire(self, stream: str, before: float) -> None:
        """Forget what arrived before a moment."""

    async def drop(self, stream: str) -> None:
        """Forget all records of a stream."""
