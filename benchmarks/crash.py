"""Is anything lost when the process that routes events is killed, at whatever moment?

A child puts events from several tasks at once into a router on one SQLite file, and notes each id
that `put_events` returned. Its rule has an inline callable, an async one that fails half of the
time, a slow one, an embedded queue, and one that always fails, with a dead-letter queue. SIGKILL
ends it at a random moment, also while it starts, and the next child goes on with the same file.
At last one delivers the rest; then every id that was noted must have come to each good target and
to the dead-letter queue of the one that fails, and nothing to any other dead-letter queue. What
came twice is counted: delivery is at least once. Exit code 1 if anything is lost.

Run: python benchmarks/crash.py [--quick] [--kills N] [--seed S] [--broken]
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from _crashing import ACCEPTED, CALLABLES, DEAD, QUEUE, Life
from _killing import Kills, arguments, kill_often
from _measure import progress, report

LONGEST_S = 0.4
"""A child lives for up to so many seconds, of which it takes some hundredths to begin."""
DRAIN_S = 60.0


def main() -> None:
    """Kill, drain, compare and report."""
    broken = "with a store that answers before it has written"
    options = arguments(__doc__, kills=200, quick=20, broken=broken)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder), is_broken=options.broken)
        # All children are forked from here, where no thread is running yet.
        kill_often(life, Kills(options.kills, LONGEST_S, options.seed))
        progress("delivering the rest")
        queues = asyncio.run(life.drain(DRAIN_S))
        figures = {"kills": options.kills, **compared(life, queues)}
    report(figures | {"seconds": round(time.monotonic() - started, 1)})
    if figures["lost"] or figures["wrongly_dead"]:
        sys.exit(f"lost {figures['lost']}, wrongly dead-lettered {figures['wrongly_dead']}")


def compared(life: Life, queues: dict[str, list[str]]) -> dict[str, int]:
    """Return what was lost, dead-lettered without reason, or delivered more than once."""
    accepted = set(life.logs[ACCEPTED].read())
    targets = {name: life.logs[name].read() for name in CALLABLES} | {
        name: queues.pop(name) for name in (QUEUE, DEAD)
    }
    return {
        "events": len(accepted),
        "deliveries": sum(map(len, targets.values())),
        "lost": sum(len(accepted - set(ids)) for ids in targets.values()),
        "wrongly_dead": sum(map(len, queues.values())),
        "duplicates": sum(len(ids) - len(set(ids)) for ids in targets.values()),
    }


if __name__ == "__main__":
    main()
