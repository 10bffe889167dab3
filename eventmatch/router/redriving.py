"""Dead letters: reading them, and putting them back on their way.

A letter goes to the target of today's rule, as its RULE_ARN and TARGET_ARN name them, with the
payload that it has; how often and how long it is tried begins anew. First the delivery is durable,
then the letter goes: whatever ends the process between leaves both, and the target gets the payload
twice, as delivery at least once allows.
"""

import math
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final, NamedTuple

from eventmatch.bus.arn import Arn
from eventmatch.bus.model import Rule, Target
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.targets import describe
from eventmatch.clock import Clock
from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.delivery.model import Delivery, Event, delivery_id
from eventmatch.delivery.ports import DeliveryStore
from eventmatch.jsontext import read_plain
from eventmatch.queues.model import Received
from eventmatch.queues.queue import Queues
from eventmatch.router.rules import every_rule

_PAGE: Final = 100
# For so many seconds nobody else gets a letter that is put back on its way.
_CLAIM: Final = 60
_INPUTS: Final = frozenset({"Input", "InputPath", "InputTransformer"})
_IN_FLIGHT: Final = "it is in flight"


class Letter(NamedTuple):
    """A dead letter in the queue where it lies. `sent` is in seconds since 1970."""

    queue: str
    received: Received

    @property
    def id(self) -> str:
        """The id of the message."""
        return self.received.stored.id

    @property
    def sent(self) -> float:
        """When it became a dead letter."""
        return self.received.stored.sent

    @property
    def body(self) -> str:
        """The payload that was attempted."""
        return self.received.stored.message.body

    @property
    def sequence(self) -> int:
        """Its place in the queue."""
        return self.received.stored.sequence

    @property
    def attributes(self) -> Mapping[str, str]:
        """AWS's attributes: RULE_ARN, TARGET_ARN, ERROR_CODE and so on."""
        attributes = self.received.stored.message.attributes
        return {
            name: value if isinstance(value, str) else value.value
            for name, value in attributes.items()
        }


class Stays(Exception):
    """A letter cannot be put back on its way; the text says why."""


