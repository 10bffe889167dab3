"""The file says what the dicts say, whatever is asked of them."""

import random
from pathlib import Path

import pytest

from eventmatch.delivery.model import Delivery, Event, Retry, delivery_id
from eventmatch.store.memory import MemoryStore
from eventmatch.store.port import Store
from eventmatch.store.sqlite import SqliteStore
from tests.loops import in_loop

LANES = 3
MOMENTS = (0.0, 1.5, 2.25, 2.25, 9.0)


def drawn_event(chance: random.Random, first: int) -> tuple[Event, list[Delivery]]:
    facts = {"hops": str(first)} if chance.random() < 0.3 else {}
    event = Event(first, b"%d" % first, chance.random() * 2e9, facts)
    deliveries = [
        Delivery(
            delivery_id(first, number),
            chance.randint(1, LANES),
            event,
            chance.choice((0, 0, 2)),
            chance.choice((None, None, *MOMENTS)),
        )
        for number in range(chance.randint(0, 4))
    ]
    return event, deliveries


async def change(store: Store, chance: random.Random) -> None:
    """Make one change, the same for the same state of `chance`."""
    count = chance.randint(0, 30)
    drawn = [drawn_event(chance, store.deliveries.reserve(1)) for _ in range(count)]
    await store.deliveries.append(
        [event for event, _ in drawn], [one for _, own in drawn for one in own]
    )
    last = store.deliveries.reserve(1)
    ids = [delivery_id(chance.randint(1, last), chance.randint(0, 3)) for _ in range(60)]
    again = [Retry(number, chance.randint(1, 9), chance.choice(MOMENTS)) for number in ids[40:]]
    await store.deliveries.settle(ids[:40], again)


async def state(store: Store) -> list[object]:
    """Return all that can be seen of the deliveries."""
    return [
        await store.deliveries.backlog(),
        *[await store.deliveries.next_due(lane, 1.0) for lane in range(1, LANES + 1)],
        *[list(await store.deliveries.waiting(1, moment, 20)) for moment in MOMENTS],
        *[list(await store.deliveries.waiting(lane, 9.0, 10_000)) for lane in (2, 3)],
    ]


@pytest.mark.parametrize("seed", range(3))
@in_loop
async def test_both_stores_say_the_same(tmp_path: Path, seed: int) -> None:
    stores: list[Store] = [MemoryStore(), SqliteStore(tmp_path / "events.db", synchronous="normal")]
    chances = [random.Random(seed), random.Random(seed)]
    for store in stores:
        await store.open()
        for lane in range(LANES):
            await store.deliveries.lane(b"%d" % lane)
    for _ in range(30):
        for store, chance in zip(stores, chances, strict=True):
            await change(store, chance)
        assert await state(stores[0]) == await state(stores[1])
    recovered = [await store.deliveries.recover() for store in stores]
    assert recovered[0] == recovered[1]
    assert await state(stores[0]) == await state(stores[1])
    for store in stores:
        await store.close()
