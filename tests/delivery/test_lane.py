"""What a lane does when it is stopped."""

import asyncio
from collections.abc import Sequence

from eventmatch.delivery.attempt import Tried
from eventmatch.delivery.lane import Lane, Pool
from eventmatch.delivery.model import Delivery, Event, delivery_id
from eventmatch.delivery.ports import Destination
from eventmatch.store.memory import MemoryStore
from eventmatch.testing.clock import VirtualClock, settle
from tests.delivery.worlds import FakeTarget, play


def test_a_lane_that_is_stopped_as_a_batch_ends_tries_nothing_more() -> None:
    async def scene() -> None:
        target, clock = FakeTarget(batch_size=1, concurrency=1), VirtualClock()
        stops: list[asyncio.Future[None]] = []

        async def end(lane: Lane, _: Sequence[Tried]) -> None:
            stops.append(asyncio.ensure_future(lane.stop()))

        store = MemoryStore().deliveries
        lane = Lane(1, Destination("a", target), end, store, clock, Pool())
        events = [Event(number, b"{}", clock.now()) for number in range(1, 9)]
        lane.offer([Delivery(delivery_id(event.id, 0), 1, event) for event in events])
        await settle()
        assert len(target.attempts) == 2  # one begins while the first is being settled
        assert not lane.tasks

    play(scene)
