"""Queues of SQS whose batches of requests fail in part."""

from typing import Any

import pytest

from eventmatch.bus.arn import Arn
from eventmatch.mappings.batches import Item
from eventmatch.mappings.ports import SourceFailure
from eventmatch.mappings.sources.calls import Client
from eventmatch.mappings.sources.sqs import SqsQueue
from tests.loops import in_loop
from tests.mappings.test_shards import AtOnce


class Sqs:
    """A client that fails one entry of each batch."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def get_queue_url(self, **_: Any) -> Any:
        return {"QueueUrl": "q"}

    def delete_message_batch(self, Entries: list[Any], **_: Any) -> Any:  # noqa: N803
        self.sizes.append(len(Entries))
        failed = {"Id": Entries[0]["Id"], "Code": "InternalError", "SenderFault": False}
        return {"Successful": [], "Failed": [failed]}

    change_message_visibility_batch = delete_message_batch


@pytest.mark.parametrize("method", ["delete", "release"])
@in_loop
async def test_what_could_not_be_done_is_told_when_all_was_tried(method: str) -> None:
    sqs, threads = Sqs(), AtOnce()
    arn = Arn.parse("arn:aws:sqs:us-east-1:123456789012:q")
    assert arn is not None
    client = Client(lambda *_: sqs, "sqs", "us-east-1", threads)  # type: ignore[arg-type]
    queue = SqsQueue(client, arn, 1)
    with pytest.raises(SourceFailure, match=r"^3 of 25 messages: InternalError$"):
        await getattr(queue, method)([Item(str(number), {}, b"") for number in range(25)])
    assert sqs.sizes == [10, 10, 5]
