"""Streams as parts of a router."""

from eventmatch.router.router import Router
from eventmatch.streams.model import Record
from eventmatch.testing.clock import VirtualClock
from tests.loops import in_loop

DAY = 86_400.0


@in_loop
async def test_records_expire_though_nobody_reads() -> None:
    clock = VirtualClock()
    async with Router(clock=clock) as router:
        await router.streams.create_stream("clicks")
        await router.streams.put_record("clicks", Record(b"old", "k"))
        await clock.advance(DAY / 2)
        await router.streams.put_record("clicks", Record(b"young", "k"))
        await clock.advance(DAY / 2 + 1)
        await clock.advance(DAY / 4)
        kept = await router.store.streams.read("clicks", 0, 0, 10)
        assert b"young" in [one.record.data for one in kept]
        await clock.advance(2 * DAY)
        assert await router.store.streams.read("clicks", 0, 0, 10) == []


@in_loop
async def test_a_partition_key_comes_from_the_event() -> None:
    async with Router() as router:
        await router.streams.create_stream("clicks")
        await router.put_rule("all", event_pattern={"source": ["shop"]})
        target = {
            "Arn": "arn:aws:kinesis:us-east-1:123456789012:stream/clicks",
            "KinesisParameters": {"PartitionKeyPath": "$.detail.customer"},
            "InputPath": "$.detail.total",
        }
        await router.put_targets("all", {"clicks": target})
        detail = {"customer": "c-1", "total": 12}
        await router.put_events([{"Source": "shop", "DetailType": "order", "Detail": detail}])
        await router.idle()
        (one,) = await router.streams.read("clicks", 0, 0)
        assert one.record == Record(b"12", '"c-1"')


@in_loop
async def test_a_stream_that_is_gone_makes_a_dead_letter() -> None:
    async with Router() as router:
        await router.put_rule("all", event_pattern={"source": ["shop"]})
        arn = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"
        await router.put_targets("all", {"clicks": arn})
        await router.put_events([{"Source": "shop", "DetailType": "order", "Detail": {}}])
        await router.idle()
        (letter,) = [each async for each in router.letters.letters("dead-letters")]
        assert letter.attributes["ERROR_CODE"] == "NO_RESOURCE"
        assert (
            "Stream clicks under account 123456789012 not found."
            in (letter.attributes["ERROR_MESSAGE"])
        )
