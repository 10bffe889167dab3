"""What adapters of this process deliver to, kept in lists."""

from collections.abc import Sequence

from eventmatch.delivery.model import Event
from eventmatch.errors import NotFound, ServiceCode, ServiceError
from eventmatch.queues.model import Message


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
