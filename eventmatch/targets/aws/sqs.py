"""Queues of SQS as targets. Outcomes are told in `eventmatch.targets.aws.errors`."""

from collections.abc import Mapping, Sequence
from typing import Any

from eventmatch.delivery.model import TRACE, Attempt, Outcome
from eventmatch.targets.aws.batch import Entry, message_attributes, numbered, outcomes_by_id
from eventmatch.targets.aws.batched import BatchedTarget
from eventmatch.targets.outcomes import text_of
from eventmatch.targets.path import group_of


class SqsTarget(BatchedTarget):
    """Sends payloads to a queue.

    A FIFO queue needs a group, and content-based de-duplication.
    """

    service = "AmazonSQS"
    most_bytes = 1_048_576

    def entry(self, attempt: Attempt) -> Entry | Outcome:
        """Return the payload as a message, with the attributes of a dead letter."""
        text = text_of(attempt.payload)
        if isinstance(text, Outcome):
            return text
        members: dict[str, Any] = {"MessageBody": text}
        if (group := group_of(self.group, attempt.event)) is not None:
            members["MessageGroupId"] = group
        if attempt.attributes:
            members["MessageAttributes"] = message_attributes(attempt.attributes)
        if trace := attempt.event.facts.get(TRACE):
            members["MessageSystemAttributes"] = message_attributes({"AWSTraceHeader": trace})
        return Entry(members, len(attempt.payload))

    def call(self, entries: Sequence[Mapping[str, Any]]) -> Sequence[Outcome]:
        """Send one batch."""
        client = self.clients("sqs", self.arn.region)
        url = f"{client.meta.endpoint_url}/{self.arn.account}/{self.arn.resource}"
        response = client.send_message_batch(QueueUrl=url, Entries=numbered(entries))
        return outcomes_by_id(response, len(entries), self.service)