class DeadLetterBox:
    """The dead letters of a router; `last_resort` is the queue for targets that name none."""

    def __init__(
        self,
        queues: Queues,
        plane: ControlPlane,
        store: DeliveryStore,
        dispatcher: Dispatcher,
        clock: Clock,
        last_resort: str | None,
    ) -> None:
        self._queues = queues
        self._plane = plane
        self._store = store
        self._dispatcher = dispatcher
        self._clock = clock
        self._last_resort = last_resort

    async def queues(self) -> Sequence[str]:
        """Return the queues that dead letters go to, sorted: of targets, and of other queues."""
        there = self._queues.list_queues()
        named = {self._last_resort}
        async for rule in every_rule(self._plane):
            named |= {_queue_of(target.dead_letters) for target in rule.targets}
        named |= {name for name in there if self._queues.dead_letter_sources(name)}
        return [name for name in there if name in named]

    async def letters(self, queue: str) -> AsyncIterator[Letter]:
        """Yield what lies in a queue, in order, as it is; raises `QueueNotFound`."""
        after = 0
        while page := await self._queues.peek(queue, after=after, limit=_PAGE):
            for received in page:
                yield Letter(queue, received)
            after = page[-1].stored.sequence

    def goal(self, letter: Letter) -> tuple[Rule, Target]:
        """Return today's rule and target of a letter; raises `Stays`.

        Of several targets with that ARN it is the first.
        """
        rule, arn = self.rule(letter), letter.attributes.get("TARGET_ARN")
        target = next((target for target in rule.targets if target.arn == arn), None)
        if target is None:
            raise Stays(f"the rule {rule.name} has no target {arn} any more")
        if _is_bus(target.arn) and event_members(letter.body) is None:
            raise Stays("its payload is no event, which alone a bus takes")
        return rule, target

    def rule(self, letter: Letter) -> Rule:
        """Return today's rule of a letter; raises `Stays`."""
        arn = letter.attributes.get("RULE_ARN")
        if arn is None:
            raise Stays("it has no RULE_ARN, so that no rule sent it")
        named = self._plane.place.rule_of(arn)
        routes = self._plane.routes(named.bus) if named else None
        route = routes.route(named.name) if named and routes else None
        if route is None:
            raise Stays(f"the rule {arn} is gone")
        return route.rule

    async def redrive(self, letters: Iterable[Letter]) -> Sequence[str | None]:
        """Put letters back on their way; return for each why it stays, or None if it went.

        Raises `StoreError`; then those that did not go stay, and can be put back in a minute.
        """
        letters = list(letters)
        reasons = [self._reason(letter) for letter in letters]
        ready = [each for each, reason in zip(letters, reasons, strict=True) if reason is None]
        claimed = await self._claim(ready)
        await self._deliver([claimed[letter.id] for letter in ready if letter.id in claimed])
        return [
            _IN_FLIGHT if reason is None and letter.id not in claimed else reason
            for letter, reason in zip(letters, reasons, strict=True)
        ]

    def _reason(self, letter: Letter) -> str | None:
        stored, now = letter.received.stored, self._clock.now()
        if stored.visible > now:
            return f"{_IN_FLIGHT} for another {math.ceil(stored.visible - now)} s"
        try:
            self.goal(letter)
        except Stays as reason:
            return str(reason)
        return None

    async def _claim(self, letters: Sequence[Letter]) -> Mapping[str, Letter]:
        """Receive letters, but for those that somebody else has; return them by their ids."""
        claimed: dict[str, Letter] = {}
        for queue, some in _by_queue(letters):
            sequences = [letter.sequence for letter in some]
            for received in await self._queues.pick(queue, sequences, visibility_timeout=_CLAIM):
                claimed[received.stored.id] = Letter(queue, received)
        return claimed

    async def _deliver(self, letters: Sequence[Letter]) -> None:
        """Make the deliveries durable, then let the letters go."""
        if not letters:
            return
        lanes = [await self._lane(*self.goal(letter)) for letter in letters]
        first, now = self._store.reserve(len(letters)), self._clock.now()
        has_room = self._dispatcher.has_room
        events = [
            Event(number, letter.body.encode(), now, _facts(letter))
            for number, letter in enumerate(letters, first)
        ]
        deliveries = [
            Delivery(delivery_id(event.id, 0), lane, event, 0, None if has_room(lane) else now)
            for event, lane in zip(events, lanes, strict=True)
        ]
        await self._store.append(events, deliveries)
        self._dispatcher.offer(deliveries)
        for queue, some in _by_queue(letters):
            await self._queues.delete(queue, [letter.received.receipt for letter in some])

    async def _lane(self, rule: Rule, target: Target) -> int:
        """Return the lane of a target that gets the payload as it is."""
        members = {name: value for name, value in target.members.items() if name not in _INPUTS}
        return await self._dispatcher.lane(describe(rule, replace(target, members=members)))


def _by_queue(letters: Sequence[Letter]) -> Iterable[tuple[str, list[Letter]]]:
    by_name = sorted(letters, key=lambda letter: letter.queue)
    return [(name, list(some)) for name, some in groupby(by_name, lambda letter: letter.queue)]


def _queue_of(arn: str | None) -> str | None:
    return arn and arn.rpartition(":")[2]


def _facts(letter: Letter) -> Mapping[str, str]:
    trace = letter.received.stored.message.trace
    return {"trace": trace} if trace else {}


def _is_bus(arn: str) -> bool:
    parsed = Arn.parse(arn)
    return parsed is not None and parsed.resource.startswith("event-bus/")


def event_members(text: str) -> Mapping[str, object] | None:
    """Return the members of a whole event; None for a text that is none."""
    try:
        members = read_plain(text)
    except ValueError:
        return None
    is_whole = (
        isinstance(members, dict)
        and isinstance(members.get("source"), str)
        and isinstance(members.get("detail-type"), str)
        and isinstance(members.get("detail"), dict)
    )
    return members if is_whole else None
