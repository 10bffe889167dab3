"""Random walks: the queues do what a list of messages would do, in every store."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventmatch.queues.model import Message, QueueSettings, Received, RedrivePolicy
from eventmatch.queues.queue import Queues
from tests.queues.conftest import World, make_world


@dataclass
class Item:
    body: str
    group: str | None
    visible: float
    place: int
    receives: int = 0
    receipt: str | None = None


@dataclass
class Model:
    """What a queue and its dead-letter queue should hold; messages by the order of sending."""

    fifo: bool
    items: list[Item] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    known: dict[str, float] = field(default_factory=dict)
    sent: int = 0

    def send(self, body: str, group: str, delay: int, now: float) -> None:
        if self.fifo and self.known.get(body, -1000.0) >= now - 300:
            return
        self.known[body] = now
        self.sent += 1
        self.items.append(Item(body, group if self.fifo else None, now + delay, self.sent))

    def free(self, now: float) -> list[Item]:
        """What may be received at this moment, in the order in which it must be."""
        blocked: set[str | None] = set()
        free = []
        for item in self.items:
            if item.group in blocked or item.visible > now:
                blocked |= {item.group} - {None}
            else:
                free.append(item)
        return free

    def receive(self, limit: int, now: float, timeout: int) -> list[Item]:
        taken = self._first(limit, now)
        while dead := [item for item in taken if item.receives == 3]:
            self.items = [item for item in self.items if item not in dead]
            self.dead += [item.body for item in dead]
            taken = self._first(limit, now)
        for item in taken:
            item.receives += 1
            item.visible = now + timeout
        return taken

    def _first(self, limit: int, now: float) -> list[Item]:
        free = self.free(now)
        return sorted(free, key=lambda item: self._rank(item, free))[:limit]

    def _rank(self, item: Item, free: list[Item]) -> tuple[float, int, int]:
        """By the head of its group: since when it is visible, and its place."""
        head = item
        if item.group is not None:
            head = next(other for other in free if other.group == item.group)
        return (head.visible, head.place, item.place)


async def walk(world: World, fifo: bool, seed: int, steps: int) -> None:
    draw = random.Random(seed)
    suffix = ".fifo" if fifo else ""
    work, dead = f"work{suffix}", f"dead{suffix}"
    model = Model(fifo)
    policy = QueueSettings(
        fifo=fifo, content_based_deduplication=fifo, redrive=RedrivePolicy(dead, 3)
    )
    for part in range(3):  # each part begins with a restart
        async with world.opened() as queues:
            if part == 0:
                await queues.create_queue(dead, QueueSettings(fifo=fifo))
                await queues.create_queue(work, policy)
            for _ in range(steps):
                await step(world, queues, work, model, draw)
            held = await queues.peek(work, limit=10_000)
            assert [one.stored.message.body for one in held] == [i.body for i in model.items]
            letters = [one.stored.message.body for one in await queues.peek(dead, limit=10_000)]
            assert sorted(letters) == sorted(model.dead)


async def step(world: World, queues: Queues, work: str, model: Model, draw: random.Random) -> None:
    now = world.clock.now()
    receipts = [item.receipt for item in model.items if item.receipt]
    match draw.choice(["send", "send", "receive", "receive", "delete", "hide", "pass"]):
        case "send":
            await send(queues, work, model, draw, now)
        case "receive":
            limit, timeout = draw.randint(1, 10), draw.choice([0, 1, 5])
            received = await queues.receive(work, limit, visibility_timeout=timeout)
            compare(received, model.receive(limit, now, timeout), model.fifo)
        case "delete" if receipts:
            chosen = draw.sample(receipts, min(len(receipts), 3))
            assert all(await queues.delete(work, chosen))
            model.items = [item for item in model.items if item.receipt not in chosen]
        case "hide" if receipts:
            one, timeout = draw.choice(receipts), draw.choice([0, 3])
            assert await queues.change_visibility(work, [one], timeout) == [True]
            next(i for i in model.items if i.receipt == one).visible = now + timeout
        case _:
            await world.clock.advance(draw.choice([0.25, 1, 2.5]))


async def send(queues: Queues, work: str, model: Model, draw: random.Random, now: float) -> None:
    messages = []
    for _ in range(draw.randint(1, 4)):
        body, group = str(draw.randint(0, 200)), draw.choice("abc")
        delay = 0 if model.fifo else draw.choice([0, 0, 2])
        messages.append(Message(body, group=group, delay=None if model.fifo else delay))
        model.send(body, group, delay, now)
    await queues.send_batch(work, messages)


def compare(received: Sequence[Received], items: list[Item], fifo: bool) -> None:
    assert [one.stored.message.body for one in received] == [item.body for item in items]
    for one, item in zip(received, items, strict=True):
        assert one.receive_count == item.receives
        assert one.stored.ordered_by == item.group
        assert not fifo or one.stored.message.group == item.group
        item.receipt = one.receipt


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("fifo", [False, True], ids=["standard", "fifo"])
@settings(max_examples=12)
@given(seed=st.integers(0, 2**32))
def test_a_walk_is_that_of_a_list(kind: str, fifo: bool, seed: int) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(walk(make_world(kind, Path(folder)), fifo, seed, steps=60))
