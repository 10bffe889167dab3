"""What embedded queues and topics have in common as targets: they take messages.

A payload that is not text is INVALID_JSON; any refusal is as `eventmatch.targets.embedded` tells.
"""

from collections.abc import Awaitable, Callable, Sequence

from eventmatch.delivery.model import TRACE, Attempt, Outcome
from eventmatch.queues.model import Attribute, Message
from eventmatch.targets.embedded import Part, outcomes_of
from eventmatch.targets.outcomes import deliver_prepared, text_of
from eventmatch.targets.path import Parameter, group_of

Send = Callable[[Sequence[Message]], Awaitable[Sequence[object]]]
"""Returns for each message what it became, or the exception that refused it."""


class MessageTarget:
    """Sends payloads as messages. `group` gives the message group; what is FIFO needs one."""

    batch_size = 100
    concurrency = 1
    timeout = 30.0

    def __init__(self, send: Send, part: Part, group: Parameter | None = None) -> None:
        self._send_batch = send
        self._part = part
        self._group = group

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Send the payloads, and return once they are durable."""
        return await deliver_prepared(batch, self._message, self._send)

    async def close(self) -> None:
        """Nothing to give up: queues and topics are their owner's."""

    def _message(self, attempt: Attempt) -> Message | Outcome:
        text = text_of(attempt.payload)
        if isinstance(text, Outcome):
            return text
        event, group = attempt.event, group_of(self._group, attempt.event)
        attributes = {
            name: value if isinstance(value, str) else Attribute(*value)
            for name, value in attempt.attributes.items()
        }
        return Message(text, attributes, group, trace=event.facts.get(TRACE))

    async def _send(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        return await outcomes_of(self._send_batch(messages), len(messages), self._part)
