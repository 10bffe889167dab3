"""Topics of SNS as targets. Outcomes are told in `eventmatch.targets.aws.errors`."""

from collections.abc import Mapping, Sequence
from typing import Any

from eventmatch.delivery.model import Attempt, Outcome
from eventmatch.targets.aws.batch import Entry, message_attributes, numbered, outcomes_by_id
from eventmatch.targets.aws.batched import BatchedTarget
from eventmatch.targets.outcomes import text_of
from eventmatch.targets.path import group_of


class SnsTarget(BatchedTarget):
    """Publishes payloads to a topic without a subject.

    A FIFO topic needs a group, and content-based de-duplication.
    """

    service = "AmazonSNS"
    most_bytes = 262_144

    def entry(self, attempt: Attempt) -> Entry | Outcome:
        """Return the payload as a message."""
        text = text_of(attempt.payload)
        if isinstance(text, Outcome):
            return text
        group = group_of(self.group, attempt.event)
        members: dict[str, Any] = {"Message": text}
        if group is not None:
            members["MessageGroupId"] = group
        if attempt.attributes:
            members["MessageAttributes"] = message_attributes(attempt.attributes)
        return Entry(members, len(attempt.payload))

    def call(self, entries: Sequence[Mapping[str, Any]]) -> Sequence[Outcome]:
        """Publish one batch."""
        client = self.clients("sns", self.arn.region)
        response = client.publish_batch(
            TopicArn=str(self.arn), PublishBatchRequestEntries=numbered(entries)
        )
        return outcomes_by_id(response, len(entries), self.service)
