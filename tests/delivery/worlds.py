"""A dispatcher with everything around it that a test wants to see."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.delivery.model import (
    DELIVERED,
    Attempt,
    DeadLetter,
    Delivery,
    Event,
    Outcome,
    delivery_id,
)
from eventmatch.delivery.ports import Destination, Metric
from eventmatch.store.memory import MemoryStore
from eventmatch.testing.clock import VirtualClock, settle


@dataclass
class FakeTarget:
    """An adapter that answers what `answer` says, and keeps what it was given."""

    answer: Callable[[Attempt], Outcome | Awaitable[Outcome]] = lambda _: DELIVERED
    batch_size: int = 10
    concurrency: int = 2
    timeout: float = 5.0
    attempts: list[Attempt] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    most_at_once: int = 0
    at_once: int = 0
    closed: int = 0

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        self.batches.append(len(batch))
        self.attempts += batch
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return [await self._answer(attempt) for attempt in batch]
        finally:
            self.at_once -= 1

    async def _answer(self, attempt: Attempt) -> Outcome:
        outcome = self.answer(attempt)
        return outcome if isinstance(outcome, Outcome) else await outcome

    async def close(self) -> None:
        self.closed += 1

    @property
    def bodies(self) -> Counter[bytes]:
        return Counter(attempt.payload for attempt in self.attempts)


class World:
    """Targets by name, and what became of what was put."""

    def __init__(
        self, store: MemoryStore | None = None, **targets: FakeTarget | Destination
    ) -> None:
        self.clock = VirtualClock()
        self.store = store or MemoryStore()
        self.targets = targets
        self.letters: dict[str, list[DeadLetter]] = defaultdict(list)
        self.letter_outcome = DELIVERED
        self.metrics: Counter[Metric] = Counter()
        self.is_started = False
        self.dispatcher = Dispatcher(
            self.store.deliveries,
            self,
            self,
            clock=self.clock,
            random=Random(3),
            observer=self,
        )

    def destination(self, description: bytes) -> Destination:
        target = self.targets[description.decode()]
        if isinstance(target, Destination):
            return target
        return Destination(description.decode(), target, dead_letters="dlq")

    async def send(self, queue: str, letters: Sequence[DeadLetter]) -> Sequence[Outcome]:
        if self.letter_outcome.is_delivered:
            self.letters[queue] += letters
        return [self.letter_outcome] * len(letters)

    def count(self, metric: Metric, amount: int, _: Mapping[str, str]) -> None:
        self.metrics[metric] += amount

    def measure(self, metric: Metric, seconds: float, _: Mapping[str, str]) -> None:
        pass

    async def put(self, *bodies: bytes, to: Sequence[str] | None = None) -> None:
        """Accept events for targets, all of them unless told."""
        await self.store.open()
        if not self.is_started:
            self.is_started = True
            await self.dispatcher.start()
        lanes = [await self.dispatcher.lane(name.encode()) for name in to or self.targets]
        first, now = self.store.deliveries.reserve(len(bodies)), self.clock.now()
        events = [Event(first + n, body, now) for n, body in enumerate(bodies)]
        deliveries = [
            Delivery(
                delivery_id(event.id, n),
                lane,
                event,
                due=None if self.dispatcher.has_room(lane) else now,
            )
            for event in events
            for n, lane in enumerate(lanes)
        ]
        await self.store.deliveries.append(events, deliveries)
        self.dispatcher.offer(deliveries)
        await settle()

    async def left(self) -> int:
        """How many deliveries are not settled."""
        return sum((await self.store.deliveries.backlog()).values())


def play(scene: Callable[[], Awaitable[Any]]) -> None:
    """Run a test that waits."""

    async def whole() -> None:
        await scene()

    asyncio.run(whole())
