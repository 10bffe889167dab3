"""The entries of PutEvents: what the request is refused for, and the verdict on each of them.

Meaning: service reference §1.1 to §1.5. The request is judged before its entries: a count, a
constraint or the size refuses all of them.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from eventmatch.bus import payload_refusals as refusals
from eventmatch.bus.arn import DEFAULT_BUS
from eventmatch.bus.constraints import Items, Members, accept
from eventmatch.bus.payload_refusals import Refused
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.shapes import ENTRY
from eventmatch.jsontext import compact

RESERVED: Final = ("aws.",)

_USUAL: Final = Quotas()
_TIME_BYTES: Final = 14
# What else such a header tells is up to whoever reads it.
_TRACE: Final = re.compile(r"(?:^|;)\s*Root=1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}\s*(?:;|$)", re.ASCII)


class Entry(NamedTuple):
    """An entry that is accepted.

    `bus` is the name or ARN as given, `detail` compact JSON, `time` in seconds since 1970, None
    for that of the ingestion; `trace` is a header of X-Ray.
    """

    bus: str
    source: str
    detail_type: str
    detail: bytes
    resources: Sequence[str] = ()
    time: int | None = None
    trace: str | None = None


def read_entries(
    entries: object,
    *,
    most_entries: int | None = _USUAL.put_events_entries,
    most_bytes: int = _USUAL.put_events_bytes,
    reserved: tuple[str, ...] = RESERVED,
) -> list[Entry | Refused]:
    """Return the verdict on each entry of a request, in order; raises `ServiceError`.

    `entries` has AWS's members. `most_entries` is how many there may be, None for any number;
    `most_bytes` is for all of them together, each counted by `entry_size`; `reserved` is how no
    source may begin.
    """
    read = accept(_request(most_entries), {"Entries": entries})["Entries"]
    if sum(map(entry_size, read)) > most_bytes:
        raise refusals.too_large()
    return [_verdict(entry, reserved) for entry in read]


@lru_cache(maxsize=16)
def _request(most_entries: int | None) -> Members:
    entries = Items(of=ENTRY, least=1, most=most_entries)
    return Members(name="PutEventsRequest", members={"Entries": entries}, required=("Entries",))


def entry_size(entry: Mapping[str, Any]) -> int:
    """Return the bytes that an entry counts for."""
    size = 0 if entry.get("Time") is None else _TIME_BYTES
    for member in ("Source", "DetailType", "Detail"):
        size += _utf8_length(entry.get(member) or "")
    return size + sum(map(_utf8_length, entry.get("Resources") or ()))


def _utf8_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _verdict(entry: Mapping[str, Any], reserved: tuple[str, ...]) -> Entry | Refused:
    source, detail_type = entry.get("Source"), entry.get("DetailType")
    if not source:
        return refusals.NO_SOURCE
    if not detail_type:
        return refusals.NO_DETAIL_TYPE
    text = entry.get("Detail")
    if not text:
        return refusals.NO_DETAIL
    if source.startswith(reserved):
        return refusals.AWS_SOURCE
    detail = _detail(text)
    if detail is None:
        return refusals.MALFORMED_DETAIL
    return Entry(
        entry.get("EventBusName") or DEFAULT_BUS,
        source,
        detail_type,
        detail,
        entry.get("Resources") or (),
        entry.get("Time"),
        _trace(entry.get("TraceHeader")),
    )


def _trace(header: str | None) -> str | None:
    """Return a trace header; None for one that is malformed, whose event has no trace."""
    return header if header and _TRACE.search(header) else None


def _detail(text: str) -> bytes | None:
    """Return the compact text of one JSON object, which nothing can stand before or behind."""
    try:
        detail = compact(text)
    except ValueError:
        return None
    return detail if detail.startswith(b"{") else None
