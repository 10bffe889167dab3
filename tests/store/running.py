"""Tests of what is asynchronous, and the events they keep."""

from collections.abc import Sequence

from eventmatch.delivery.model import Delivery, Event, delivery_id
from eventmatch.store.port import Store


def new_event(store: Store, body: bytes = b"{}", accepted: float = 1000.5) -> Event:
    return Event(store.deliveries.reserve(1), body, accepted)


def deliveries_of(
    event: Event, lanes: Sequence[int], due: float | None = None
) -> Sequence[Delivery]:
    return [
        Delivery(delivery_id(event.id, number), lane, event, due=due)
        for number, lane in enumerate(lanes)
    ]


async def accept(store: Store, lanes: Sequence[int], due: float | None = None) -> list[Delivery]:
    """Keep one event with a delivery to each lane, and return the deliveries."""
    event = new_event(store)
    deliveries = deliveries_of(event, lanes, due)
    await store.deliveries.append([event], deliveries)
    return list(deliveries)
