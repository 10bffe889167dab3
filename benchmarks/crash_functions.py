"""Is anything lost or reordered when the process that runs functions is killed, at whatever moment?

A child on one SQLite file invokes functions asynchronously, puts events on a bus whose rule has a
function, sends messages to a queue and to a FIFO queue, and puts records on a stream; event source
mappings feed functions from these. Some functions fail now and then, one always, and one is a
process with AWS's runtime interface client. What was acknowledged is noted. SIGKILL ends the child
at a random moment, also while it starts, and the next one goes on with the same file. At last one
does the rest; then
lost: what was acknowledged and not done, and is no dead letter of a function that may give up;
reordered: what was first done behind something later of its FIFO group, its shard or its key;
renamed: asynchronous events that came to their function under several request ids;
survivors: processes of environments that outlived their router for long.
What was done twice is counted: invocation is at least once. Exit code 1 unless those four are 0.

Run: python benchmarks/crash_functions.py [--quick] [--kills N] [--seed S] [--broken]
"""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from _crashing_functions import DEAD, FAILED, MARK, SHAKY_DEAD, FunctionsLife, number_of
from _crashing_handlers import FAILING, FUNCTIONS, INVOKED, KEYED, ORDERED, SHAKY, SHARDED
from _killing import Kills, arguments, kill_often
from _measure import progress, report

LONGEST_S: Final = 1.0
"""A child lives for up to so many seconds, of which it takes a tenth or two to begin."""
DRAIN_S: Final = 60.0
SURVIVAL_S: Final = 1.0
"""So long may a process of an environment outlive its router."""
BAD: Final = ("lost", "reordered", "renamed", "survivors")


def main() -> None:
    """Kill, drain, compare and report."""
    broken = "with a store that answers before it has written"
    options = arguments(__doc__, kills=50, quick=8, broken=broken)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        life = FunctionsLife(Path(folder), is_broken=options.broken)
        survivors: list[int] = []
        kills = Kills(options.kills, LONGEST_S, options.seed)
        # All children are forked from here, where no thread is running yet.
        kill_often(life, kills, lambda: survivors.extend(outliving(life.mark)))
        progress("doing the rest")
        queues = asyncio.run(life.drain(DRAIN_S))
        survivors.extend(outliving(life.mark))
        figures = compared(life, queues) | {"survivors": len(survivors)}
    figures = {"kills": options.kills, "seed": options.seed, **figures}
    report(figures | {"seconds": round(time.monotonic() - started, 1)})
    if any(figures[name] for name in BAD):
        sys.exit(", ".join(f"{name}: {figures[name]}" for name in BAD))


def outliving(mark: str) -> list[int]:
    """Return the processes of environments that are still there after a while, and end them."""
    end = time.monotonic() + SURVIVAL_S
    while (found := marked(mark)) and time.monotonic() < end:
        time.sleep(0.005)
    for process in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return found


def marked(mark: str) -> list[int]:
    """Return the processes with that mark among their variables."""
    variable = f"{MARK}={mark}".encode()
    return [
        int(path.name)
        for path in Path("/proc").glob("[0-9]*")
        if variable in _variables(path).split(b"\0")
    ]


def _variables(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


def compared(life: FunctionsLife, queues: dict[str, list[str]]) -> dict[str, int]:
    """Return what was lost, reordered or renamed, and how much there was."""
    accepted = {name: life.accepted[name].read() for name in FUNCTIONS}
    done = {name: life.done[name].read() for name in FUNCTIONS}
    letters = {name: {number_of(each) for each in queues[name]} for name in (SHAKY_DEAD, FAILED)}
    dead = {number_of(each) for each in queues[DEAD]} & letters[FAILED]
    missing = {name: set(accepted[name]) - set(done[name]) for name in FUNCTIONS}
    given_up = {SHAKY: letters[SHAKY_DEAD], FAILING: dead}
    for name, numbers in given_up.items():
        missing[name] = {each for each in missing[name] if each.partition(":")[0] not in numbers}
    asked = {name: {*life.tried[name].read(), *done[name], *accepted[name]} for name in INVOKED}
    return {
        "accepted": sum(map(len, accepted.values())),
        "done": sum(map(len, done.values())),
        "lost": sum(map(len, missing.values())),
        "reordered": sum(reordered(done[name]) for name in (ORDERED, SHARDED, KEYED)),
        "renamed": sum(
            repeated(each.partition(":")[0] for each in asked[name]) for name in INVOKED
        ),
        "duplicates": sum(map(repeated, done.values())),
    }


def reordered(done: Iterable[str]) -> int:
    """Return how many of what was first done came behind a higher number of their group."""
    highest: dict[str, int] = {}
    count = 0
    for each in dict.fromkeys(done):
        group, _, number = each.partition(":")
        count += int(number) < highest.get(group, 0)
        highest[group] = max(int(number), highest.get(group, 0))
    return count


def repeated(names: Iterable[str]) -> int:
    """Return how many names come again."""
    listed = list(names)
    return len(listed) - len(set(listed))


if __name__ == "__main__":
    main()
