"""The parts of a router: made in the order in which they know each other, opened and ended so."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final

from eventmatch.bus.arn import Place
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.ports import ArchivedEvent
from eventmatch.bus.quotas import Quotas
from eventmatch.clock import Clock
from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.delivery.model import Event
from eventmatch.delivery.ports import Observer
from eventmatch.functions.invoking import Source
from eventmatch.functions.observing import LambdaObservers
from eventmatch.observers.several import Several
from eventmatch.queues.model import QueueSettings
from eventmatch.router.archiving import Archiving, archive_makers
from eventmatch.router.callables import Callables
from eventmatch.router.dead_letters import DeadLetterQueues
from eventmatch.router.destinations import lanes_of
from eventmatch.router.functions import (
    LambdaService,
    LambdaSettings,
    SubscribedFunctions,
    Surroundings,
)
from eventmatch.router.intake import Arrival, Intake
from eventmatch.router.outbox import undelivered
from eventmatch.router.parts import Claim, queues_of
from eventmatch.router.publishing import Publisher
from eventmatch.router.redriving import DeadLetterBox
from eventmatch.router.scheduling import Scheduling
from eventmatch.router.sweeping import Sweeper
from eventmatch.schedule.missing import MissedFires
from eventmatch.store.port import Store
from eventmatch.streams.stream import Streams
from eventmatch.targets import Adapters, Endpoint, Resources
from eventmatch.targets.threads import RestartableThreads

_THREADS: Final = 32
# Dead letters are kept for as long as a queue can keep them: 14 days.
LAST_RESORT: Final = QueueSettings(retention=1_209_600)

_log: Final = logging.getLogger("eventmatch.router")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a router is to be; as `Router` tells them."""

    place: Place
    quotas: Quotas
    dead_letters: str | None
    observer: Observer | None
    endpoints: Mapping[str, Endpoint]
    clients: Callable[[str, str], Any] | None
    limited_hops: bool
    missed_fires: MissedFires
    lambda_settings: LambdaSettings
    clock: Clock
    random: Random
    new_id: Callable[[], str]


