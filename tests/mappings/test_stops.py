"""At whatever turn of the loop a mapping is stopped or changed, nothing is lost or left behind."""

import asyncio
import json
from typing import Any

import pytest

from eventmatch.mappings.operations import call
from eventmatch.queues.model import Message, QueueSettings
from eventmatch.queues.ports import Counts
from eventmatch.streams.model import Record
from eventmatch.testing.clock import settle
from tests.loops import in_loop
from tests.mappings.worlds import World

TURNS = range(0, 28, 3)
SENT = ("a1", "b", "a2", "a3")
WANTED = {"a1", "a2", "a3"}


async def _mapped(world: World, kind: str) -> str:
    member = "partitionKey" if kind == "s" else "body"
    criteria = {"Filters": [{"Pattern": json.dumps({member: [{"prefix": "a"}]})}]}
    if kind == "s":
        await world.stream(shards=2)
        return await world.map_stream(ParallelizationFactor=2, BatchSize=2, FilterCriteria=criteria)
    is_fifo = kind.endswith(".fifo")
    await world.queues.create_queue(kind, QueueSettings(visibility_timeout=5, fifo=is_fifo))
    return await world.map_queue(kind, FilterCriteria=criteria)


async def _send(world: World, kind: str) -> None:
    """Send all, and let nobody turn to it yet."""
    for text in SENT:
        if kind == "s":
            await world.streams.put_record("s", Record(b"", text))
        elif kind == "q":
            await world.queues.send(kind, Message(text))
        else:
            await world.queues.send(kind, Message(text, group="g", deduplication_id=text))


async def _interrupt(world: World, uuid: str, how: str) -> None:
    changes: dict[str, Any] = {"update": {"BatchSize": 3}, "disable": {"Enabled": False}}
    if how == "stop":
        await world.mappings.stop()
    else:
        parameters = {"UUID": uuid, **changes[how]}
        await call(world.mappings, "UpdateEventSourceMapping", parameters)
        await world.clock.advance(20)
        await world.mappings.idle()
    assert world.functions.running == 0


def _seen(world: World) -> set[str]:
    return {
        record.get("body") or record["kinesis"]["partitionKey"]
        for each in world.functions.invocations
        for record in each["event"]["Records"]
    }


@pytest.mark.parametrize("how", ["stop", "update", "disable"])
@pytest.mark.parametrize("kind", ["q", "q.fifo", "s"])
@pytest.mark.parametrize("seconds", [0, 2])
@in_loop
async def test_interrupted(kind: str, how: str, seconds: int) -> None:
    for turns in TURNS:
        world = World({"work": [{"takes": seconds, "returns": None}]})
        world.functions.add("f", "work")
        async with world.opened():
            uuid = await _mapped(world, kind)
            await _send(world, kind)
            for _ in range(turns):
                await asyncio.sleep(0)
            await asyncio.wait_for(_interrupt(world, uuid, how), 5)
        async with world.opened():
            await world.call("UpdateEventSourceMapping", UUID=uuid, Enabled=True)
            await world.clock.advance(60)
            await asyncio.wait_for(world.mappings.idle(), 5)
            assert _seen(world) == WANTED
            if kind != "s":
                assert await world.queues.counts(kind) == Counts(0, 0, 0)
        await settle()
        assert asyncio.all_tasks() == {asyncio.current_task()}
