"""Which shard a record belongs to, and how shards and sequence numbers are written.

The hash keys, 0 to 2**128 - 1, are split evenly; that of a record is the MD5 of its partition key.
Pure.
"""

import hashlib
import re
from typing import Final

HASH_KEYS: Final = 1 << 128
_SHARD: Final = re.compile(r"shardId-([0-9]{12})")
# As long as Kinesis's numbers are, so that their order is that of their texts.
_SEQUENCE: Final = re.compile(r"49([0-9]{54})")


def hash_key(partition_key: str) -> int:
    """Return the hash key of a partition key."""
    digest = hashlib.md5(partition_key.encode(), usedforsecurity=False)
    return int.from_bytes(digest.digest(), "big")


def shard_of(key: int, shards: int) -> int:
    """Return which of so many shards a hash key falls in."""
    return min(key // (HASH_KEYS // shards), shards - 1)


def hash_range(shard: int, shards: int) -> tuple[int, int]:
    """Return the first and the last hash key of a shard."""
    width = HASH_KEYS // shards
    end = HASH_KEYS if shard == shards - 1 else (shard + 1) * width
    return shard * width, end - 1


def shard_id(shard: int) -> str:
    """Return how a shard is written: `shardId-000000000000` is the first."""
    return f"shardId-{shard:012}"


def shard_number(text: str) -> int | None:
    """Return the shard that is written so; None for a text that is none."""
    found = _SHARD.fullmatch(text)
    return None if found is None else int(found[1])


def sequence_text(sequence: int) -> str:
    """Return a sequence number as 56 digits."""
    return f"49{sequence:054}"


def sequence_number(text: str) -> int | None:
    """Return the sequence number that is written so; None for a text that is none."""
    found = _SEQUENCE.fullmatch(text)
    return None if found is None else int(found[1])
