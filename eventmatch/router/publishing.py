"""PutEvents: from entries to the ids of events that are durable, or what refuses them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from eventmatch.bus import refusals
from eventmatch.bus.arn import DEFAULT_BUS, bare_name
from eventmatch.bus.entries import RESERVED, Entry, read_entries
from eventmatch.bus.envelope import Origin, envelope
from eventmatch.bus.payload_refusals import MALFORMED_DETAIL, Refused
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.policies import Caller
from eventmatch.bus.quotas import Quotas
from eventmatch.clock import Clock
from eventmatch.delivery.model import TRACE
from eventmatch.errors import ServiceError
from eventmatch.jsontext import write_plain
from eventmatch.router.intake import Arrival, Intake


class Accepted(NamedTuple):
    """The id of an event that was accepted: whatever becomes of its targets, it is not lost."""

    id: str


Put = Accepted | Refused
"""What becomes of an entry."""


class Publisher:
    """Takes entries. Meaning: service reference §1."""

    def __init__(
        self, plane: ControlPlane, intake: Intake, *, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._plane = plane
        self._intake = intake
        self._clock = clock
        self._new_id = new_id

    async def put_request(self, entries: Any, *, caller: Caller, quotas: Quotas) -> list[Put]:
        """Return what becomes of each entry of a request of AWS's API.

        Raises `ServiceError` where the whole request is refused, and `StoreError`; then nothing
        was accepted.
        """
        most_entries, most_bytes = quotas.put_events_entries, quotas.put_events_bytes
        verdicts = read_entries(entries, most_entries=most_entries, most_bytes=most_bytes)
        for bus in {_bus(entry) for entry in entries}:
            if not self._plane.may_put_events(bus, caller):
                arn = self._plane.place.bus(bare_name(bus))
                raise refusals.may_not_put_events(arn, caller.account)
        return await self._accept(verdicts, caller.account)

    async def answer(
        self, parameters: Mapping[str, Any], *, caller: Caller, quotas: Quotas
    ) -> dict[str, Any]:
        """Return what PutEvents of AWS's API answers; raises as `put_request`."""
        if not isinstance(parameters, Mapping):
            raise refusals.wrong_type("", "an object")
        results = await self.put_request(parameters.get("Entries"), caller=caller, quotas=quotas)
        return {
            "FailedEntryCount": sum(isinstance(result, Refused) for result in results),
            "Entries": [_members(result) for result in results],
        }

    async def put_many(
        self, entries: Iterable[Mapping[str, Any]], *, account: str, quotas: Quotas
    ) -> list[Put]:
        """Return what becomes of each of any number of entries, whose Detail may be an object.

        What would refuse a whole request refuses the one entry. Raises `StoreError`; then nothing
        was accepted.
        """
        most_bytes = quotas.put_events_bytes
        verdicts = [_verdict(entry, most_bytes) for entry in _listed(entries, "entries")]
        return await self._accept(verdicts, account)

    async def take_many(
        self, envelopes: Iterable[Mapping[str, Any]], *, bus: str, account: str, quotas: Quotas
    ) -> list[Put]:
        """Return what becomes of each of any number of whole events; raises as `put_many`.

        Each keeps the id, account, region and time that it has.
        """
        results: list[Put] = []
        arrivals: list[Arrival] = []
        now = self._clock.now()
        for whole in _listed(envelopes, "envelopes"):
            verdict = _verdict(_entry(whole, bus), quotas.put_events_bytes, reserved=())
            if isinstance(verdict, Entry):
                identity = _text(whole, "id") or self._new_id()
                region = _text(whole, "region") or self._plane.place.region
                origin = Origin(_text(whole, "account") or account, region)
                arrivals.append(Arrival(verdict.bus, envelope(verdict, identity, now, origin)))
                results.append(Accepted(identity))
            else:
                results.append(verdict)
        await self._intake.accept(arrivals)
        return results

    async def _accept(self, verdicts: Sequence[Entry | Refused], account: str) -> list[Put]:
        """Return once everything that is accepted is durable."""
        results: list[Put] = []
        arrivals: list[Arrival] = []
        now, origin = self._clock.now(), Origin(account, self._plane.place.region)
        for verdict in verdicts:
            if isinstance(verdict, Refused):
                results.append(verdict)
                continue
            identity = self._new_id()
            facts = {TRACE: verdict.trace} if verdict.trace else {}
            body = envelope(verdict, identity, now, origin)
            arrivals.append(Arrival(verdict.bus, body, facts))
            results.append(Accepted(identity))
        await self._intake.accept(arrivals)
        return results


def _members(result: Put) -> dict[str, str]:
    if isinstance(result, Accepted):
        return {"EventId": result.id}
    return {"ErrorCode": result.code, "ErrorMessage": result.message}


def _bus(entry: Mapping[str, Any]) -> str:
    return entry.get("EventBusName") or DEFAULT_BUS


def _listed(values: Iterable[Mapping[str, Any]], name: str) -> Iterable[Mapping[str, Any]]:
    """Return what is to be put, if it is one thing after the other; raises `ServiceError`."""
    if not isinstance(values, Iterable) or isinstance(values, Mapping | str | bytes):
        raise refusals.wrong_type(name, "a list")
    return values


def _entry(whole: Mapping[str, Any], bus: str) -> Mapping[str, Any]:
    """Return a whole event as an entry; what is no mapping is for others to refuse."""
    if not isinstance(whole, Mapping):
        return whole
    return {
        "Source": whole.get("source"),
        "DetailType": whole.get("detail-type"),
        "Detail": whole.get("detail"),
        "Resources": whole.get("resources"),
        "Time": whole.get("time"),
        "EventBusName": bus,
    }


def _text(whole: Mapping[str, Any], member: str) -> str:
    value = whole.get(member)
    return value if isinstance(value, str) else ""


def _verdict(
    entry: Mapping[str, Any], most_bytes: int, reserved: tuple[str, ...] = RESERVED
) -> Entry | Refused:
    try:
        entry = _with_text(entry)
    except (TypeError, ValueError):
        return MALFORMED_DETAIL
    try:
        (verdict,) = read_entries([entry], most_bytes=most_bytes, reserved=reserved)
    except ServiceError as error:
        return Refused(error.code, error.message)
    return verdict


def _with_text(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an entry whose detail is no object; raises TypeError or ValueError without JSON."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("Detail"), Mapping):
        return entry
    return {**entry, "Detail": write_plain(dict(entry["Detail"])).decode()}
