"""A million deliveries that wait, and a hundred thousand rules."""

import asyncio
import gc
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

from _measure import expect, progress
from _routing import EVERYTHING, World, entries, write_rules

from eventmatch.bus.ports import Change
from eventmatch.router.router import Router

LANES = 5
MOST_GROWTH_MB = 400
"""What the process may grow by while deliveries wait: lanes hold 64 MiB of envelopes together."""
PUT_RULE_MS = 5.0


def resident_mb() -> float:
    """Return the mebibytes of resident memory."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


async def backlog(path: Path, deliveries: int) -> dict[str, float]:
    """Accept deliveries to targets that hang, stop, start again, and deliver them all."""
    events = deliveries // LANES
    counts: Counter[str] = Counter()
    gate = asyncio.Event()
    gc.collect()
    before, started = resident_mb(), time.perf_counter()
    async with await _router(path, counts, gate) as router:
        for start in range(0, events, 1_000):
            progress(f"backlog, {start * LANES:,} deliveries of {deliveries:,} accepted")
            results = await router.put_events(entries(1_000))
            expect(len(results) == 1_000, "an entry is refused")
        accepted, held = time.perf_counter() - started, resident_mb()
        left = sum((await router.store.deliveries.backlog()).values())
        expect(
            left == deliveries and not counts,
            f"{left} deliveries wait, {sum(counts.values())} came",
        )
    gate.set()
    started = time.perf_counter()
    most = 0.0
    async with await _router(path, counts, gate) as router:
        begun = time.perf_counter() - started
        while sum((await router.store.deliveries.backlog()).values()):
            progress(f"backlog, {sum(counts.values()):,} deliveries of {deliveries:,} made")
            most = max(most, resident_mb())
            await asyncio.sleep(0.25)
    drained = time.perf_counter() - started
    expect(set(counts.values()) == {events}, f"{counts} instead of {events} each")
    growth = max(held, most) - before
    expect(growth < MOST_GROWTH_MB, f"the process has grown by {growth:.0f} MB")
    return {
        "deliveries": deliveries,
        "accepted_per_s": round(deliveries / accepted),
        "start_s": round(begun, 2),
        "drained_per_s": round(deliveries / drained),
        "memory_mb": round(max(held, most)),
        "growth_mb": round(growth),
    }


async def _router(path: Path, counts: Counter[str], gate: asyncio.Event) -> Router:
    router = Router(path)

    def counting(name: str) -> Any:
        async def wait(_: bytes) -> None:
            await gate.wait()
            counts[name] += 1

        return wait

    names = [f"lane-{number}" for number in range(LANES)]
    arns = [router.register(name, counting(name), raw=True, timeout=3600.0) for name in names]
    await router.start()
    await router.call("PutRule", {"Name": "all", "EventPattern": EVERYTHING})
    targets = [{"Id": name, "Arn": arn} for name, arn in zip(names, arns, strict=True)]
    await router.call("PutTargets", {"Rule": "all", "Targets": targets})
    return router


async def put_rule(path: Path, rules: int) -> dict[str, float]:
    """Return the milliseconds of PutRule beside so many rules, and of a commit on this disk."""
    progress(f"writing {rules:,} rules")
    await write_rules(path, rules)
    started = time.perf_counter()
    async with World(path) as world:
        loaded = time.perf_counter() - started
        routes = world.router.plane.routes()
        expect(routes is not None and len(routes) >= rules, "rules are lost")
        put, commit = [], []
        for number in range(101):
            progress(f"put_rule, {number + 1} of 101")
            pattern = f'{{"detail": {{"number": [{number}]}}}}'
            parameters = {"Name": f"new-{number}", "EventPattern": pattern}
            started = time.perf_counter()
            await world.router.call("PutRule", parameters)
            put.append(time.perf_counter() - started)
            started = time.perf_counter()
            await world.router.store.records.write([Change("probe", "probe", b"%d" % number)])
            commit.append(time.perf_counter() - started)
    put_ms, commit_ms = (1000 * statistics.median(taken) for taken in (put, commit))
    # A disk may be slow, or busy with others; then it is the disk that is measured.
    expect(put_ms < max(PUT_RULE_MS, 2 * commit_ms), f"PutRule takes {put_ms:.1f} ms")
    return {
        "rules": rules,
        "load_s": round(loaded, 2),
        "put_rule_ms": round(put_ms, 2),
        "commit_ms": round(commit_ms, 2),
    }
