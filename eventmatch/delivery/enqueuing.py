"""Payloads for lanes that no rule leads to: made durable, then handed to the dispatcher."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from eventmatch.clock import Clock
from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.delivery.model import Delivery, Event, delivery_id
from eventmatch.delivery.ports import DeliveryStore


class Item(NamedTuple):
    """A payload for the lane with that description, and the facts that travel beside it."""

    lane: bytes
    payload: bytes
    facts: Mapping[str, str] = {}


class Enqueuer:
    """Takes payloads over: what it has taken ends as a delivery does, whatever happens."""

    def __init__(self, store: DeliveryStore, dispatcher: Dispatcher, clock: Clock) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._clock = clock
        self._keeping: set[asyncio.Task[None]] = set()

    async def enqueue(self, items: Sequence[Item]) -> None:
        """Return when all items are durable; raises `StoreError`, and then none is."""
        if not items:
            return
        # Who gives up waiting does not take back what may be in the store by then.
        task = asyncio.create_task(self._keep(items))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        await asyncio.shield(task)

    async def stop(self) -> None:
        """Return when nothing is on its way into the store."""
        await asyncio.gather(*self._keeping, return_exceptions=True)

    async def _keep(self, items: Sequence[Item]) -> None:
        lanes = {item.lane: await self._dispatcher.lane(item.lane) for item in items}
        now, has_room = self._clock.now(), self._dispatcher.has_room
        dues = {lane: None if has_room(lane) else now for lane in lanes.values()}
        first = self._store.reserve(len(items))
        events = [
            Event(number, item.payload, now, item.facts) for number, item in enumerate(items, first)
        ]
        deliveries = [
            Delivery(delivery_id(event.id, 0), lanes[item.lane], event, 0, dues[lanes[item.lane]])
            for item, event in zip(items, events, strict=True)
        ]
        await self._store.append(events, deliveries)
        self._dispatcher.offer(deliveries)
