"""The vectors of `patterns/service/` about entries: verdicts, sizes and envelopes.

Rules and targets are left aside: here it counts which entries are accepted, and what the events
are that they make. Who may put events on which bus is not asked either.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from eventmatch.bus.entries import Entry, entry_size, read_entries
from eventmatch.bus.envelope import Origin, envelope, replayed
from eventmatch.bus.identity import RandomIds
from eventmatch.errors import ServiceError
from eventmatch.jsontext import read_plain
from tests.service_vectors import fits, moment, value_of
from tests.vectors import SERVICE, load

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
START: Final = "2026-01-02T03:04:05Z"
NEW_ID: Final = RandomIds()


def each(file: str, kind: str) -> pytest.MarkDecorator:
    chosen = [pytest.param(vector, id=vector["name"]) for vector in load(SERVICE / file)[kind]]
    return pytest.mark.parametrize("vector", chosen)


@each("sizes.json", "sizes")
def test_an_entry_counts_for_so_many_bytes(vector: Mapping[str, Any]) -> None:
    assert entry_size(value_of(vector["entry"], {})) == vector["bytes"]


@each("envelopes.json", "envelopes")
def test_the_envelope_is_told_to_the_byte(vector: Mapping[str, Any]) -> None:
    context = vector["context"]
    (entry,) = read_entries([value_of(vector["entry"], {})])
    assert isinstance(entry, Entry)
    origin = Origin(
        context.get("caller", {}).get("account", ACCOUNT), context.get("region", REGION)
    )
    ingested = moment(context.get("at", START))
    if replay := context.get("replay_name"):
        body = replayed(envelope(entry, "another", ingested, origin), context["id"], replay)
    else:
        body = envelope(entry, context["id"], ingested, origin)
    assert body.decode() == vector["envelope"]


class Publisher:
    """Puts events, knows who calls and what time it is, and keeps the events that came of it."""

    def __init__(self, settings: Mapping[str, int]) -> None:
        self.most_bytes = settings.get("put_events_bytes", 1_048_576)
        self.now = moment(START)
        self.events: list[Any] = []

    def put_events(self, call: Mapping[str, Any]) -> dict[str, Any]:
        self.now = moment(call["at"]) if "at" in call else self.now
        origin = Origin(call.get("caller", {}).get("account", ACCOUNT), REGION)
        answers: list[dict[str, str]] = []
        entries = value_of(call["params"], {})["Entries"]
        for verdict in read_entries(entries, most_bytes=self.most_bytes):
            if isinstance(verdict, Entry):
                identity = NEW_ID()
                self.events.append(read_plain(envelope(verdict, identity, self.now, origin)))
                answers.append({"EventId": identity})
            else:
                answers.append({"ErrorCode": verdict.code, "ErrorMessage": verdict.message})
        failed = sum("ErrorCode" in answer for answer in answers)
        return {"FailedEntryCount": failed, "Entries": answers}


def calls(vector: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The calls that put events, but those that a policy forbids."""
    for call in vector["calls"]:
        forbidden = call.get("error", {}).get("code") == "AccessDeniedException"
        if call["op"] == "PutEvents" and not forbidden:
            yield call


@each("put_events.json", "scenarios")
def test_entries_get_their_verdicts(vector: Mapping[str, Any]) -> None:
    publisher = Publisher(vector.get("settings", {}))
    names: dict[str, Any] = {}
    for call in calls(vector):
        if "error" in call:
            with pytest.raises(ServiceError) as refused:
                publisher.put_events(call)
            assert refused.value.code == call["error"]["code"]
            told = call["error"].get("message", refused.value.message)
            assert fits(told, refused.value.message, names)
        else:
            answer = publisher.put_events(call)
            assert fits(call["result"], answer, names)
        for delivery in call.get("delivers", ()):
            told = delivery.get("event", {"$others": True})
            assert any(fits(told, event, names) for event in publisher.events)
