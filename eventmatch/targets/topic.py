"""Embedded topics as targets. One that does not exist is NO_RESOURCE, in the words of SNS."""

from collections.abc import Sequence
from functools import partial
from typing import Final, Protocol

from eventmatch.errors import QueueCode
from eventmatch.queues.model import Message
from eventmatch.queues.refusals import NO_TOPIC
from eventmatch.targets.embedded import Part
from eventmatch.targets.message import MessageTarget
from eventmatch.targets.outcomes import service_message
from eventmatch.targets.path import Parameter

_SERVICE: Final = "AmazonSNS"
_MISSING: Final = service_message(NO_TOPIC, _SERVICE, 404, QueueCode.NOT_FOUND)


class Topics(Protocol):
    """Topics by their names."""

    async def publish_batch(self, topic: str, messages: Sequence[Message]) -> Sequence[object]:
        """Publish messages; return for each what it became, or the exception that refused it.

        Raises an error that says so where there is no such topic.
        """


class TopicTarget(MessageTarget):
    """Publishes payloads to a topic without a subject."""

    def __init__(self, topics: Topics, topic: str, group: Parameter | None = None) -> None:
        super().__init__(partial(topics.publish_batch, topic), Part(_SERVICE, _MISSING), group)
