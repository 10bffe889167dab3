"""An observer that fails costs no event."""

import asyncio
import logging
from typing import Any

import pytest

from eventmatch.router.publishing import Accepted
from eventmatch.router.router import Router


class Failing:
    """An observer that has no room left."""

    def count(self, *_: object) -> None:
        raise OSError("no room for numbers")

    measure = count


def test_an_observer_that_fails_costs_no_event(caplog: pytest.LogCaptureFixture) -> None:
    got: list[Any] = []

    async def keep(event: object) -> None:
        got.append(event)

    async def scene() -> None:
        async with Router(observer=Failing()) as router:
            await router.put_rule("orders", event_pattern={"source": ["shop"]})
            await router.put_targets("orders", {"keep": keep})
            entry = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
            results = await router.put_events([entry] * 3)
            assert all(isinstance(result, Accepted) for result in results)
            await router.idle()
            assert await router.store.deliveries.backlog() == {}

    with caplog.at_level(logging.ERROR):
        asyncio.run(scene())
    assert len(got) == 3
    assert len(caplog.records) == 1
