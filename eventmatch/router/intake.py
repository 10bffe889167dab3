"""The way of an event from its envelope to deliveries that are durable."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.routing import Route
from eventmatch.clock import Clock
from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.delivery.model import MOST_DELIVERIES, Delivery, Event, delivery_id
from eventmatch.delivery.ports import DeliveryStore, Metric, Observer

# So many bytes may be on their way into the store; whoever brings more waits.
MOST_BYTES: Final = 64 << 20


class Arrival(NamedTuple):
    """An envelope that came to a bus, what travels beside it, and when it was accepted.

    None is now. With `rules`, only the rules with these ARNs see it. The rule `selected` has it,
    whatever its pattern.
    """

    bus: str
    body: bytes
    facts: Mapping[str, str] = {}
    accepted: float | None = None
    rules: Collection[str] | None = None
    selected: str | None = None


class Intake:
    """Matches envelopes, makes their deliveries durable, and hands them to the dispatcher."""

    def __init__(
        self,
        plane: ControlPlane,
        store: DeliveryStore,
        dispatcher: Dispatcher,
        *,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._plane = plane
        self._store = store
        self._dispatcher = dispatcher
        self._clock = clock
        self._observer = observer
        # The bytes on their way, and how many callers wait for others to be through.
        self._bytes = self._waiting = 0
        self._room = asyncio.Condition()
        self._keeping: set[asyncio.Task[None]] = set()

    async def accept(self, arrivals: Sequence[Arrival]) -> None:
        """Return when all deliveries are durable; raises `StoreError`, and then none is.

        An event that no rule matches needs no place in the store.
        """
        matched = [
            (arrival, routes)
            for arrival in arrivals
            if (routes := self._matching(arrival)) and any(route.lanes for route in routes)
        ]
        if not matched:
            return
        size = sum(len(arrival.body) for arrival, _ in matched)
        await self._enter(size)
        # Who gives up waiting does not take back what may be in the store by then.
        task = asyncio.create_task(self._keep(matched, size))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        await asyncio.shield(task)

    def prepare(self, arrival: Arrival) -> tuple[Sequence[Event], Sequence[Delivery]]:
        """Return what is to be kept of an arrival, for who keeps it together with something else.

        The deliveries are then to be offered to the dispatcher.
        """
        routes = self._matching(arrival)
        return self._deliveries([(arrival, routes)]) if routes else ((), ())

    async def stop(self) -> None:
        """Return when nothing is on its way into the store."""
        await asyncio.gather(*self._keeping, return_exceptions=True)

    async def _keep(self, matched: Sequence[tuple[Arrival, Sequence[Route]]], size: int) -> None:
        try:
            events, deliveries = self._deliveries(matched)
            await self._store.append(events, deliveries)
        finally:
            await self._leave(size)
        self._dispatcher.offer(deliveries)

    def _matching(self, arrival: Arrival) -> Sequence[Route]:
        bus = self._plane.routes(arrival.bus)
        if bus is None:
            return ()
        routes = bus.matching(arrival.body)
        if arrival.selected is not None:
            own = bus.route(arrival.selected)
            routes = [route for route in routes if route is not own] + ([own] if own else [])
        if arrival.rules is not None:
            routes = [route for route in routes if route.rule.arn in arrival.rules]
        if routes:
            count = self._observer.count
            count(Metric.MATCHED_EVENTS, 1, routes[0].bus_dimensions)
            for route in routes:
                count(Metric.TRIGGERED_RULES, 1, route.dimensions)
        return routes

    def _deliveries(
        self, matched: Sequence[tuple[Arrival, Sequence[Route]]]
    ) -> tuple[list[Event], list[Delivery]]:
        now = self._clock.now()
        lanes = [[lane for route in routes for lane in route.lanes] for _, routes in matched]
        # An event has at most so many deliveries; one with more is kept more than once.
        parts = [
            (arrival, some[start : start + MOST_DELIVERIES])
            for (arrival, _), some in zip(matched, lanes, strict=True)
            for start in range(0, len(some), MOST_DELIVERIES)
        ]
        has_room = self._dispatcher.has_room
        dues = {lane: None if has_room(lane) else now for lane in set(chain.from_iterable(lanes))}
        first = self._store.reserve(len(parts))
        events: list[Event] = []
        deliveries: list[Delivery] = []
        for number, (arrival, some) in enumerate(parts, first):
            accepted = now if arrival.accepted is None else arrival.accepted
            event = Event(number, arrival.body, accepted, arrival.facts)
            events.append(event)
            deliveries += [
                Delivery(delivery_id(number, n), lane, event, 0, dues[lane])
                for n, lane in enumerate(some)
            ]
        return events, deliveries

    async def _enter(self, size: int) -> None:
        """Wait until there is room for so many bytes; one that is alone always has it."""
        if self._waiting or not self._has_room(size):
            self._waiting += 1
            try:
                async with self._room:
                    await self._room.wait_for(lambda: self._has_room(size))
            finally:
                self._waiting -= 1
        self._bytes += size

    async def _leave(self, size: int) -> None:
        self._bytes -= size
        if self._waiting:
            async with self._room:
                self._room.notify_all()

    def _has_room(self, size: int) -> bool:
        return not self._bytes or self._bytes + size <= MOST_BYTES
