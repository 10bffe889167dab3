"""What streams take in: the checks of Kinesis. Pure."""

import re
from typing import Final

from eventmatch.streams.errors import invalid_argument, out_of_range, too_much_data
from eventmatch.streams.model import Record, StreamSettings
from eventmatch.streams.sharding import HASH_KEYS

MOST_DATA: Final = 1_048_576
LONGEST_KEY: Final = 256
SHARDS: Final = range(1, 10_001)
RETENTION: Final = range(86_400, 31_536_001)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NAME: Final = re.compile(r"[a-zA-Z0-9_.-]{1,128}")


def refuse_record(record: Record, explicit_hash_key: int | None = None) -> None:
    """Raise `StreamError` for a record that Kinesis does not take."""
    key = record.partition_key
    if not key:
        raise out_of_range(key, "partitionKey", "length greater than or equal to 1")
    if len(key) > LONGEST_KEY:
        raise out_of_range(key, "partitionKey", f"length less than or equal to {LONGEST_KEY}")
    if _SURROGATE.search(key):
        raise invalid_argument("PartitionKey must be text of Unicode, without lone surrogates.")
    if len(record.data) > MOST_DATA:
        raise too_much_data(MOST_DATA)
    if explicit_hash_key is not None and not 0 <= explicit_hash_key < HASH_KEYS:
        raise invalid_argument(
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
            f"Specified value was {explicit_hash_key}"
        )


def refuse_stream(name: str, settings: StreamSettings) -> None:
    """Raise `StreamError` for a name or settings that no stream may have."""
    if _NAME.fullmatch(name) is None:
        bound = "satisfy regular expression pattern: [a-zA-Z0-9_.-]+ and length 1 to 128"
        raise out_of_range(name, "streamName", bound)
    _refuse_number(settings.shards, "shardCount", SHARDS)
    refuse_retention(settings.retention)


def refuse_retention(retention: int) -> None:
    """Raise `StreamError` for a number of seconds for which no stream keeps records."""
    _refuse_number(retention, "retentionPeriod", RETENTION)


def _refuse_number(value: int, path: str, allowed: range) -> None:
    if value not in allowed:
        bound = f"value from {allowed.start} to {allowed.stop - 1}"
        raise out_of_range(value, path, bound)
