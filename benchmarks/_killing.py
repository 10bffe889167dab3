"""What the crash tests share: a child that lives until it is killed, again and again."""

import argparse
import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from _measure import progress


class Life(Protocol):
    """What goes on in one folder, over any number of processes."""

    async def run(self, seed: int) -> None:
        """Work until the process is killed."""


class Kills(NamedTuple):
    """How often children are killed, each within `longest` seconds, at moments out of `seed`."""

    count: int
    longest: float
    seed: int


def arguments(
    description: str | None, *, kills: int, quick: int, broken: str
) -> argparse.Namespace:
    """Return the options, complete: kills, seed, broken."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--kills", metavar="N", type=int, help=f"how often to kill; {kills}")
    add("--seed", metavar="S", type=int, default=random.randrange(2**32), help="of the moments")
    add("--quick", action="store_true", help=f"{quick} kills: some seconds")
    add("--broken", action="store_true", help=broken)
    options = parser.parse_args()
    if options.kills is None:
        options.kills = quick if options.quick else kills
    return options


def kill_often(life: Life, kills: Kills, after: Callable[[], object] = lambda: None) -> None:
    """Let so many children live for random times; `after` is called behind each kill."""
    generator = random.Random(kills.seed)
    for number in range(kills.count):
        progress(f"kill {number + 1} of {kills.count} (seed {kills.seed})")
        child = _begin(life, kills.seed + number)
        time.sleep(generator.uniform(0.0, kills.longest))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(f"child {number + 1} ended by itself (seed {kills.seed})")
        after()


def _begin(life: Life, seed: int) -> int:
    """Start a child that works until it is killed; return its number."""
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    try:
        asyncio.run(life.run(seed))
    except BaseException as error:
        print(repr(error), file=sys.stderr)
    os._exit(1)
