"""A process that is killed loses nothing that `send` or `delete` has answered."""

import subprocess
import sys
from pathlib import Path

from tests.loops import in_loop
from tests.queues.conftest import make_world

ROOT = Path(__file__).parents[2]

# Sends and receives for ever; says each number that was sent, or deleted, once that is durable.
CHILD = """
import asyncio, itertools, sys
from pathlib import Path
from tests.queues.conftest import make_world
from eventmatch.queues.model import Message

async def main():
    async with make_world("sqlite", Path(sys.argv[1])).opened() as queues:
        await queues.create_queue("work")
        for number in itertools.count():
            await queues.send("work", Message(str(number)))
            print("sent", number, flush=True)
            if number % 3 == 2:
                (first,) = await queues.receive("work")
                await queues.delete("work", [first.receipt])
                print("deleted", first.stored.message.body, flush=True)

asyncio.run(main())
"""


@in_loop
async def test_what_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CHILD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline().split() for _ in range(100)]
        child.kill()
        lines += [line.split() for line in child.stdout if line.endswith("\n")]
    sent = {int(number) for word, number in lines if word == "sent"}
    deleted = {int(number) for word, number in lines if word == "deleted"}
    async with make_world("sqlite", tmp_path).opened() as queues:
        kept = {int(one.stored.message.body) for one in await queues.peek("work", limit=100_000)}
    assert len(sent) >= 75
    # One call may have been done without its answer.
    assert kept >= sent - deleted - {max(deleted) + 1}
    assert kept.isdisjoint(deleted)
    assert len(kept - sent) <= 1
