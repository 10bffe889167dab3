"""Attempts to hand to an adapter, and a loop to do it in."""

import asyncio
import json
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Final

from eventmatch.delivery.model import Attempt, ErrorCode, Event, Outcome
from eventmatch.delivery.ports import Adapter

NOW: Final = 1_767_323_045.0
BAD_TEXT: Final = b'"\xff"'


def envelope(**members: Any) -> bytes:
    values = {
        "version": "0",
        "id": "6f87d04b-9050-ad3e-a37a-02b7ee6f0d5f",
        "detail-type": "Order Placed",
        "source": "shop.orders",
        "account": "123456789012",
        "time": "2026-01-02T03:04:05Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {"total": 100, "customer": "Zoë"},
    }
    return json.dumps(values | members, separators=(",", ":"), ensure_ascii=False).encode()


def attempt(
    payload: bytes | None = None,
    facts: Mapping[str, str] | None = None,
    **members: Any,
) -> Attempt:
    body = envelope(**members)
    event = Event(1, body, NOW, facts or {})
    return Attempt(body if payload is None else payload, event, 1)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def deliver(adapter: Adapter, *batch: Attempt) -> Sequence[Outcome]:
    async def work() -> Sequence[Outcome]:
        try:
            return await adapter.deliver(batch)
        finally:
            await adapter.close()

    outcomes: Sequence[Outcome] = run(work())
    return outcomes


def codes(outcomes: Sequence[Outcome]) -> list[ErrorCode | None]:
    return [outcome.code for outcome in outcomes]
