"""What whoever uses streams can see, over every store."""

import asyncio
from collections.abc import Awaitable

import pytest

from eventmatch.errors import NotFound
from eventmatch.streams.errors import StreamCode, StreamError
from eventmatch.streams.model import Record, StreamSettings
from eventmatch.streams.sharding import HASH_KEYS, hash_key, shard_of
from eventmatch.streams.stream import Put, StartingPosition, Streams
from eventmatch.testing.clock import VirtualClock
from tests.loops import in_loop
from tests.streams.conftest import World

DAY = 86_400


async def refused(work: Awaitable[object]) -> StreamError:
    with pytest.raises(StreamError) as caught:
        await work
    return caught.value


async def texts(streams: Streams, shard: int = 0, after: int = 0, wait: float = 0.0) -> list[str]:
    records = await streams.read("orders", shard, after, wait=wait)
    return [one.record.data.decode() for one in records]


async def put(streams: Streams, text: str, key: str = "k") -> Put:
    return await streams.put_record("orders", Record(text.encode(), key))


async def idle(world: World, streams: Streams) -> None:
    """Let everybody who waits find that there is nothing."""
    for _ in range(3):
        await streams.position("orders", 0, StartingPosition.LATEST)
        await world.clock.advance(0)


@in_loop
async def test_streams_outlive_the_process(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders", StreamSettings(2, 2 * DAY))
        await streams.create_stream("other")
        sent = await put(streams, "a")
    async with world.opened() as streams:
        assert streams.list_streams() == ["orders", "other"]
        assert streams.list_streams("or") == ["orders"]
        assert streams.describe_stream("orders") == StreamSettings(2, 2 * DAY)
        assert await texts(streams, sent.shard) == ["a"]


@in_loop
async def test_a_key_chooses_the_shard(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders", StreamSettings(4))
        keys = [f"customer-{number}" for number in range(20)]
        found = [await put(streams, key, key) for key in keys]
        assert [one.shard for one in found] == [shard_of(hash_key(key), 4) for key in keys]
        for shard in range(4):
            expected = [key for key in keys if shard_of(hash_key(key), 4) == shard]
            assert expected
            assert await texts(streams, shard) == expected


@in_loop
async def test_an_explicit_hash_key_goes_before_the_key(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders", StreamSettings(2))
        record = Record(b"a", "k")
        assert (await streams.put_record("orders", record, 0)).shard == 0
        assert (await streams.put_record("orders", record, HASH_KEYS - 1)).shard == 1
        for wrong in (-1, HASH_KEYS):
            error = await refused(streams.put_record("orders", record, wrong))
            assert error.code is StreamCode.INVALID_ARGUMENT
            assert str(wrong) in error.message


@in_loop
async def test_of_many_records_the_bad_are_refused_alone(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        records = [Record(b"a", "k"), Record(b"b", ""), Record(b"c", "k"), Record(b"d", "k" * 257)]
        first, second, third, fourth = await streams.put_records("orders", records)
        assert isinstance(first, Put)
        assert isinstance(third, Put)
        assert first.sequence < third.sequence
        for answer in (second, fourth):
            assert isinstance(answer, StreamError)
            assert answer.code is StreamCode.VALIDATION
        assert await texts(streams) == ["a", "c"]


@in_loop
async def test_a_record_has_a_largest_size(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        most = b"x" * 1_048_576
        await streams.put_record("orders", Record(most, "k" * 256))
        error = await refused(streams.put_record("orders", Record(most + b"x", "k")))
        assert error.code is StreamCode.VALIDATION
        assert "1048576" in error.message


@in_loop
async def test_readers_begin_where_they_say(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        await put(streams, "a")
        await world.clock.advance(10)
        moment = world.clock.now()
        await put(streams, "b")
        oldest = await streams.position("orders", 0, StartingPosition.TRIM_HORIZON)
        newest = await streams.position("orders", 0, StartingPosition.LATEST)
        then = await streams.position("orders", 0, StartingPosition.AT_TIMESTAMP, moment)
        await put(streams, "c")
        assert await texts(streams, after=oldest) == ["a", "b", "c"]
        assert await texts(streams, after=newest) == ["c"]
        assert await texts(streams, after=then) == ["b", "c"]
        no_moment = await refused(streams.position("orders", 0, StartingPosition.AT_TIMESTAMP))
        assert no_moment.code is StreamCode.INVALID_ARGUMENT


@in_loop
async def test_a_put_wakes_all_who_wait_without_the_clock_moving(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        waiting = [asyncio.create_task(texts(streams, wait=20)) for _ in range(3)]
        await idle(world, streams)
        assert not any(task.done() for task in waiting)
        await put(streams, "a")
        assert await asyncio.gather(*waiting) == [["a"]] * 3


@in_loop
async def test_who_waits_is_told_at_the_end_that_there_is_nothing(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders", StreamSettings(2))
        waiting = asyncio.create_task(texts(streams, 0, wait=5))
        await idle(world, streams)
        await streams.put_record("orders", Record(b"elsewhere", "k"), HASH_KEYS - 1)
        await idle(world, streams)
        assert not waiting.done()
        await world.clock.advance(5)
        assert await waiting == []


@in_loop
async def test_who_gives_up_waiting_leaves_nothing_behind(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        waiting = asyncio.create_task(texts(streams, wait=20))
        await idle(world, streams)
        waiting.cancel()
        await asyncio.wait([waiting])
        await put(streams, "a")
        assert await texts(streams) == ["a"]


@in_loop
async def test_a_deletion_is_told_to_who_waits(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        await put(streams, "a")
        waiting = asyncio.create_task(streams.read("orders", 0, 1 << 40, wait=20))
        await idle(world, streams)
        await streams.delete_stream("orders")
        error = await refused(waiting)
        assert isinstance(error, NotFound)
        assert error.message == "Stream orders under account 123456789012 not found."
        await streams.create_stream("orders")
        assert await texts(streams) == []


@in_loop
async def test_records_expire_by_the_retention_of_their_stream(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        old = await put(streams, "a")
        await world.clock.advance(DAY - 1)
        await put(streams, "b")
        assert await texts(streams) == ["a", "b"]
        await world.clock.advance(61)
        assert await texts(streams) == ["b"]
        await streams.update_retention("orders", 2 * DAY)
        await world.clock.advance(DAY)
        await streams.expire()
        assert await texts(streams) == ["b"]
        await world.clock.advance(DAY)
        await streams.expire()
        assert await texts(streams) == []
        assert await streams.position("orders", 0, StartingPosition.LATEST) > old.sequence


@in_loop
async def test_what_is_not_there_is_refused_in_the_words_of_kinesis(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        for work in (
            streams.delete_stream("x"),
            streams.put_record("x", Record(b"", "k")),
            streams.put_records("x", []),
            streams.read("x", 0, 0),
            streams.position("x", 0, StartingPosition.LATEST),
            streams.update_retention("x", DAY),
        ):
            error = await refused(work)
            assert str(error) == (
                "ResourceNotFoundException: Stream x under account 123456789012 not found."
            )
        shard = await refused(streams.read("orders", 1, 0))
        assert shard.message == (
            "Shard shardId-000000000001 in stream orders under account 123456789012 does not exist"
        )


@in_loop
async def test_a_name_is_taken_once(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        error = await refused(streams.create_stream("orders"))
        assert str(error) == (
            "ResourceInUseException: Stream orders under account 123456789012 already exists."
        )


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("", StreamSettings()),
        ("a b", StreamSettings()),
        ("x" * 129, StreamSettings()),
        ("orders", StreamSettings(0)),
        ("orders", StreamSettings(10_001)),
        ("orders", StreamSettings(1, DAY - 1)),
        ("orders", StreamSettings(1, 365 * DAY + 1)),
    ],
)
@in_loop
async def test_no_stream_is_like_that(world: World, name: str, settings: StreamSettings) -> None:
    async with world.opened() as streams:
        error = await refused(streams.create_stream(name, settings))
        assert error.code is StreamCode.VALIDATION
        assert streams.list_streams() == []


@pytest.mark.parametrize("limit", [0, 10_001])
@in_loop
async def test_a_read_has_bounds(world: World, limit: int) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        error = await refused(streams.read("orders", 0, 0, limit))
        assert error.code is StreamCode.INVALID_ARGUMENT


@in_loop
async def test_a_read_has_ten_megabytes_at_most_and_one_record_at_least(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        await streams.put_records("orders", [Record(b"x" * 1_000_000, "k")] * 25)
        counts, after = [], 0
        while records := await streams.read("orders", 0, after):
            counts.append(len(records))
            after = records[-1].sequence
        assert counts == [10, 10, 5]


@in_loop
async def test_a_clock_set_back_expires_nothing_early(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        start = world.clock.now()
        for text, moment in (("a", 0), ("b", 9000), ("c", 100), ("d", 9100)):
            world.clock = streams._clock = VirtualClock(start + moment)
            await put(streams, text)
        position = StartingPosition.AT_TIMESTAMP
        assert await texts(
            streams, 0, await streams.position("orders", 0, position, start + 1)
        ) == [
            "b",
            "c",
            "d",
        ]
        streams._clock = VirtualClock(start + DAY + 5000)
        await streams.expire()
        assert await texts(streams) == ["b", "c", "d"]


@in_loop
async def test_a_key_is_text(world: World) -> None:
    async with world.opened() as streams:
        await streams.create_stream("orders")
        record = Record(b"a", "\ud800")
        error = await refused(streams.put_record("orders", record))
        assert error.code is StreamCode.INVALID_ARGUMENT
        first, second = await streams.put_records("orders", [record, Record(b"b", "k")])
        assert isinstance(first, StreamError)
        assert second == Put(0, 1)
