"""What came of a run is told of schedules, too."""

import asyncio
from typing import Any

from eventmatch.cli.summary import Lane, summary_of
from eventmatch.observers.tally import Tally
from eventmatch.router.arrangement import arrange, router_of
from eventmatch.router.configuration import Configuration
from eventmatch.testing.clock import VirtualClock

WHOLE: dict[str, Any] = {
    "queues": {"ticks": {}},
    "schedules": {
        "tick": {"ScheduleExpression": "rate(1 minute)", "Target": {"Queue": "ticks"}},
    },
}


def test_schedules_are_told_beside_targets() -> None:
    async def run() -> None:
        clock, tally = VirtualClock(), Tally()
        configuration = Configuration(WHOLE)
        async with router_of(configuration, clock=clock, observer=tally) as router:
            await arrange(router, configuration)
            await clock.advance(61)
            await router.idle()
            summary = await summary_of(router, tally, events=0, refused=0, seconds=0.0)
        (lane,) = summary.others
        assert lane == Lane(name="default/tick", delivered=lane.delivered, dead=0, waiting=0)
        assert lane.delivered >= 1
        assert summary.targets == ()

    asyncio.run(run())
