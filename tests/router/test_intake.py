"""How much may be on its way into the store."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from eventmatch.delivery.model import Delivery, Event
from eventmatch.router import intake
from eventmatch.router.router import Router
from eventmatch.store.memory import MemoryStore
from eventmatch.testing.clock import settle


class Slow:
    """A `DeliveryStore` whose appends wait for a gate."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.gate = asyncio.Event()
        self.begun = self.most = self._now = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def append(self, events: Sequence[Event], deliveries: Sequence[Delivery]) -> None:
        size = sum(len(event.body) for event in events)
        self.begun += 1
        self._now += size
        self.most = max(self.most, self._now)
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
        finally:
            self._now -= size
        await self._store.append(events, deliveries)


def entry(text: str) -> dict[str, Any]:
    return {"Source": "test", "DetailType": "test", "Detail": {"text": text}}


def test_whoever_brings_more_than_there_is_room_for_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_BYTES", 4000)

    async def scene() -> None:
        store = MemoryStore()
        slow = Slow(store.deliveries)
        store.deliveries = slow  # type: ignore[assignment]
        got: list[Any] = []
        async with Router(store) as router:
            arn = router.register("get", got.append, inline=True)
            await router.call("PutRule", {"Name": "all", "EventPattern": '{"source": ["test"]}'})
            await router.call("PutTargets", {"Rule": "all", "Targets": [{"Id": "a", "Arn": arn}]})
            puts = [
                asyncio.create_task(router.put_events([entry("x" * size)]))
                for size in (*[1000] * 10, 9000, *[1000] * 10)
            ]
            await settle()
            assert slow.begun == 3
            puts[5].cancel()
            slow.gate.set()
            await asyncio.wait(puts)
            await router.idle()
        assert len(got) == 20
        assert slow.most < 10_000  # what is larger than all room comes alone

    asyncio.run(scene())
