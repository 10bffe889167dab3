"""At random: rules are put, disabled and deleted, routers restart, and time goes by."""

import asyncio
from random import Random

import pytest

from eventmatch.store.memory import MemoryStore
from eventmatch.testing.clock import VirtualClock, settle
from tests.router.worlds import START, World

MINUTE = 60.0


class Model:
    """What a rate fires by the reference: soon behind its beginning, and each period from there.

    What comes while no router runs is passed over, unless one comes within a minute.
    """

    def __init__(self) -> None:
        self.minutes: int | None = None
        self.anchor = self.seen = 0.0
        self.expected: list[float] = []

    def put(self, minutes: int | None, now: float) -> None:
        if minutes != self.minutes:
            self.minutes, self.anchor, self.seen = minutes, now, now

    def run(self, start: float, end: float) -> None:
        """A router runs from one moment to another."""
        if self.minutes is not None:
            period = self.minutes * MINUTE
            moments = [self.anchor + 1]
            while moments[-1] <= end:
                moments.append(self.anchor + len(moments) * period)
            due = [each for each in moments if self.seen < each <= end]
            self.expected += [max(each, start) for each in due if each > start - MINUTE]
        self.seen = max(self.seen, end)


async def walk(random: Random) -> None:
    store, model = MemoryStore(), Model()
    fired: list[float] = []
    now = START
    for _ in range(8):
        world = World(store, now=now)
        world.clock = clock = VirtualClock(now)
        world.router = type(world.router)(store, clock=clock)

        async def note(_: object, clock: VirtualClock = clock) -> None:
            fired.append(clock.now())

        arn = world.router.register("note", note)
        async with world.router:
            model.run(now, now)
            await world.router.idle()
            for _ in range(random.randint(1, 5)):
                minutes = random.choice([1, 1, 2, 5, 60, None])
                if minutes is None:
                    if model.minutes is not None:
                        await world.router.plane.disable_rule("beat")
                else:
                    unit = "minute" if minutes == 1 else "minutes"
                    text = f"rate({minutes} {unit})"
                    await world.router.put_rule("beat", schedule_expression=text)
                    await world.router.put_targets("beat", {"t": arn})
                model.put(minutes, now)
                # Never to the very moment of a fire, where the order would be up to chance.
                seconds = random.choice([7.0, 75.0, 333.0, 4000.0]) + random.random()
                await clock.advance(seconds, world.rest)
                model.run(now, now + seconds)
                now += seconds
        now += random.choice([0.0, 30.0, 90.0, 5000.0])
    await settle()
    assert fired == pytest.approx(model.expected, abs=1e-3)
    assert len(fired) > 8


@pytest.mark.parametrize("seed", range(12))
def test_a_walk(seed: int) -> None:
    asyncio.run(walk(Random(seed)))
