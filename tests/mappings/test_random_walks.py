"""Whatever fails, stops and changes on the way: all is worked on, and each key in order."""

import base64
from collections import defaultdict
from functools import partial
from random import Random
from typing import Any

import pytest

from eventmatch.errors import StoreCode, StoreError
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import InvocationType, Invoked
from eventmatch.jsontext import read_plain, write_plain
from eventmatch.queues.model import QueueSettings
from eventmatch.queues.ports import Counts
from eventmatch.testing.clock import settle
from tests.loops import in_loop
from tests.mappings.worlds import World

STEPS = 120


class Moody:
    """A function that fails as it likes, wholly or in part, until it is told to work."""

    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self._random = random
        self.works = False
        self.succeeded: list[tuple[str, str]] = []
        self.running: set[str] = set()
        self.twice_at_once: set[str] = set()

    async def invoke(
        self,
        function: str,
        payload: bytes = b"{}",
        *,
        qualifier: str | None = None,
        invocation_type: InvocationType = InvocationType.REQUEST_RESPONSE,
        client_context: str | None = None,
    ) -> Invoked:
        del function, qualifier, invocation_type, client_context
        mood = 1.0 if self.works else self._random.random()
        if mood < 0.1:
            throttle = LambdaError(LambdaCode.TOO_MANY_REQUESTS, "Rate Exceeded.")
            raise self._random.choice([throttle, RuntimeError("odd")])
        records = [_read(record) for record in read_plain(payload)["Records"]]
        keys = {key for key, _, _ in records}
        self.twice_at_once |= keys & self.running
        self.running |= keys
        try:
            now = self._world.clock.now()
            await self._world.clock.sleep_until(now + self._random.choice((0, 0, 1, 2)))
        finally:
            self.running -= keys
        if mood < 0.3:
            return Invoked(200, "r", b"{}", "Unhandled", "1")
        first = self._random.randrange(len(records)) if mood < 0.6 else len(records)
        self.succeeded += [(key, data) for key, data, _ in records[:first]]
        failed = [{"itemIdentifier": id_} for _, _, id_ in records[first:]]
        return Invoked(200, "r", write_plain({"batchItemFailures": failed}), None, "1")


class Faulty:
    """Some part of the store, of which some methods fail now and then."""

    def __init__(self, part: Any, random: Random, *methods: str) -> None:
        self._part = part
        self._random = random
        self._methods = methods

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._part, name)
        return partial(self._call, method) if name in self._methods else method

    async def _call(self, method: Any, *args: Any) -> Any:
        if self._random.random() < 0.08:
            raise self._random.choice([StoreError(StoreCode.FULL, "full"), RuntimeError("odd")])
        return await method(*args)


def _read(record: Any) -> tuple[str, str, str]:
    if "kinesis" in record:
        kinesis = record["kinesis"]
        data = base64.b64decode(kinesis["data"]).decode()
        return kinesis["partitionKey"], data, kinesis["sequenceNumber"]
    return record["attributes"]["MessageGroupId"], record["body"], record["messageId"]


def _first_successes(moody: Moody) -> dict[str, list[str]]:
    by_key = defaultdict[str, list[str]](list)
    for key, data in dict.fromkeys(moody.succeeded):
        by_key[key].append(data)
    return by_key


@pytest.mark.parametrize("seed", range(25))
@in_loop
async def test_streams(seed: int) -> None:
    random = Random(seed)
    world, sent = World(), defaultdict[str, list[str]](list)
    world.functions.add("f", "work")
    moody = Moody(world, random)
    world.functions.invoke = moody.invoke  # type: ignore[method-assign]
    async with world.opened():
        await world.stream(shards=random.choice((1, 2)))
        uuid = await world.map_stream(
            BatchSize=random.choice((1, 3, 100)),
            BisectBatchOnFunctionError=random.choice((True, False)),
            FunctionResponseTypes=["ReportBatchItemFailures"],
            MaximumBatchingWindowInSeconds=random.choice((0, 0, 3)),
            ParallelizationFactor=random.choice((1, 3)),
        )
    for _ in range(6):
        async with world.opened():
            world.streams._store = Faulty(world.store.streams, random, "read")
            places = world.mappings._checkpoints
            places._records = Faulty(world.store.records, random, "write")  # type: ignore[assignment]
            for number in range(STEPS // 6):
                await _walk(world, random, uuid, sent, number)
    moody.works = True
    async with world.opened():
        await world.clock.advance(600)
    assert _first_successes(moody) == sent
    assert moody.twice_at_once == set()


async def _walk(
    world: World, random: Random, uuid: str, sent: dict[str, list[str]], number: int
) -> None:
    match random.randrange(8):
        case 0:
            await world.clock.advance(random.choice((1, 10, 70)))
        case 1 if number % 3 == 0:
            factor = random.choice((1, 2, 4))
            await world.call("UpdateEventSourceMapping", UUID=uuid, ParallelizationFactor=factor)
        case _:
            key = random.choice("abcde")
            sent[key].append(data := f"{key}{len(sent[key])}")
            await world.put(data, key)


@pytest.mark.parametrize("seed", range(25))
@in_loop
async def test_groups(seed: int) -> None:
    random = Random(seed)
    world, sent = World(), defaultdict[str, list[str]](list)
    world.functions.add("f", "work")
    moody = Moody(world, random)
    world.functions.invoke = moody.invoke  # type: ignore[method-assign]
    async with world.opened():
        await world.queues.create_queue("q.fifo", QueueSettings(fifo=True))
        await world.map_queue(
            "q.fifo",
            BatchSize=random.choice((1, 3, 10)),
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
    for _ in range(6):
        async with world.opened():
            faulty = Faulty(world.store.queues, random, "receive", "delete", "hide")
            world.queues._store = faulty
            for _ in range(STEPS // 6):
                if random.randrange(8) == 0:
                    await world.clock.advance(random.choice((1, 10, 40)))
                key = random.choice("abcde")
                sent[key].append(body := f"{key}{len(sent[key])}")
                await world.write(body, "q.fifo", group=key, deduplication_id=body)
    moody.works = True
    async with world.opened():
        await world.clock.advance(600)
        await settle()
        assert await world.queues.counts("q.fifo") == Counts(0, 0, 0)
    assert _first_successes(moody) == sent
    assert moody.twice_at_once == set()
