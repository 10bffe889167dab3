"""Rates and latencies of a router, and what bad targets do to good ones."""

import asyncio
import itertools
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from _measure import expect, progress
from _routing import FIVE, ONE_QUEUE, TWO, World, due_at, entries

from eventmatch.targets.callable import Retryable

PUTTERS = {10: 64, 500: 4}
"""How many callers put at once, by the entries of a call."""
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Peak:
    """What was reached: entries accepted and delivered everywhere a second, and CPU an entry."""

    entries_per_s: float
    deliveries_per_s: float
    cpu_us_per_entry: float

    def rounded(self) -> dict[str, int]:
        """Return the figures for the report."""
        return {name: round(value) for name, value in vars(self).items()}


async def peak(world: World, targets: Sequence[str], size: int, count: int) -> Peak:
    """Return the rates until the last of so many events is delivered, behind a check of all."""
    await world.use(targets)
    await world.put(entries(500), size, PUTTERS[size])
    await world.router.idle()
    await world.expect_each(targets, 500)
    some = entries(count)
    started, cpu = time.perf_counter(), time.process_time()
    await world.put(some, size, PUTTERS[size])
    await world.router.idle()
    taken, cpu = time.perf_counter() - started, time.process_time() - cpu
    await world.expect_each(targets, 500 + count)
    return Peak(count / taken, count * len(targets) / taken, cpu / count * 1e6)


async def peaks(world: World, count: int, rounds: int) -> dict[str, Peak]:
    """Return the best of interleaved rounds of each way to put, with five targets and with two."""
    ways = {
        "five_targets_calls_of_10": (FIVE, 10),
        "five_targets_calls_of_500": (FIVE, 500),
        "two_targets_calls_of_10": (TWO, 10),
        "two_targets_calls_of_500": (TWO, 500),
        "one_queue_calls_of_10": (ONE_QUEUE, 10),
    }
    seen: dict[str, list[Peak]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, (targets, size) in ways.items():
            progress(f"peak, {name}, round {number + 1} of {rounds}")
            seen[name].append(await peak(world, targets, size, count))
    return {name: max(found, key=lambda peak: peak.entries_per_s) for name, found in seen.items()}


async def latency(world: World, rate: float, seconds: float) -> dict[str, float]:
    """Return percentiles of the time to delivery at a fixed rate of entries, in calls of ten.

    That to the first callable counts from the moment at which the call was due, whether it was
    made then or late; that to the queues from the acceptance of the event.
    """
    await world.use(FIVE)
    supply = itertools.cycle(entries(2_000))
    calls = int(rate * seconds / 10)
    begin, tasks = time.perf_counter() + 0.01, []
    for number in range(calls):
        due = begin + number * 10 / rate
        if (left := due - time.perf_counter()) > 0:
            await asyncio.sleep(left)
        part = [due_at(entry, due) for entry in itertools.islice(supply, 10)]
        tasks.append(asyncio.create_task(world.put(part, 10, 1)))
    await asyncio.gather(*tasks)
    await _all_have(world, 10 * calls)
    expect(len(world.delays) == 10 * calls, "an event has lost its moment")
    return _percentiles("", world.delays) | _percentiles("queue_", world.queued)


def _percentiles(prefix: str, seconds: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=1000)
    return {
        f"{prefix}{name}_ms": round(cuts[place] * 1000, 2)
        for name, place in (("p50", 499), ("p99", 989))
    }


async def beside_bad_targets(world: World, count: int, rate: float) -> dict[str, float]:
    """Return what bad targets do to five good ones.

    That is the share that is left of the highest rate, where all compete for the processor, and how
    long deliveries to the good ones take at a rate that leaves room for all.
    """
    await world.use(FIVE)
    alone = await _good_rate(world, count)
    await _add_bad(world)
    await world.use(FIVE)
    beside = await _good_rate(world, count)
    slow = await latency(world, rate, 3.0)
    call = world.router.call
    await call("RemoveTargets", {"Rule": "bad", "Ids": ["hanging", "failing", "half", "slow"]})
    return {
        "good_entries_per_s": round(alone),
        "share_beside_bad": round(beside / alone, 2),
        "at_entries_per_s": round(rate),
        **{name: slow[name] for name in ("p50_ms", "p99_ms")},
    }


async def _good_rate(world: World, count: int) -> float:
    started = time.perf_counter()
    await world.put(entries(count), 10, PUTTERS[10])
    await _all_have(world, count)
    return count / (time.perf_counter() - started)


async def _all_have(world: World, count: int) -> None:
    """Return when the five good targets have so many events each, whatever others do."""
    end = time.perf_counter() + PATIENCE_S
    while min(*world.counts.values(), len(world.queued) // 2) < count:
        expect(time.perf_counter() < end, "bad targets hold up good ones")
        await asyncio.sleep(0.005)
    await world.expect_each(FIVE, count)


async def _add_bad(world: World) -> None:
    generator = random.Random(5)

    async def hanging(_: Any) -> None:
        await asyncio.Event().wait()

    def failing(_: Any) -> None:
        raise Retryable("never")

    def half(_: Any) -> None:
        if generator.random() < 0.5:
            raise Retryable("not now")

    async def slow(_: Any) -> None:
        await asyncio.sleep(0.1)

    register = world.router.register
    world.arns |= {
        "hanging": register("hanging", hanging),
        "failing": register("failing", failing, inline=True),
        "half": register("half", half, inline=True),
        "slow": register("slow", slow),
    }
    await world.target("bad", dict.fromkeys(("hanging", "failing", "half", "slow"), True))
