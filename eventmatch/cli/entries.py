"""From the text of an event to what a router takes: an entry of PutEvents, or a whole event."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from eventmatch.bus.payload_refusals import Refused
from eventmatch.cli.events import EventText
from eventmatch.cli.terminal import cut
from eventmatch.engine.event import read_event
from eventmatch.errors import EventCode, EventError
from eventmatch.jsontext import NumberText, read_merged, to_compact
from eventmatch.router.router import Router

_LONGEST: Final = 300


class Entry(NamedTuple):
    """What a text holds; a whole event has AWS's names of its members in small letters."""

    number: int
    text: EventText
    members: Mapping[str, Any]
    is_whole: bool


def read_entry(number: int, text: EventText) -> Entry:
    """Return what the text with that number holds; raises `EventError`.

    Numbers in its detail keep their digits.
    """
    try:
        members = read_merged(text.data)
    except ValueError as error:
        read_event(text.data)
        raise EventError(EventCode.SYNTAX, str(error)) from error
    if not isinstance(members, dict):
        raise EventError(EventCode.NOT_AN_OBJECT, "an event must be a JSON object")
    is_whole = "Detail" not in members and bool({"detail-type", "detail"} & members.keys())
    return Entry(number, text, dict(_exact(members)), is_whole)


async def put(router: Router, entries: Sequence[Entry], bus: str) -> Mapping[int, str]:
    """Put entries and whole events, each kind in one batch; return complaints by their numbers.

    `bus` is for those that name none. Raises `StoreError`.
    """
    plain = [entry for entry in entries if not entry.is_whole]
    whole = [entry for entry in entries if entry.is_whole]
    results = await router.put_events([{"EventBusName": bus, **each.members} for each in plain])
    results += await router.put_envelopes([each.members for each in whole], event_bus_name=bus)
    return {
        entry.number: _complaint(entry.text, result)
        for entry, result in zip([*plain, *whole], results, strict=True)
        if isinstance(result, Refused)
    }


def _complaint(text: EventText, refused: Refused) -> str:
    message = cut(" ".join(refused.message.split()), _LONGEST)
    return f"{text.file}:{text.line}: error[{refused.code}]: {message}"


def _exact(members: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the members, the detail as text, and numbers as numbers."""
    for name, value in members.items():
        if name in ("Detail", "detail") and isinstance(value, dict):
            yield name, to_compact(value).decode()
        else:
            yield name, float(value) if isinstance(value, NumberText) else value
