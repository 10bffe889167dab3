"""Whatever fails around a mapping, it goes on, rests between its tries, and loses nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from eventmatch.errors import StoreCode, StoreError
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.queues.model import Message, QueueSettings
from eventmatch.queues.ports import Counts
from eventmatch.testing.clock import settle
from tests.loops import in_loop
from tests.mappings.worlds import World

FAILURES: list[Exception] = [
    RuntimeError("unforeseen"),
    KeyError("unforeseen"),
    StoreError(StoreCode.FULL, "full"),
    *(LambdaError(code, "refused") for code in LambdaCode),
]


class Failing:
    """Takes the place of a method, and fails where it did its work while `error` is set."""

    def __init__(self, owner: Any, name: str) -> None:
        self.error: Exception | None = None
        self.calls = 0
        self._method: Callable[..., Any] = getattr(owner, name)
        setattr(owner, name, self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return self._method(*args, **kwargs)


def _world() -> World:
    world = World()
    world.functions.add("f", "work")
    return world


async def _mapped(world: World, kind: str) -> str:
    if kind == "queue":
        await world.queues.create_queue("q")
        return await world.map_queue()
    await world.stream()
    return await world.map_stream(ParallelizationFactor=3 if kind == "lanes" else 1)


async def _come(world: World, kind: str) -> None:
    await (world.write("a") if kind == "queue" else world.put("a"))


@pytest.mark.parametrize("kind", ["queue", "stream", "lanes"])
@pytest.mark.parametrize("error", FAILURES, ids=str)
@in_loop
async def test_an_invocation_that_fails_is_tried_again(kind: str, error: Exception) -> None:
    world = _world()
    invoke = Failing(world.functions, "invoke")
    async with world.opened():
        uuid = await _mapped(world, kind)
        invoke.error = error
        await _come(world, kind)
        answer = await world.call("GetEventSourceMapping", UUID=uuid)
        assert answer["LastProcessingResult"].startswith("PROBLEM: ")
        invoke.error = None
        await world.clock.advance(100)
        assert len(world.functions.invocations) == 1
        await asyncio.wait_for(world.mappings.idle(), 5)


@pytest.mark.parametrize("kind", ["queue", "stream"])
@pytest.mark.parametrize("method", ["resolve", "role_allows"])
@in_loop
async def test_a_mapping_outlives_unforeseen_errors(kind: str, method: str) -> None:
    world = _world()
    asked = Failing(world.functions, method)
    async with world.opened():
        await _mapped(world, kind)
        asked.error = RuntimeError("unforeseen")
        await world.clock.advance(100)
        asked.error = None
        await _come(world, kind)
        await world.clock.advance(100)
        assert len(world.functions.invocations) == 1
        await asyncio.wait_for(world.mappings.idle(), 5)


@in_loop
async def test_what_was_taken_before_a_failure_is_given_back() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q.fifo", QueueSettings(fifo=True, visibility_timeout=5))
        wanted = {"Pattern": '{"body":[{"prefix":"a"}]}'}
        await world.map_queue("q.fifo", FilterCriteria={"Filters": [wanted]})
        deletion = Failing(world.queues, "delete")
        deletion.error = StoreError(StoreCode.FULL, "full")
        messages = [Message(body, group=body, deduplication_id=body) for body in ("a", "b")]
        await world.queues.send_batch("q.fifo", messages)
        await settle()
        taken_by_another = await world.queues.receive("q.fifo", 10, visibility_timeout=100)
        assert [each.stored.message.body for each in taken_by_another] == ["a"]
        deletion.error = None
        await world.clock.advance(50)
        assert world.bodies() == []


@pytest.mark.parametrize("visibility_timeout", [0, 3])
@in_loop
async def test_a_throttled_mapping_does_not_rush_through_its_queue(visibility_timeout: int) -> None:
    world = _world()
    invoke = Failing(world.functions, "invoke")
    async with world.opened():
        await world.queues.create_queue("q", QueueSettings(visibility_timeout=3))
        await world.map_queue(BatchSize=1)
        settings = QueueSettings(visibility_timeout=visibility_timeout)
        await world.queues.update_queue("q", settings)
        invoke.error = LambdaError(LambdaCode.TOO_MANY_REQUESTS, "Rate Exceeded.")
        await world.queues.send_batch("q", [Message("a")] * 100)
        await world.clock.advance(10)
        assert invoke.calls <= 60  # up to five at once, once a second
        invoke.error = None
        await world.clock.advance(10)
        assert len(world.functions.invocations) == 100


@in_loop
async def test_a_deleted_mapping_is_at_work_until_the_batch_of_an_earlier_setting_ends() -> None:
    world = World({"work": [{"takes": 50, "returns": None}]})
    world.functions.add("f", "work", timeout=100)
    async with world.opened():
        await world.queues.create_queue("q", QueueSettings(visibility_timeout=1000))
        uuid = await world.map_queue()
        await world.write("a")
        for size in (2, 3):
            await world.call("UpdateEventSourceMapping", UUID=uuid, BatchSize=size)
        await world.call("DeleteEventSourceMapping", UUID=uuid)
        idle = asyncio.create_task(world.mappings.idle())
        await settle()
        assert not idle.done()
        await world.clock.advance(60)
        await asyncio.wait_for(idle, 5)
        assert await world.queues.counts("q") == Counts(0, 0, 0)


@pytest.mark.parametrize("shards", [1, 2, 6])
@in_loop
async def test_a_source_that_is_made_anew_is_read(shards: int) -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        await world.map_queue()
        await world.stream(shards=4)
        await world.map_stream(ParallelizationFactor=2)
        for number in range(20):
            await world.put(f"old {number}", key=str(number))
        await world.queues.delete_queue("q")
        await world.streams.delete_stream("s")
        await world.clock.advance(100)
        await world.queues.create_queue("q")
        await world.stream(shards=shards)
        for number in range(20):
            await world.put(f"new {number}", key=str(number))
        await world.write("a")
        await world.clock.advance(100)
        records = [one for each in world.functions.invocations for one in each["event"]["Records"]]
        assert len(records) == 41
        await asyncio.wait_for(world.mappings.idle(), 5)
