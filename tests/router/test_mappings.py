"""Event source mappings within a router: from its queues and streams to its functions."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from eventmatch.functions.errors import LambdaError
from eventmatch.queues.model import Message
from eventmatch.router.router import Router
from eventmatch.streams.model import Record
from eventmatch.testing.clock import VirtualClock

QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"


class Play:
    """A router with a queue, a stream and a function that notes what it gets."""

    def __init__(self, store: Path | None = None) -> None:
        self.clock = VirtualClock(1_000_000.0)
        self.router = Router(store, clock=self.clock)
        self.router.register_handler("f", self.work)
        self.bodies: list[str] = []

    async def work(self, event: Any, _context: Any) -> None:
        for record in event["Records"]:
            kinesis = record.get("kinesis")
            self.bodies.append(
                base64.b64decode(kinesis["data"]).decode() if kinesis else record["body"]
            )

    async def furnish(self) -> None:
        await self.router.put_function("f", self.work)
        await self.router.queues.create_queue("orders")
        await self.router.streams.create_stream("clicks")
        await self.map(EventSourceArn=QUEUE)
        await self.map(EventSourceArn=STREAM, StartingPosition="TRIM_HORIZON")

    async def map(self, **members: Any) -> dict[str, Any]:
        parameters = {"FunctionName": "f", **members}
        return await self.router.call_lambda("CreateEventSourceMapping", parameters)

    async def send(self) -> None:
        await self.router.queues.send("orders", Message(body="order"))
        await self.router.streams.put_record("clicks", Record(b"click", "key"))


def run(scene: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scene(), 20))


def test_what_queues_and_streams_get_reaches_functions_and_idle_waits_for_it() -> None:
    async def scene() -> None:
        world = Play()
        async with world.router:
            await world.furnish()
            await world.send()
            await world.router.idle()
            assert sorted(world.bodies) == ["click", "order"]
            counts = await world.router.queues.counts("orders")
            assert sum(counts) == 0

    run(scene)


def test_mappings_go_on_behind_the_next_start(tmp_path: Path) -> None:
    async def scene() -> None:
        before = Play(tmp_path / "events.db")
        async with before.router:
            await before.furnish()
            await before.send()
            await before.router.idle()
        after = Play(tmp_path / "events.db")
        async with after.router:
            await after.send()
            await after.router.idle()
        assert sorted(after.bodies) == ["click", "order"]

    run(scene)


def test_nothing_is_polled_before_the_start(tmp_path: Path) -> None:
    async def scene() -> None:
        before = Play(tmp_path / "events.db")
        async with before.router:
            await before.furnish()
        after = Play(tmp_path / "events.db")
        await after.router.open()
        await after.send()
        assert after.bodies == []
        assert (await after.router.queues.counts("orders")).visible == 1
        await after.router.start()
        await after.router.idle()
        await after.router.stop()
        assert sorted(after.bodies) == ["click", "order"]

    run(scene)


def test_mappings_are_listed_and_refused_as_lambda_does() -> None:
    async def scene() -> None:
        world = Play()
        async with world.router:
            await world.furnish()
            listed = await world.router.call_lambda("ListEventSourceMappings", {})
            arns = {each["EventSourceArn"] for each in listed["EventSourceMappings"]}
            assert arns == {QUEUE, STREAM}
            with pytest.raises(LambdaError, match="already exists"):
                await world.map(EventSourceArn=QUEUE)

    run(scene)
