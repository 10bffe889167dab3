"""Time zones: their names, and which moment a time on their clocks is.

Source: reference §4.4. A time that the clocks skip is no moment; of one that they show twice, the
first counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_UTC: Final[timezone] = UTC
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The clocks are set: the times from `first` until `behind` are skipped, or shown twice."""

    first: datetime
    behind: datetime
    is_gap: bool


@lru_cache(maxsize=1024)
def zone_named(name: str) -> tzinfo | None:
    """Return the zone of an IANA name, such as Europe/Berlin; None if there is none."""
    if name == "UTC":
        return _UTC
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder, a bad path, no such zone
        return None


def local_time(moment: datetime, zone: tzinfo) -> datetime:
    """Return what the clocks of a zone show at a moment, without the zone."""
    return moment.astimezone(zone).replace(tzinfo=None)


def moment_of(local: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment, in UTC, at which the clocks first show that; None if they never do."""
    try:
        moment = local.replace(tzinfo=zone).astimezone(_UTC)
    except OverflowError:
        return None
    return moment if zone is _UTC or local_time(moment, zone) == local else None


def zone_of(name: str) -> tzinfo:
    """Return the zone of a name that was found good."""
    zone = zone_named(name)
    assert zone is not None, name
    return zone


def end_of_gap(local: datetime, zone: tzinfo) -> datetime:
    """Return the first minute that the clocks show after one that they skip."""
    skipped, shown = local, local_time(local.replace(tzinfo=zone).astimezone(_UTC), zone)
    while shown - skipped > _MINUTE:
        between = skipped + (shown - skipped) // _MINUTE // 2 * _MINUTE
        if moment_of(between, zone) is None:
            skipped = between
        else:
            shown = between
    return shown


def changes(zone: tzinfo, start: datetime, end: datetime) -> Iterator[Change]:
    """Yield the changes of a zone's clocks between two moments, to the minute."""
    moment = start.astimezone(_UTC)
    while moment < end:
        later = moment + _DAY
        if _offset(moment, zone) != _offset(later, zone):
            yield _change(moment, later, zone)
        moment = later


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return local_time(moment, zone) - moment.replace(tzinfo=None)


def _change(before: datetime, behind: datetime, zone: tzinfo) -> Change:
    """Return the change between two moments."""
    old, new = _offset(before, zone), _offset(behind, zone)
    while behind - before > _MINUTE:
        between = before + (behind - before) // _MINUTE // 2 * _MINUTE
        if _offset(between, zone) == old:
            before = between
        else:
            behind = between
    bare = behind.replace(tzinfo=None)
    return Change(first=bare + min(old, new), behind=bare + max(old, new), is_gap=new > old)
