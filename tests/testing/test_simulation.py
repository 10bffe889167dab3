"""Days of a router in a moment."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from eventmatch.router.router import Router
from eventmatch.store.sqlite import SqliteStore
from eventmatch.testing import simulation as simulations
from eventmatch.testing.clock import VirtualClock
from eventmatch.testing.simulation import Duration, Simulation, seconds_of, simulate
from eventmatch.testing.timeline import Entry, Happening, Timeline
from tests.loops import in_loop

START = 1_767_323_045.0  # 2026-01-02T03:04:05Z, a Friday
ENTRY = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
DAY = 86_400.0


def new_router(store: Any = None) -> Router:
    return Router(store, clock=VirtualClock(START), random=Random(5))


async def failing(_: object) -> None:
    raise ConnectionError("no")


@in_loop
async def test_schedules_fire_without_sleeping() -> None:
    got: list[Any] = []
    async with simulate(new_router()) as simulation:
        await simulation.router.put_rule("nightly", schedule_expression="cron(0 2 * * ? *)")
        await simulation.router.put_targets("nightly", {"t": got.append})
        await simulation.advance("3 days")
    assert [event["time"] for event in got] == [f"2026-01-0{day}T02:00:00Z" for day in (3, 4, 5)]
    moments = [START - 3 * 3600 - 245 + days * DAY + 2 * 3600 for days in (1, 2, 3)]
    assert list(simulation.timeline) == [
        Entry(moment, what, "default/nightly", 1)
        for moment in moments
        for what in (Happening.TRIGGERED, Happening.FIRED, Happening.DELIVERED)
    ]


def test_retries_and_dead_letters_come_in_order(tmp_path: Any) -> None:
    with simulate(new_router(SqliteStore(tmp_path / "events.db"))) as simulation:
        router = simulation.router
        policy = {"MaximumRetryAttempts": 2}
        simulation.run(router.put_rule("orders", event_pattern={"source": ["shop"]}))
        target = {"Arn": failing, "RetryPolicy": policy}
        simulation.run(router.put_targets("orders", {"t": target}))
        simulation.run(router.put_events([ENTRY]))
        simulation.advance("1 hour")
        assert len(simulation.run(router.queues.peek("dead-letters"))) == 1
    happened = [entry.what.value for entry in simulation.timeline]
    assert happened == ["triggered", "failed", "failed", "failed", "given up", "dead-lettered"]
    moments = [entry.moment for entry in simulation.timeline]
    assert moments == sorted(moments)
    assert moments[1] < moments[2] < moments[3]


@in_loop
async def test_what_hangs_times_out_and_what_is_old_is_given_up() -> None:
    import asyncio

    async def hanging(_: object) -> None:
        await asyncio.Event().wait()

    async with simulate(new_router()) as simulation:
        router = simulation.router
        await router.put_rule("orders", event_pattern={"source": ["shop"]})
        target = {"Arn": hanging, "RetryPolicy": {"MaximumEventAgeInSeconds": 60}}
        await router.put_targets("orders", {"t": target})
        await router.put_events([ENTRY])
        await simulation.advance("1 hour")
    last = simulation.timeline.entries[-1]
    assert last.what is Happening.DEAD_LETTERED
    assert 60 <= last.moment - START <= 60 + 2 * 60


@in_loop
async def test_messages_become_visible_again() -> None:
    async with simulate(new_router()) as simulation:
        queues = simulation.router.queues
        await simulation.router.put_rule("orders", event_pattern={"source": ["shop"]})
        await queues.create_queue("q")
        arn = "arn:aws:sqs:us-east-1:123456789012:q"
        await simulation.router.put_targets("orders", {"t": arn})
        await simulation.router.put_events([ENTRY])
        await simulation.advance(0)
        assert len(await queues.receive("q")) == 1
        assert len(await queues.receive("q")) == 0
        await simulation.advance(timedelta(seconds=31))
        assert len(await queues.receive("q")) == 1


def test_a_timeline_can_be_printed() -> None:
    with simulate(new_router()) as simulation:
        router = simulation.router
        simulation.run(router.put_rule("orders", event_pattern={"source": ["shop"]}))
        simulation.run(router.put_targets("orders", {"t": print}))
        simulation.run(router.put_events([ENTRY] * 2))
        simulation.advance(0)
    assert str(simulation.timeline).splitlines()[-1] in (
        "2026-01-02 03:04:05.000  delivered      default/orders",
        "2026-01-02 03:04:05.000  delivered      default/orders x2",
    )


def test_a_router_on_the_clock_of_the_machine_is_refused() -> None:
    with pytest.raises(TypeError, match="VirtualClock"):
        simulate(Router())


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        (90, 90.0),
        (timedelta(minutes=2), 120.0),
        ("3 days", 3 * DAY),
        ("1 hour 30 minutes", 5400.0),
        ("1 minute, and 0.5 seconds", 60.5),
        ("2weeks", 14 * DAY),
    ],
)
def test_durations(duration: Duration, seconds: float) -> None:
    assert seconds_of(duration) == seconds


@pytest.mark.parametrize("text", ["", "soon", "3", "3 fortnights", "1 day maybe"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="3 days"):
        seconds_of(text)


@in_loop
async def test_what_gets_on_is_waited_for_however_long_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(simulations, "PATIENCE", 0.2)
    loop, clock, done = asyncio.get_running_loop(), VirtualClock(START), asyncio.Event()
    timeline = Timeline(clock)

    class Busy(Router):
        async def idle(self) -> None:
            await done.wait()

    def get_on(left: int) -> None:
        timeline.entries.append(Entry(clock.now(), Happening.DELIVERED, "default/slow", 1))
        if left:
            loop.call_later(0.04, get_on, left - 1)
        else:
            done.set()

    loop.call_later(0.04, get_on, 9)
    await Simulation(Busy(clock=clock), clock, timeline).advance(1)
    assert [entry.moment for entry in timeline] == [START] * 10
