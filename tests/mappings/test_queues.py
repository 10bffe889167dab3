"""From queues to functions: what the vectors do not tell."""

import asyncio
from pathlib import Path

import pytest

from eventmatch.errors import StoreCode, StoreError
from eventmatch.functions.errors import LambdaError
from eventmatch.mappings.operations import call
from eventmatch.queues.model import Attribute, Message, QueueSettings
from eventmatch.queues.ports import Counts
from eventmatch.store.sqlite import SqliteStore
from eventmatch.testing.clock import settle
from tests.loops import in_loop
from tests.mappings.worlds import World, queue_arn

FAILS = {"raises": {"type": "ValueError", "message": "no"}}
WORKS = {"returns": None}


def _world(*steps: object, timeout: int = 3) -> World:
    world = World({"work": list(steps) or [WORKS]})  # type: ignore[list-item]
    world.functions.add("f", "work", timeout=timeout)
    return world


async def _result(world: World, uuid: str) -> str | None:
    answer = await world.call("GetEventSourceMapping", UUID=uuid)
    return answer.get("LastProcessingResult")


@in_loop
async def test_a_mapping_goes_on_behind_a_restart() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        uuid = await world.map_queue(BatchSize=3, FilterCriteria={"Filters": []})
    await world.queues.send("q", Message("a"))
    async with world.opened():
        await settle()
        assert world.bodies() == [["a"]]
        answer = await world.call("GetEventSourceMapping", UUID=uuid)
        assert (answer["State"], answer["BatchSize"]) == ("Enabled", 3)


@in_loop
async def test_what_is_in_work_comes_back_when_the_mappings_stop() -> None:
    world = _world({"takes": 100, "returns": None}, WORKS, timeout=300)
    async with world.opened():
        await world.queues.create_queue("q", QueueSettings(visibility_timeout=1000))
        await world.map_queue()
        await world.write("a")
        assert await world.queues.counts("q") == Counts(0, 0, 1)
    assert world.functions.running == 0
    assert await world.queues.counts("q") == Counts(1, 0, 0)
    async with world.opened():
        await settle()
        assert world.bodies() == [["a"], ["a"]]
        assert await world.queues.counts("q") == Counts(0, 0, 0)


@in_loop
async def test_what_waits_for_its_window_comes_back_when_the_mappings_stop() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        await world.map_queue(MaximumBatchingWindowInSeconds=20)
        await world.write("a")
    assert await world.queues.counts("q") == Counts(1, 0, 0)
    assert world.bodies() == []


@in_loop
async def test_a_batch_in_work_is_brought_to_its_end_when_the_mapping_is_disabled() -> None:
    world = _world({"takes": 2, "returns": None})
    async with world.opened():
        await world.queues.create_queue("q")
        uuid = await world.map_queue()
        await world.write("a")
        await world.call("UpdateEventSourceMapping", UUID=uuid, Enabled=False)
        await world.write("b")
        await world.clock.advance(10)
        assert world.bodies() == [["a"]]
        assert await world.queues.counts("q") == Counts(1, 0, 0)


@in_loop
async def test_a_window_longer_than_the_visibility_timeout_sends_a_message_once() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q", QueueSettings(visibility_timeout=30))
        await world.map_queue(MaximumBatchingWindowInSeconds=100)
        await world.write("a")
        await world.clock.advance(101)
        assert world.bodies() == [["a"]]
        assert await world.queues.counts("q") == Counts(0, 0, 0)


@in_loop
async def test_a_window_ends_on_time_also_between_seconds() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        await world.map_queue(MaximumBatchingWindowInSeconds=2)
        await world.write("a")
        await world.clock.advance(1.75)
        await world.write("b")
        await world.clock.advance(0.125)
        assert world.bodies() == []
        await world.clock.advance(0.125)
        assert world.bodies() == [["a", "b"]]


@in_loop
async def test_the_role_is_looked_at_with_each_poll() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        uuid = await world.map_queue()
        world.functions.allow("r", "sqs:SendMessage")
        await world.clock.advance(30)
        await world.write("a")
        await world.clock.advance(30)
        denied = "The provided execution role does not have permissions to call ReceiveMessage on"
        assert await _result(world, uuid) == f"PROBLEM: {denied} SQS"
        assert world.bodies() == []
        world.functions.allow(
            "r", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"
        )
        await world.clock.advance(30)
        assert world.bodies() == [["a"]]
        assert await _result(world, uuid) == "OK"


@in_loop
async def test_a_queue_that_is_gone_and_comes_again() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        uuid = await world.map_queue()
        await world.queues.delete_queue("q")
        await settle()
        assert await _result(world, uuid) == "PROBLEM: The specified queue does not exist."
        await world.queues.create_queue("q")
        await world.write("a")
        await world.clock.advance(30)
        assert world.bodies() == [["a"]]


@in_loop
async def test_a_problem_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    world = _world(FAILS)
    async with world.opened():
        await world.queues.create_queue("q")
        uuid = await world.map_queue()
        await world.write("a")
        await world.clock.advance(200)
    ours = [record for record in caplog.records if record.name == "eventmatch.mappings"]
    texts = [record.getMessage() for record in ours]
    assert texts == [f"event source mapping {uuid}: PROBLEM: Function call failed"]


@in_loop
async def test_a_mapping_whose_queue_is_gone_can_be_disabled() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        uuid = await world.map_queue()
        await world.queues.delete_queue("q")
        with pytest.raises(LambdaError, match="NonExistentQueue"):
            await world.call("UpdateEventSourceMapping", UUID=uuid, BatchSize=5)
        answer = await world.call("UpdateEventSourceMapping", UUID=uuid, Enabled=False)
        assert answer["State"] == "Disabling"


