"""How long a router with many schedules takes to start, and to fire few of them or all."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from _measure import expect, progress

from eventmatch.bus.model import Rule
from eventmatch.bus.ports import AnyChange, Change
from eventmatch.bus.scheduled import schedule_change
from eventmatch.router.router import Router
from eventmatch.store.sqlite import SqliteStore
from eventmatch.testing.clock import VirtualClock, settle

NOON = 1_767_355_200.0  # 2026-01-02T12:00:00Z
START, MINUTE = NOON - 3600.0, 60.0
MOST_START_S, MOST_GROWTH = 5.0, 5.0
TICKS, PAGE = 30, 10_000


def scheduling(*, quick: bool) -> dict[str, Any]:
    """Return the figures of many schedules; a wrong answer or a broken bound is told."""
    count = 20_000 if quick else 100_000
    progress(f"{count} schedules in a file")
    few, many = (asyncio.run(world(number)) for number in (10, count))
    start = many["start_s"] * 100_000 / count
    expect(start <= MOST_START_S, f"100,000 schedules start in over {MOST_START_S} s")
    growth = many["tick_ms"] / few["tick_ms"]
    expect(growth <= MOST_GROWTH, f"a tick takes {growth:.1f} times as long beside {count}")
    return {
        "start_100k_s": round(start, 3),
        "tick_ms": round(many["tick_ms"], 3),
        "tick_ms_of_ten": round(few["tick_ms"], 3),
        "fires_per_s": round(many["fires_per_s"]),
    }


async def world(count: int) -> dict[str, float]:
    """Return how long a start, a tick of one schedule, and all at once take."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.db"
        await fill(path, count)
        clock, fired = VirtualClock(START), list[str]()
        router = Router(path, clock=clock)

        async def rest() -> None:
            await settle()
            await router.idle()
            await settle()

        router.register("f", lambda event: fired.extend(event["resources"]), inline=True)
        began = time.perf_counter()
        await router.start()
        started = time.perf_counter() - began
        await rest()
        fired.clear()
        ticks = [await timed(clock.advance(MINUTE, rest)) for _ in range(TICKS)]
        expect(len(fired) == TICKS, f"{len(fired)} of {TICKS} fires of a rate")
        await clock.advance(NOON - 1 - clock.now(), rest)
        fired.clear()
        everything = await timed(clock.advance(1, rest))
        expect(len(set(fired)) == len(fired) == count, f"{len(fired)} of {count} fires")
        await router.stop()
    tick = statistics.median(ticks) * 1e3
    return {"start_s": started, "tick_ms": tick, "fires_per_s": count / everything}


async def fill(path: Path, count: int) -> None:
    """Write so many rules that fire at noon, one that fires each minute, and one that hears all."""
    store = SqliteStore(path)
    async with Router(store, clock=VirtualClock(START - 1)) as router:
        await router.put_rule("minutely", schedule_expression="rate(1 minute)")
        await router.put_rule("all", event_pattern={"source": ["aws.events"]})
        await router.put_targets("all", {"t": "arn:eventmatch:callable:::f"})
        arn = (await router.plane.describe_rule("all")).arn.removesuffix("all")
        for first in range(0, count, PAGE):
            rules = [noon(arn, number) for number in range(first, min(first + PAGE, count))]
            await store.records.write([change for rule in rules for change in changes(rule)])


def noon(arn: str, number: int) -> Rule:
    """Return a rule that fires at noon; half of them on weekdays, as their texts have it."""
    days = ("* * ?", "? * MON-FRI")[number % 2]
    return Rule(
        name=f"r{number}",
        bus="default",
        arn=f"{arn}r{number}",
        created_by="123456789012",
        schedule_expression=f"cron(0 12 {days} *)",
    )


def changes(rule: Rule) -> list[AnyChange]:
    """Return what the control plane writes of a new rule."""
    begun = schedule_change(None, rule, START - 1)
    assert begun is not None
    return [Change("rule", rule.key, rule.to_record()), begun]


async def timed(work: Any) -> float:
    """Return the seconds that something takes."""
    began = time.perf_counter()
    await work
    return time.perf_counter() - began
