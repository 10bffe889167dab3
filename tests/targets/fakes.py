"""What adapters of this process deliver to, kept in lists."""

import json
from collections.abc import Sequence

from eventmatch.delivery.model import Event
from eventmatch.errors import NotFound, ServiceCode, ServiceError
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.invoking import Source
from eventmatch.queues.model import Message
from eventmatch.streams.model import Record


class Shelves:
    """Queues and topics at once: lists by name, which refuse what has the word "bad" in it."""

    def __init__(self, *names: str, fault: Exception | None = None) -> None:
        self.messages: dict[str, list[Message]] = {name: [] for name in names}
        self.fault = fault

    async def send_batch(self, queue: str, messages: Sequence[Message]) -> Sequence[object]:
        if self.fault is not None:
            raise self.fault
        if queue not in self.messages:
            raise NotFound("queue", queue)
        return [self._kept(queue, message) for message in messages]

    publish_batch = send_batch

    def _kept(self, queue: str, message: Message) -> object:
        if "bad" in message.body:
            return ServiceError(ServiceCode.VALIDATION, "bad")
        self.messages[queue].append(message)
        return "id"


class Buses:
    """Buses by ARN: lists of events."""

    def __init__(self, *arns: str, fault: Exception | None = None) -> None:
        self.events: dict[str, list[Event]] = {arn: [] for arn in arns}
        self.fault = fault

    async def __call__(self, bus: str, events: Sequence[Event]) -> Sequence[object]:
        if self.fault is not None:
            raise self.fault
        if bus not in self.events:
            raise NotFound("event bus", bus)
        self.events[bus] += events
        return ["id"] * len(events)


class Streams:
    """Streams by name: lists of records, which refuse what has the word "bad" in it."""

    def __init__(self, *names: str, fault: Exception | None = None) -> None:
        self.records: dict[str, list[Record]] = {name: [] for name in names}
        self.fault = fault

    async def put_records(self, stream: str, records: Sequence[Record]) -> Sequence[object]:
        if self.fault is not None:
            raise self.fault
        if stream not in self.records:
            raise NotFound("stream", stream)
        return [self._kept(stream, record) for record in records]

    def _kept(self, stream: str, record: Record) -> object:
        if b"bad" in record.data:
            return ServiceError(ServiceCode.VALIDATION, "bad")
        self.records[stream].append(record)
        return 1


class Invocations:
    """Functions by ARN: lists of payloads, which refuse what is no JSON."""

    def __init__(self, *arns: str, fault: Exception | None = None) -> None:
        self.payloads: dict[str, list[bytes]] = {arn: [] for arn in arns}
        self.fault = fault
        self.sources: list[Source | None] = []

    async def __call__(
        self, function: str, events: Sequence[tuple[bytes, str | None]], source: Source | None
    ) -> Sequence[object]:
        if self.fault is not None:
            raise self.fault
        if function not in self.payloads:
            raise LambdaError(LambdaCode.RESOURCE_NOT_FOUND, f"Function not found: {function}")
        self.sources.append(source)
        return [self._kept(function, payload) for payload, _ in events]

    def _kept(self, function: str, payload: bytes) -> object:
        try:
            json.loads(payload)
        except ValueError:
            return LambdaError(LambdaCode.INVALID_REQUEST_CONTENT, "Could not parse")
        self.payloads[function].append(payload)
        return "id"
