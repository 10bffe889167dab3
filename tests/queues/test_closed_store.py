"""A store that is not open refuses, and loses nothing."""

import pytest

from eventmatch.errors import StoreCode, StoreError
from eventmatch.queues.model import Message, QueueSettings
from tests.loops import in_loop
from tests.queues.conftest import World


@in_loop
async def test_every_call_behind_the_end_is_refused(world: World) -> None:
    async with world.opened() as queues:
        await queues.create_queue("work", QueueSettings(retention=60))
        await queues.send("work", Message("kept"))
        (received,) = await queues.receive("work")
    for call in (
        queues.create_queue("other"),
        queues.delete_queue("work"),
        queues.send("work", Message("lost")),
        queues.receive("work"),
        queues.receive("work", wait=20),
        queues.delete("work", [received.receipt]),
        queues.change_visibility("work", [received.receipt], 0),
        queues.counts("work"),
        queues.peek("work"),
        queues.purge("work"),
        queues.redrive("work"),
        queues.expire(),
    ):
        with pytest.raises(StoreError) as caught:
            await call
        assert caught.value.code is StoreCode.CLOSED
    async with world.opened() as queues:
        assert queues.list_queues() == ["work"]
        (kept,) = await queues.peek("work")
        assert kept == received
