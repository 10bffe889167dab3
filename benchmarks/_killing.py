"""What the crash tests share: a child that lives until it is killed, again and again."""

import argparse
import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from _measure import progress

_BEGINNINGS: Final = 4
"""So many times as long as it takes to begin may a child live, on a slow or busy machine."""
_PATIENCE_S: Final = 30.0


class Life(Protocol):
    """What goes on in one folder, over any number of processes."""

    @property
    def has_accepted(self) -> bool:
        """Whether anything was accepted yet, by whichever process."""

    async def run(self, seed: int) -> None:
        """Work until the process is killed."""


class Kills(NamedTuple):
    """How often children are killed, each within `longest` seconds, at moments out of `seed`.

    Where a child takes long to begin, all live longer.
    """

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
    generator, longest = random.Random(kills.seed), kills.longest
    for number in range(kills.count):
        progress(f"kill {number + 1} of {kills.count} (seed {kills.seed})")
        child = _begin(life, kills.seed + number)
        if number == 0:
            longest = max(longest, _BEGINNINGS * _until_accepted(life))
        time.sleep(generator.uniform(0.0, longest))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(f"child {number + 1} ended by itself (seed {kills.seed})")
        after()


def _until_accepted(life: Life) -> float:
    """Wait for what is accepted first; return the seconds that it took."""
    started = time.monotonic()
    while not life.has_accepted and time.monotonic() - started < _PATIENCE_S:
        time.sleep(0.005)
    return time.monotonic() - started


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
