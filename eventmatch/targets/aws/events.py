"""Buses of EventBridge as targets. Outcomes are told in `eventmatch.targets.aws.errors`.

The service gives each event an id, an account and a region of its own, as to all that it is sent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from eventmatch.bus.entries import entry_size
from eventmatch.delivery.model import DELIVERED, TRACE, Attempt, Event, Outcome
from eventmatch.jsontext import read_merged, to_compact
from eventmatch.targets.aws.batch import Entry
from eventmatch.targets.aws.batched import BatchedTarget
from eventmatch.targets.aws.errors import refusal
from eventmatch.targets.outcomes import INVALID_INPUT


class EventsTarget(BatchedTarget):
    """Puts the original events on a bus."""

    service = "AmazonEventBridge"
    # It takes more by now, what stands in for it may not; one larger event goes alone.
    most_bytes = 262_144

    def entry(self, attempt: Attempt) -> Entry | Outcome:
        """Return the event as an entry of PutEvents."""
        try:
            members = _members(attempt.event)
            size = entry_size(members)
        except (ValueError, KeyError, TypeError, AttributeError):
            return INVALID_INPUT
        trace = attempt.event.facts.get(TRACE)
        header = {"TraceHeader": trace} if trace else {}
        return Entry({**members, **header, "EventBusName": str(self.arn)}, size)

    def call(self, entries: Sequence[Mapping[str, Any]]) -> Sequence[Outcome]:
        """Put one batch."""
        response = self.clients("events", self.arn.region).put_events(Entries=list(entries))
        request = response.get("ResponseMetadata", {}).get("RequestId", "null")
        return [self._outcome(entry, request) for entry in response["Entries"]]

    def _outcome(self, entry: Mapping[str, str], request: str) -> Outcome:
        if (code := entry.get("ErrorCode")) is None:
            return DELIVERED
        return refusal(code, entry.get("ErrorMessage", ""), self.service, 400, request)


def _members(event: Event) -> dict[str, Any]:
    envelope = read_merged(event.body)
    return {
        "Source": envelope["source"],
        "DetailType": envelope["detail-type"],
        "Detail": to_compact(envelope["detail"]).decode(),
        "Resources": envelope.get("resources", []),
        "Time": datetime.fromisoformat(envelope["time"]),
    }
