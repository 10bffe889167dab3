"""The dispatcher: every delivery that was accepted ends as delivered, dead-lettered or dropped."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Final, NamedTuple

from eventmatch.clock import Clock
from eventmatch.delivery.attempt import Tried
from eventmatch.delivery.failures import log_failure
from eventmatch.delivery.lane import STORE_RETRY, Lane, Pool
from eventmatch.delivery.model import DeadLetter, Delivery, ErrorCode, Outcome, Retry
from eventmatch.delivery.ports import (
    DeadLetters,
    DeliveryStore,
    Destination,
    Destinations,
    Metric,
    Observer,
)
from eventmatch.delivery.retry import Again, next_step
from eventmatch.errors import StoreCode, StoreError

# The seconds behind which a delivery is tried again whose dead letter was refused.
DEAD_LETTER_RETRY: Final = 60.0
# So many lanes are kept although they have nothing to do: a target that is replaced leaves one.
MOST_LANES: Final = 5000
# The seconds behind which a batch is tried again that could not be judged.
MISTAKE_RETRY: Final = 60.0

_log: Final = logging.getLogger("eventmatch.delivery")


class _Verdict(NamedTuple):
    """What follows a batch: what has ended, what is tried again, what nothing helps."""

    done: list[int]
    again: list[Retry]
    dead: list[tuple[Delivery, DeadLetter]]


class Dispatcher:
    """Tries deliveries, each lane apart from the others, until each has ended.

    What is offered must be in the store. A delivery that failed waits there for its next attempt;
    one that nothing helps becomes a dead letter. `delivered` and `failed` count what has ended so
    since the start, by the names of the destinations.
    """

    def __init__(
        self,
        store: DeliveryStore,
        destinations: Destinations,
        dead_letters: DeadLetters,
        *,
        clock: Clock,
        random: Random,
        observer: Observer,
    ) -> None:
        self._store = store
        self._destinations = destinations
        self._dead_letters = dead_letters
        self._clock = clock
        self._random = random
        self._observer = observer
        self.delivered: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self._descriptions: dict[int, bytes] = {}
        self._lanes: dict[int, Lane] = {}
        self._pool = Pool()
        self._is_running = False
        self._leaving: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Go on with what was not settled when the store was last in use."""
        self._is_running = True
        self._descriptions.update(await self._store.recover())
        for number in list(self._descriptions):
            self._lane(number).look()

    async def stop(self) -> None:
        """End all attempts; what is not settled is tried again behind the next start."""
        self._is_running = False
        lanes = list(self._lanes.values())
        self._lanes.clear()
        self._pool = Pool()
        await asyncio.gather(*(lane.stop() for lane in lanes), *self._leaving)

    async def lane(self, description: bytes) -> int:
        """Return the number of the lane with that description; raises `StoreError`."""
        number = await self._store.lane(description)
        self._descriptions[number] = description
        return number

    def has_room(self, lane: int) -> bool:
        """Whether a new delivery may be offered; one that may not is stored as waiting.

        Nothing may before the start.
        """
        return self._is_running and self._lane(lane).has_room()

    def offer(self, deliveries: Iterable[Delivery]) -> None:
        """Begin with deliveries that were just made durable."""
        fresh: dict[int, list[Delivery]] = defaultdict(list)
        waiting: dict[int, None] = {}  # in order, so that the same is done every time
        for delivery in deliveries:
            if delivery.due is None:
                fresh[delivery.lane].append(delivery)
            else:
                waiting[delivery.lane] = None
        if not self._is_running:
            # What comes behind `stop` is in the store, and tried again behind the next start.
            return
        for number, some in fresh.items():
            self._lane(number).offer(some)
        for number in waiting:
            self._lane(number).look()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to do now."""
        return not any(lane.tasks for lane in self._lanes.values())

    async def idle(self) -> None:
        """Return when nothing is left to do now; what waits for a later attempt does not count."""
        while tasks := [task for lane in self._lanes.values() for task in lane.tasks]:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)

    async def backlog(self) -> Mapping[str, int]:
        """Return how many deliveries to each destination have not ended; raises `StoreError`."""
        sums: Counter[str] = Counter()
        for number, count in (await self._store.backlog()).items():
            if count and number in self._descriptions:
                sums[self._lane(number).goal.name] += count
        return sums

    async def settled(self, lanes: Iterable[int]) -> None:
        """Return when what was offered before has been tried; what comes later does not count.

        What found no room, and waits in the store for its first attempt, does not count either.
        """
        await asyncio.gather(*(self._lanes[n].settled() for n in lanes if n in self._lanes))

    def _lane(self, number: int) -> Lane:
        lane = self._lanes.get(number)
        if lane is None:
            if len(self._lanes) >= MOST_LANES:
                self._let_go()
            goal = self._destinations.destination(self._descriptions[number])
            lane = Lane(number, goal, self._end, self._store, self._clock, self._pool)
            self._lanes[number] = lane
        return lane

    def _let_go(self) -> None:
        """Close the lanes that have nothing to do; one comes back when it is needed."""
        for number, lane in list(self._lanes.items()):
            if lane.is_idle:
                del self._lanes[number]
                task = asyncio.create_task(lane.stop())
                self._leaving.add(task)
                task.add_done_callback(self._leaving.discard)

    async def _end(self, lane: Lane, tried: Sequence[Tried]) -> None:
        deliveries = [each.delivery for each in tried]
        try:
            verdict = await self._concluded(lane.goal, tried)
        except Exception as error:
            what = f"{lane.goal.name}: a batch is tried again behind a mistake"
            log_failure(_log, what, error)
            later = self._clock.now() + MISTAKE_RETRY
            again = [Retry(each.id, each.attempts, later) for each in deliveries]
            verdict = _Verdict([], again, [])
        await self._settle(verdict)
        lane.release(deliveries)
        if verdict.again:
            lane.expect(min(retry.due for retry in verdict.again))

    async def _concluded(self, goal: Destination, tried: Sequence[Tried]) -> _Verdict:
        verdict = self._judge(goal, tried)
        self.delivered[goal.name] += len(verdict.done)
        self.failed[goal.name] += len(verdict.dead)
        if goal.dimensions is not None:
            self._report(goal.dimensions, tried, verdict)
        if verdict.dead:
            await self._bury(goal, verdict)
        return verdict

    def _judge(self, goal: Destination, tried: Sequence[Tried]) -> _Verdict:
        verdict, now = _Verdict([], [], []), self._clock.now()
        for each in tried:
            delivery, _, outcome = each
            if outcome.code is None:
                verdict.done.append(delivery.id)
                continue
            attempts, accepted = delivery.attempts + 1, delivery.event.accepted
            step = next_step(outcome, attempts, accepted, goal.policy, now, self._random)
            if isinstance(step, Again):
                _tell(logging.INFO, "INVOCATION_ATTEMPT_RETRYABLE_FAILURE", goal, each)
                tries = attempts if outcome.counted else delivery.attempts
                verdict.again.append(Retry(delivery.id, tries, step.due))
            else:
                _tell(logging.WARNING, "INVOCATION_FAILURE", goal, each)
                verdict.dead.append((delivery, dead_letter(goal, each, step.condition)))
        return verdict

    async def _bury(self, goal: Destination, verdict: _Verdict) -> None:
        """Send dead letters; a delivery whose letter is refused goes on waiting."""
        letters = [letter for _, letter in verdict.dead]
        if goal.dead_letters is None:
            _log.warning("%s: dropped %d events", goal.name, len(letters))
            verdict.done.extend(delivery.id for delivery, _ in verdict.dead)
            return
        outcomes = await self._send(goal.name, goal.dead_letters, letters)
        later = self._clock.now() + DEAD_LETTER_RETRY
        for (delivery, _), outcome in zip(verdict.dead, outcomes, strict=True):
            if outcome.is_delivered:
                verdict.done.append(delivery.id)
            else:
                verdict.again.append(Retry(delivery.id, delivery.attempts, later))
        refused = [outcome for outcome in outcomes if not outcome.is_delivered]
        if refused:
            _log.error("%s: dead letters were refused: %s", goal.name, refused[0].message)
        sent = len(letters) - len(refused)
        self._count(goal, Metric.INVOCATIONS_SENT_TO_DLQ, sent)
        self._count(goal, Metric.INVOCATIONS_FAILED_TO_BE_SENT_TO_DLQ, len(refused))

    def _count(self, goal: Destination, metric: Metric, amount: int) -> None:
        if amount and goal.dimensions is not None:
            self._observer.count(metric, amount, goal.dimensions)

    async def _send(
        self, name: str, queue: str, letters: Sequence[DeadLetter]
    ) -> Sequence[Outcome]:
        try:
            return await self._dead_letters.send(queue, letters)
        except Exception as error:
            log_failure(_log, f"{name}: dead letters could not be sent", error)
            return [Outcome(ErrorCode.UNKNOWN, repr(error))] * len(letters)

    async def _settle(self, verdict: _Verdict) -> None:
        """Settle, however often the store must be asked."""
        while True:
            try:
                return await self._store.settle(verdict.done, verdict.again)
            except Exception as error:
                _log.error("%s", error)
                if isinstance(error, StoreError) and error.code is StoreCode.CLOSED:
                    return None
                await self._clock.sleep_until(self._clock.now() + STORE_RETRY)

    def _report(
        self, dimensions: Mapping[str, str], tried: Sequence[Tried], verdict: _Verdict
    ) -> None:
        count, measure = self._observer.count, self._observer.measure
        delivered, dead = len(verdict.done), len(verdict.dead)
        retries = sum([delivery.attempts > 0 for delivery, _, _ in tried])
        for metric, amount in (
            (Metric.INVOCATION_ATTEMPTS, len(tried)),
            (Metric.RETRY_INVOCATION_ATTEMPTS, retries),
            (Metric.SUCCESSFUL_INVOCATION_ATTEMPTS, delivered),
            (Metric.INVOCATIONS, delivered + dead),
            (Metric.FAILED_INVOCATIONS, dead),
        ):
            if amount:
                count(metric, amount, dimensions)
        now = self._clock.now()
        for delivery, _, outcome in tried:
            if outcome.code is None:
                latency = now - delivery.event.accepted
                measure(Metric.INGESTION_TO_INVOCATION_SUCCESS_LATENCY, latency, dimensions)


def _tell(level: int, record: str, goal: Destination, tried: Tried) -> None:
    """Log a failed attempt; `record` is what AWS's bus logs call it."""
    if not _log.isEnabledFor(level):
        return
    delivery, outcome = tried.delivery, tried.outcome
    facts = {
        "record": record,
        "destination": goal.name,
        "event": delivery.event.id,
        "attempt": delivery.attempts + 1,
        "error_code": outcome.code,
    }
    _log.log(level, "%s: %s", goal.name, outcome.code, extra=facts)
    # What a target says may quote the event.
    _log.debug("%s: %s", goal.name, outcome.message)


def dead_letter(goal: Destination, tried: Tried, condition: str | None) -> DeadLetter:
    """Return the letter for a delivery that nothing helps; `condition` is what ran out."""
    delivery, payload, outcome = tried
    attributes = {
        **goal.attributes,
        **{name: delivery.event.facts.get(fact, "") for name, fact in goal.told.items()},
        "ERROR_CODE": str(outcome.code),
        "ERROR_MESSAGE": outcome.message or str(outcome.code),
    }
    if condition is not None:
        attributes["EXHAUSTED_RETRY_CONDITION"] = condition
    if condition is not None or delivery.attempts:
        attributes["RETRY_ATTEMPTS"] = str(delivery.attempts)
    return DeadLetter(payload, delivery.event, attributes)
