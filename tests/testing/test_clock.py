"""The clock that moves when it is told to."""

import asyncio

from eventmatch.testing.clock import VirtualClock, settle


def test_the_next_moment_is_the_first_that_anybody_sleeps_for() -> None:
    async def scene() -> None:
        clock = VirtualClock(100.0)
        assert clock.next_moment() is None
        late = asyncio.create_task(clock.sleep_until(130.0))
        soon = asyncio.create_task(clock.sleep_until(110.0))
        await settle()
        assert clock.next_moment() == 110.0
        soon.cancel()
        await settle()
        assert clock.next_moment() == 130.0
        await clock.advance(30.0)
        assert clock.next_moment() is None
        await late

    asyncio.run(scene())
