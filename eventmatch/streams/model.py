"""The values of streams."""

from typing import NamedTuple


class StreamSettings(NamedTuple):
    """How many shards a stream has, and for how many seconds it keeps records (24 h to 365 d)."""

    shards: int = 1
    retention: int = 86_400


class Record(NamedTuple):
    """What is put on a stream: its data, and the key that chooses its shard."""

    data: bytes
    partition_key: str


class StoredRecord(NamedTuple):
    """A record of a shard. `sequence` grows within a shard; `arrived` is in seconds since 1970."""

    sequence: int
    record: Record
    arrived: float
