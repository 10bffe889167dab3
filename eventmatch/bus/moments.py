"""Moments as PutEvents takes them and as envelopes tell them: UTC, whole seconds since 1970."""

import math
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_FIRST: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _SECOND
_LAST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _SECOND


def read_moment(value: object) -> int:
    """Return the second that a number, a datetime or an ISO 8601 text names.

    What is smaller than a second is cut off; without an offset it is UTC. Raises ValueError for
    anything else, and outside the years 1 to 9999.
    """
    seconds = _seconds(datetime.fromisoformat(value) if isinstance(value, str) else value)
    if not _FIRST <= seconds < _LAST + 1:
        raise ValueError(value)
    return math.floor(seconds)


def read_instant(value: object) -> float:
    """Return the moment that a number, a datetime or an ISO 8601 text names, as `read_moment`.

    Nothing is cut off.
    """
    whole = read_moment(value)
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return whole + value.microsecond / 1e6
    assert isinstance(value, int | float)
    return value


def _seconds(value: object) -> float:
    if isinstance(value, datetime):
        return ((value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH) // _SECOND
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise ValueError(value)


@lru_cache(maxsize=1024)
def moment_text(seconds: int) -> str:
    """Return a second as the envelope has it, such as `2026-01-02T03:04:05Z`."""
    year, month, day, hour, minute, second = time.gmtime(seconds)[:6]
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"


def precise_moment_text(seconds: float) -> str:
    """Return a moment with its milliseconds, such as `2026-01-02T03:04:05.678Z`."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{moment_text(whole)[:-1]}.{milliseconds:03}Z"