class Assembly:
    """The parts of a router over a store, which is opened by `open` and closed by `stop`."""

    _is_open = False

    def __init__(self, store: Store, options: Options) -> None:
        self.store, self._options = store, options
        clock, new_id, place = options.clock, options.new_id, options.place
        self.observers = Several(options.observer)
        self.lambda_observers = LambdaObservers(options.lambda_settings.observer)
        self._claim = Claim(store)
        subscribers = SubscribedFunctions(lambda: self.lambda_service)
        self.queues, self.topics = queues_of(
            store, clock, new_id, partial(place.of, "sns"), subscribers
        )
        self.streams = Streams(store.streams, store.records, clock, place.account)
        self._sweeper = Sweeper(self.queues, self.streams, clock)
        self.callables, self._threads = Callables(), RestartableThreads(_THREADS)
        self._resources = resources = self._own_resources()
        last_resort = options.dead_letters
        lanes = lanes_of(
            Adapters(resources, archive_makers(self._archive)),
            place.of("sqs", last_resort) if last_resort else None,
        )
        lost = {"undelivered": undelivered(self.lambda_observers)}
        self._dead_letters = DeadLetterQueues(self.queues, resources, lost)
        self.dispatcher = Dispatcher(
            store.deliveries,
            lanes,
            self._dead_letters,
            clock=clock,
            random=options.random,
            observer=self.observers,
        )
        self._make_buses()
        around = Surroundings(
            store=store,
            dispatcher=self.dispatcher,
            lanes=lanes,
            resources=resources,
            queues=self.queues,
            topics=self.topics,
            streams=self.streams,
            plane=self.plane,
            intake=self._intake,
            observers=self.lambda_observers,
            random=options.random,
        )
        self.lambda_service = LambdaService(around, options.lambda_settings)
        self.mappings = self.lambda_service.mappings

    def _make_buses(self) -> None:
        """Make what stands between an entry and its deliveries."""
        options, store, dispatcher = self._options, self.store, self.dispatcher
        place, clock, new_id = options.place, options.clock, options.new_id
        self.plane = plane = ControlPlane(
            store.records,
            lane=dispatcher.lane,
            clock=clock,
            account=place.account,
            region=place.region,
            partition=place.partition,
            quotas=options.quotas,
        )
        self._intake = intake = Intake(
            plane, store.deliveries, dispatcher, clock=clock, observer=self.observers
        )
        self.publisher = Publisher(plane, intake, clock=clock, new_id=new_id)
        self.archiving = Archiving(plane, store, intake, dispatcher, new_id)
        self.scheduling = Scheduling(
            plane, store, intake, dispatcher, options.random, new_id, options.missed_fires
        )
        self.letters = DeadLetterBox(
            self.queues, plane, store.deliveries, dispatcher, clock, options.dead_letters
        )

    async def open(self) -> None:
        """Open the store, but deliver nothing; raises `StoreError`. `stop` closes it."""
        self._claim.take()
        try:
            await self.store.open()
        except BaseException:
            self._claim.give_up()
            raise
        try:
            await self._load()
        except BaseException:
            await self.stop()
            raise
        self._is_open = True

    async def _load(self) -> None:
        await self.queues.open()
        await self.topics.open()
        await self.streams.open()
        await self.plane.load()
        await self.archiving.archives.start()
        await self.scheduling.schedules.load()
        await self.lambda_service.functions.load()
        await self.mappings.load()
        last_resort = self._options.dead_letters
        if last_resort and last_resort not in self.queues.list_queues():
            await self.queues.create_queue(last_resort, LAST_RESORT)

    async def start(self) -> None:
        """Open the store, and go on with what was not settled; raises `StoreError`."""
        if self._sweeper.is_running:
            return
        if not self._is_open:
            await self.open()
        try:
            await self.lambda_service.start()
            await self.dispatcher.start()
            await self.archiving.replays.start()
            await self.scheduling.start()
            await self.mappings.start()
        except BaseException:
            await self.stop()
            raise
        self._sweeper.start()

    async def stop(self) -> None:
        """End deliveries and close the store; what is not settled goes on after the next start."""
        if not self._claim.is_held:
            return
        self._is_open = False
        # The last comes first, and each has its turn, whatever becomes of those before it.
        async with AsyncExitStack() as ends:
            ends.callback(self._claim.give_up)
            ends.callback(self._threads.shutdown)
            ends.callback(self.callables.shutdown)
            ends.push_async_callback(self.store.close)
            ends.push_async_callback(self._dead_letters.close)
            ends.push_async_callback(self.lambda_service.stop)
            ends.push_async_callback(self.dispatcher.stop)
            ends.push_async_callback(self._intake.stop)
            ends.push_async_callback(self.archiving.archives.stop)
            ends.push_async_callback(self.archiving.replays.stop)
            ends.push_async_callback(self.scheduling.scheduler.stop)
            ends.push_async_callback(self.mappings.stop)
            self._sweeper.stop()

    async def idle(self) -> None:
        """Return when nothing is left to do now; what waits for another attempt does not count."""
        await self.scheduling.scheduler.idle()
        await self.archiving.replays.idle()
        is_idle = False
        while not is_idle:
            # What is delivered may be polled, and what is polled may be delivered.
            await self.dispatcher.idle()
            await self.mappings.idle()
            is_idle = self.dispatcher.is_idle

    def _own_resources(self) -> Resources:
        options = self._options
        return Resources(
            account=options.place.account,
            region=options.place.region,
            queues=self.queues,
            topics=self.topics,
            streams=self.streams,
            forward=self._forward,
            enqueue=self._enqueue,
            callables=self.callables.adapters,
            endpoints=options.endpoints,
            clients=options.clients,
            threads=self._threads,
            clock=options.clock,
            new_id=options.new_id,
            limited_hops=options.limited_hops,
        )

    async def _enqueue(
        self, function: str, events: Sequence[tuple[bytes, str | None]], source: Source | None
    ) -> Sequence[object]:
        return await self.lambda_service.invoke.enqueue(function, events, source)

    async def _archive(self, archive: str, events: Sequence[ArchivedEvent]) -> None:
        await self.archiving.archives.keep(archive, events)

    async def _forward(self, bus: str, events: Sequence[Event]) -> Sequence[object]:
        """Put events of one bus on another; as on AWS, one that is not there swallows them."""
        if self.plane.routes(bus) is None:
            _log.warning("%s: there is no such bus, and %d events are dropped", bus, len(events))
        await self._intake.accept(
            [Arrival(bus, event.body, event.facts, event.accepted) for event in events]
        )
        return events
