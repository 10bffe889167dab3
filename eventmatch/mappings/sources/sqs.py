"""Queues of SQS as sources of mappings."""

from collections.abc import Sequence
from typing import Any, Final

from eventmatch.bus.arn import Arn
from eventmatch.mappings.batches import Item
from eventmatch.mappings.ports import SourceFailure, Waiting
from eventmatch.mappings.records import Source, sqs_message
from eventmatch.mappings.sources.calls import Client

# Well below the seconds that clients wait for an answer.
LONG_POLL: Final = 10
_MOST_ENTRIES: Final = 10


class SqsQueue:
    """A queue of SQS, polled with long polls of at most `long_poll` seconds."""

    def __init__(self, client: Client, arn: Arn, long_poll: int) -> None:
        self._client = client
        self._arn = arn
        self._source = Source(str(arn), arn.region)
        self._long_poll = long_poll
        self._url: str | None = None

    async def visibility_timeout(self) -> int:
        """Return for how many seconds a received message is hidden."""
        answer = await self._call("get_queue_attributes", AttributeNames=["VisibilityTimeout"])
        return int(answer["Attributes"]["VisibilityTimeout"])

    async def receive(self, limit: int, wait: int, waiting: Waiting) -> Sequence[Item]:
        """Take up to `limit` messages; where there are none, wait up to `wait` seconds."""
        with waiting:
            answer = await self._call(
                "receive_message",
                MaxNumberOfMessages=limit,
                WaitTimeSeconds=min(wait, self._long_poll),
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        return [sqs_message(each, self._source) for each in answer.get("Messages", ())]

    async def delete(self, items: Sequence[Item]) -> None:
        """Delete messages that were taken."""
        await self._batches("delete_message_batch", items)

    async def release(self, items: Sequence[Item]) -> None:
        """Let messages that were taken be received again at once."""
        await self._batches("change_message_visibility_batch", items, VisibilityTimeout=0)

    async def _batches(self, operation: str, items: Sequence[Item], **more: Any) -> None:
        failed: list[Any] = []
        for start in range(0, len(items), _MOST_ENTRIES):
            entries = [
                {"Id": str(number), "ReceiptHandle": each.handle, **more}
                for number, each in enumerate(items[start : start + _MOST_ENTRIES])
            ]
            answer = await self._call(operation, Entries=entries)
            failed += answer.get("Failed", ())
        if failed:
            reason = failed[0].get("Message") or failed[0]["Code"]
            raise SourceFailure(f"{len(failed)} of {len(items)} messages: {reason}")

    async def _call(self, operation: str, **parameters: Any) -> Any:
        if self._url is None:
            name, owner = self._arn.resource, self._arn.account
            answer = await self._client(
                "get_queue_url", QueueName=name, QueueOwnerAWSAccountId=owner
            )
            self._url = answer["QueueUrl"]
        return await self._client(operation, QueueUrl=self._url, **parameters)