@in_loop
async def test_a_function_that_is_gone_loses_nothing() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        uuid = await world.map_queue()
        function = world.functions.functions.pop("f")
        await world.write("a")
        await world.clock.advance(60)
        assert str(await _result(world, uuid)).startswith("PROBLEM: Function not found: ")
        world.functions.functions["f"] = function
        await world.clock.advance(60)
        assert world.bodies() == [["a"]]


@in_loop
async def test_the_result_of_a_queue_is_told_once_there_is_one() -> None:
    world = _world(FAILS, WORKS)
    async with world.opened():
        await world.queues.create_queue("q")
        uuid = await world.map_queue()
        assert await _result(world, uuid) is None
        await world.write("a")
        assert await _result(world, uuid) == "PROBLEM: Function call failed"
        await world.clock.advance(31)
        assert await _result(world, uuid) == "OK"


@in_loop
async def test_more_batches_at_once_than_the_bound_are_never_in_work() -> None:
    world = _world({"takes": 1, "returns": None})
    async with world.opened():
        await world.queues.create_queue("q")
        await world.map_queue(BatchSize=1)
        for number in range(20):
            await world.write(str(number))
        await world.clock.advance(10)
        assert len(world.bodies()) == 20
        assert world.functions.most_running == 5


@in_loop
async def test_a_group_that_does_not_fit_into_one_batch_stays_in_order() -> None:
    world = _world({"takes": 1, "returns": None})
    async with world.opened():
        await world.queues.create_queue("q.fifo", QueueSettings(fifo=True))
        for number in range(8):
            body = str(number) * 1_000_000
            await world.queues.send("q.fifo", Message(body, {}, "g", str(number)))
        await world.map_queue("q.fifo")
        await world.clock.advance(20)
        firsts = [[body[0] for body in bodies] for bodies in world.bodies()]
        assert firsts == [list("012345"), list("67")]
        assert world.functions.most_running == 1


@in_loop
async def test_a_binary_attribute_is_base64() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        await world.map_queue()
        await world.write("a", attributes={"b": Attribute("AQID", "Binary.png")}, trace="Root=1")
        (record,) = world.functions.invocations[0]["event"]["Records"]
        assert record["messageAttributes"] == {
            "b": {
                "binaryValue": "AQID",
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "Binary.png",
            }
        }
        assert record["attributes"]["AWSTraceHeader"] == "Root=1"


async def _idle(world: World) -> None:
    async with asyncio.timeout(10):
        await world.mappings.idle()


@in_loop
async def test_idle_waits_for_what_was_sent(tmp_path: Path) -> None:
    world = World({"work": [WORKS]}, store=SqliteStore(tmp_path / "s.db", synchronous="normal"))
    world.functions.add("f", "work")
    async with world.opened():
        await world.queues.create_queue("q")
        await call(
            world.mappings,
            "CreateEventSourceMapping",
            {
                "EventSourceArn": queue_arn("q"),
                "FunctionName": "f",
                "FilterCriteria": {"Filters": [{"Pattern": '{"body":{"n":[1]}}'}]},
            },
        )
        for number in range(20):
            await world.queues.send("q", Message('{"n":1}'))
            await _idle(world)
            assert len(world.functions.invocations) == number + 1
            assert await world.queues.counts("q") == Counts(0, 0, 0)
            await world.queues.send("q", Message('{"n":2}'))
            await _idle(world)
            assert await world.queues.counts("q") == Counts(0, 0, 0)
    await world.store.close()


@in_loop
async def test_what_cannot_be_written_is_not_changed() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        uuid = await world.map_queue()
        await world.store.close()
        with pytest.raises(StoreError) as raised:
            await world.call("UpdateEventSourceMapping", UUID=uuid, BatchSize=5)
        assert raised.value.code is StoreCode.CLOSED
        await world.store.open()
        answer = await world.call("GetEventSourceMapping", UUID=uuid)
        assert answer["BatchSize"] == 10


@in_loop
async def test_an_operation_that_is_none() -> None:
    world = _world()
    async with world.opened():
        with pytest.raises(LambdaError, match="UnknownOperationException"):
            await world.call("PollEventSourceMapping")
        with pytest.raises(LambdaError, match="SerializationException"):
            await world.call("GetEventSourceMapping", UUID=7)
        with pytest.raises(LambdaError, match="NextToken"):
            await world.call("ListEventSourceMappings", Marker="never given")


@in_loop
async def test_nothing_polls_before_the_start_and_behind_the_stop() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        await world.map_queue()
        await world.mappings.stop()
        await world.write("a")
        await world.clock.advance(60)
        assert world.bodies() == []
        before = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
        assert before == set()
        await world.mappings.start()
        await settle()
        assert world.bodies() == [["a"]]


@in_loop
async def test_a_short_window_takes_all_that_is_there() -> None:
    world = _world()
    async with world.opened():
        await world.queues.create_queue("q")
        await world.queues.send_batch("q", [Message(str(number)) for number in range(50)])
        pattern = {"Pattern": '{"body": [{"anything-but": "1"}]}'}
        window = {"BatchSize": 1000, "MaximumBatchingWindowInSeconds": 1}
        await world.map_queue(**window, FilterCriteria={"Filters": [pattern]})
        await world.clock.advance(1)
        assert [len(bodies) for bodies in world.bodies()] == [49]
