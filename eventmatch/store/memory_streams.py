"""`StreamStore` in memory: for tests, and for records that need not outlive the process."""

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence

from eventmatch.streams.model import Record, StoredRecord
from eventmatch.streams.ports import portion


class MemoryStreams:
    """`StreamStore` in memory. `check` raises `StoreError` while the store is not open."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._numbers = itertools.count(1)
        self._shards: dict[str, dict[int, list[StoredRecord]]] = {}
        self._last: dict[str, dict[int, int]] = defaultdict(dict)

    async def put(
        self, stream: str, records: Sequence[tuple[int, Record]], now: float
    ) -> Sequence[int]:
        """Keep records, each in the shard with that number; return their sequence numbers."""
        self._check()
        shards = self._shards.setdefault(stream, {})
        sequences = []
        for shard, record in records:
            sequence = self._last[stream][shard] = next(self._numbers)
            shards.setdefault(shard, []).append(StoredRecord(sequence, record, now))
            sequences.append(sequence)
        return sequences

    async def read(self, stream: str, shard: int, after: int, limit: int) -> Sequence[StoredRecord]:
        """Return records of a shard behind a sequence number, in order."""
        records = self._records(stream, shard)
        first = bisect_right(records, after, key=_sequence)
        return portion(records[first : first + limit])

    async def last(self, stream: str, shard: int) -> int:
        """Return the highest sequence number that a shard has had; 0 if none."""
        self._check()
        return self._last[stream].get(shard, 0)

    async def since(self, stream: str, shard: int, moment: float) -> int:
        """Return the highest sequence number of what arrived before a moment; 0 if none."""
        records = self._records(stream, shard)
        before = _older(records, moment)
        return records[before - 1].sequence if before else 0

    async def expire(self, stream: str, before: float) -> None:
        """Forget what arrived before a moment."""
        self._check()
        for records in self._shards.get(stream, {}).values():
            del records[: _older(records, before)]

    async def drop(self, stream: str) -> None:
        """Forget all records of a stream."""
        self._check()
        self._shards.pop(stream, None)
        self._last.pop(stream, None)

    def _records(self, stream: str, shard: int) -> Sequence[StoredRecord]:
        self._check()
        return self._shards.get(stream, {}).get(shard, [])


def _sequence(record: StoredRecord) -> int:
    return record.sequence


def _older(records: Sequence[StoredRecord], moment: float) -> int:
    """Return how many come before the first that is not older; a clock may be set back."""
    newer = (place for place, record in enumerate(records) if record.arrived >= moment)
    return next(newer, len(records))
