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

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from _crashing import ACCEPTED, CALLABLES, DEAD, QUEUE, Life
from _measure import progress, report

LONGEST_S = 0.4
"""A child lives for up to so many seconds, of which it takes some hundredths to begin."""
DRAIN_S = 60.0


def main() -> None:
    """Kill, drain, compare and report."""
    options = arguments()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder), is_broken=options.broken)
        # All children are forked from here, where no thread is running yet.
        kill_often(life, options.kills, options.seed)
        progress("delivering the rest")
        queues = asyncio.run(life.drain(DRAIN_S))
        figures = {"kills": options.kills, **compared(life, queues)}
    report(figures | {"seconds": round(time.monotonic() - started, 1)})
    if figures["lost"] or figures["wrongly_dead"]:
        sys.exit(f"lost {figures['lost']}, wrongly dead-lettered {figures['wrongly_dead']}")


def arguments() -> argparse.Namespace:
    """Return the options, complete."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--kills", metavar="N", type=int, help="how often to kill; 200")
    add("--seed", metavar="S", type=int, default=random.randrange(2**32), help="of the moments")
    add("--quick", action="store_true", help="20 kills: some seconds")
    add("--broken", action="store_true", help="with a store that answers before it has written")
    options = parser.parse_args()
    if options.kills is None:
        options.kills = 20 if options.quick else 200
    return options


def kill_often(life: Life, kills: int, seed: int) -> None:
    """Let so many children live for random times."""
    generator = random.Random(seed)
    for number in range(kills):
        progress(f"kill {number + 1} of {kills} (seed {seed})")
        child = begin(life, seed + number)
        time.sleep(generator.uniform(0.0, LONGEST_S))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(f"child {number + 1} ended by itself (seed {seed})")


def begin(life: Life, seed: int) -> int:
    """Start a child that puts events until it is killed; return its number."""
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    try:
        asyncio.run(life.run(seed))
    except BaseException as error:
        print(repr(error), file=sys.stderr)
    os._exit(1)


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
