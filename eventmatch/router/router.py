"""`Router`: events in, targets out, and nothing lost between."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from os import PathLike
from random import Random
from types import TracebackType
from typing import Any, Final, Self

from eventmatch.bus import operations, refusals
from eventmatch.bus.archives import Archives
from eventmatch.bus.arn import DEFAULT_BUS, Place
from eventmatch.bus.constraints import accept
from eventmatch.bus.identity import RandomIds
from eventmatch.bus.model import Rule, RuleState
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.policies import Caller
from eventmatch.bus.ports import ArchivedEvent
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.replays import Replays
from eventmatch.bus.shapes import ARN
from eventmatch.clock import Clock, SystemClock
from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.delivery.model import Event
from eventmatch.delivery.ports import Adapter, Observer
from eventmatch.errors import EventmatchError, StoreError
from eventmatch.jsontext import write_plain
from eventmatch.observers.several import Several
from eventmatch.queues.model import QueueSettings
from eventmatch.router.archiving import Archiving, archive_makers
from eventmatch.router.dead_letters import DeadLetterQueues
from eventmatch.router.destinations import RuleTargets
from eventmatch.router.intake import Arrival, Intake
from eventmatch.router.parts import Claim, queues_of, store_of
from eventmatch.router.publishing import Publisher, Put
from eventmatch.router.redriving import DeadLetterBox
from eventmatch.router.scheduling import Scheduling
from eventmatch.schedule.missing import SKIPPED, MissedFires
from eventmatch.scheduler.schedules import Schedules
from eventmatch.store.memory import MemoryStore
from eventmatch.store.port import Store
from eventmatch.targets import Adapters, CallableTarget, Endpoint, Resources
from eventmatch.targets.callable import CONCURRENCY
from eventmatch.targets.threads import RestartableThreads

Goal = str | Callable[[Any], object] | Mapping[str, Any]
"""A target: its ARN, a function, or AWS's members."""

_USUAL: Final = Quotas()
_THREADS: Final = 32
MINUTE: Final = 60.0
DAY: Final = 86_400.0
# Dead letters are kept for as long as a queue can keep them: 14 days.
LAST_RESORT: Final = QueueSettings(retention=1_209_600)

_log: Final = logging.getLogger("eventmatch.router")


class Router:
    """Buses, rules and targets over one store; belongs to one event loop.

    `store` is the path of an SQLite file, or a store; None keeps everything in memory. Once
    `put_events` has returned, every event is delivered to each target of each rule that matches it,
    at least once, or becomes a dead letter, also behind a sudden end. Use as a context, or `start`
    and `stop`.

    `dead_letters` is the queue for targets that name none; None drops what nothing helps, as AWS
    does. `letters` shows what lies in such queues, and sends it again. `clients` gives boto3
    clients for targets in the cloud: `targets.aws.clients.Clients`. `missed_fires` tells what
    becomes of schedules whose time came while the router was down or the machine slept.
    """

    _sweeping: asyncio.Task[None] | None = None
    _is_open = False

    def __init__(
        self,
        store: str | PathLike[str] | Store | None = None,
        *,
        account: str = "123456789012",
        region: str = "us-east-1",
        partition: str = "aws",
        quotas: Quotas = _USUAL,
        dead_letters: str | None = "dead-letters",
        observer: Observer | None = None,
        endpoints: Mapping[str, Endpoint] | None = None,
        clients: Callable[[str, str], Any] | None = None,
        limited_hops: bool = True,
        missed_fires: MissedFires = SKIPPED,
        clock: Clock | None = None,
        random: Random | None = None,
        new_id: Callable[[], str] | None = None,
    ) -> None:
        clock, random, new_id = clock or SystemClock(), random or Random(), new_id or RandomIds()
        self.observers = observer = Several(observer)
        place = Place(partition=partition, region=region, account=account)
        self.store, self.quotas = store_of(store), quotas
        self._claim = Claim(self.store)
        self.queues, self.topics = queues_of(self.store, clock, new_id, partial(place.of, "sns"))
        self._callables: dict[str, Adapter] = {}
        self._threads = RestartableThreads(_THREADS)
        self._pools: dict[str, RestartableThreads] = {}
        here = replace(self._resources(account, region, clock, new_id), endpoints=endpoints or {})
        resources = replace(here, clients=clients, limited_hops=limited_hops)
        adapters = Adapters(resources, archive_makers(self._archive))
        letters, self._last_resort = DeadLetterQueues(self.queues, resources), dead_letters
        self.dispatcher = Dispatcher(
            self.store.deliveries,
            RuleTargets(adapters, place.of("sqs", dead_letters) if dead_letters else None),
            letters,
            clock=clock,
            random=random,
            observer=observer,
        )
        self.plane = ControlPlane(
            self.store.records,
            lane=self.dispatcher.lane,
            clock=clock,
            account=account,
            region=region,
            partition=partition,
            quotas=quotas,
        )
        self._intake = Intake(
            self.plane, self.store.deliveries, self.dispatcher, clock=clock, observer=observer
        )
        self._publisher = Publisher(self.plane, self._intake, clock=clock, new_id=new_id)
        self._archiving = Archiving(self.plane, self.store, self._intake, self.dispatcher, new_id)
        self.scheduling = Scheduling(
            self.plane, self.store, self._intake, self.dispatcher, random, new_id, missed_fires
        )
        self._caller, self._clock, self._dead_letters = Caller(account), clock, letters
        self.letters = DeadLetterBox(
            self.queues, self.plane, self.store.deliveries, self.dispatcher, clock, dead_letters
        )

    @property
    def is_durable(self) -> bool:
        """Whether anything outlives the process."""
        return not isinstance(self.store, MemoryStore)

    @property
    def archives(self) -> Archives:
        """What the buses keep of their events."""
        return self._archiving.archives

    @property
    def schedules(self) -> Schedules:
        """Standalone schedules, as EventBridge Scheduler has them."""
        return self.scheduling.schedules

    @property
    def replays(self) -> Replays:
        """Events of archives once more."""
        return self._archiving.replays

    async def open(self) -> None:
        """Open the store, but deliver nothing; raises `StoreError`. `stop` closes it."""
        self._claim.take()
        try:
            await self.store.open()
        except BaseException:
            self._claim.give_up()
            raise
        try:
            await self._open()
        except BaseException:
            await self.stop()
            raise
        self._is_open = True

    async def _open(self) -> None:
        await self.queues.open()
        await self.topics.open()
        await self.plane.load()
        await self.archives.start()
        await self.schedules.load()
        if self._last_resort and self._last_resort not in self.queues.list_queues():
            await self.queues.create_queue(self._last_resort, LAST_RESORT)

    async def start(self) -> None:
        """Open the store, and go on with what was not settled; raises `StoreError`."""
        if self._sweeping is not None:
            return
        if not self._is_open:
            await self.open()
        try:
            await self.dispatcher.start()
            await self.replays.start()
            await self.scheduling.start()
        except BaseException:
            await self.stop()
            raise
        self._sweeping = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """End deliveries and close the store; what is not settled goes on behind the next start."""
        if not self._claim.is_held:
            return
        self._is_open = False
        # The last comes first, and each has its turn, whatever becomes of those before it.
        async with AsyncExitStack() as ends:
            ends.callback(self._claim.give_up)
            for threads in (self._threads, *self._pools.values()):
                ends.callback(threads.shutdown)
            ends.push_async_callback(self.store.close)
            ends.push_async_callback(self._dead_letters.close)
            ends.push_async_callback(self.dispatcher.stop)
            ends.push_async_callback(self._intake.stop)
            ends.push_async_callback(self.archives.stop)
            ends.push_async_callback(self.replays.stop)
            ends.push_async_callback(self.scheduling.scheduler.stop)
            if self._sweeping is not None:
                self._sweeping.cancel()
                self._sweeping = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def register(self, name: str, function: Callable[[Any], object], **options: Any) -> str:
        """Make a function a target; return its ARN. `options` are those of `CallableTarget`.

        Functions are not kept: register them before `start`, or deliveries to them wait. Raises
        `ServiceError` for what is no function.
        """
        accept(ARN, name, "name")
        if not callable(function):
            raise refusals.wrong_type("function", "a function")
        if name in self._pools:
            self._pools.pop(name).shutdown()
        if "threads" not in options:
            # Of its own, so that one that hangs leaves no other without threads.
            options["threads"] = self._pools[name] = RestartableThreads(
                options.get("concurrency", CONCURRENCY)
            )
        self._callables[name] = CallableTarget(function, **options)
        return f"arn:eventmatch:callable:::{name}"

    async def put_rule(
        self,
        name: str,
        *,
        event_pattern: str | Mapping[str, Any] | None = None,
        schedule_expression: str | None = None,
        event_bus_name: str = DEFAULT_BUS,
        state: RuleState = RuleState.ENABLED,
        description: str | None = None,
    ) -> Rule:
        """Make a rule, or replace all of one but its targets; raises `ServiceError`, `StoreError`.

        It matches what is put from now on.
        """
        if isinstance(event_pattern, Mapping):
            event_pattern = _pattern_text(event_pattern)
        return await self.plane.put_rule(
            name,
            event_pattern=event_pattern,
            schedule_expression=schedule_expression,
            event_bus_name=event_bus_name,
            state=state,
            description=description,
        )

    async def put_targets(
        self, rule: str, targets: Mapping[str, Goal], *, event_bus_name: str = DEFAULT_BUS
    ) -> None:
        """Add targets to a rule by their ids, or replace those it has; raises as `put_rule`.

        A target is a function, an ARN, or a mapping of AWS's members, of which Arn may be a
        function too.
        """
        if not isinstance(targets, Mapping):
            raise refusals.wrong_type("targets", "an object")
        names = {identity: f"{event_bus_name}/{rule}/{identity}" for identity in targets}
        before = {name: self._callables.get(name) for name in names.values()}
        members = [self._target(names[each], each, goal) for each, goal in targets.items()]
        try:
            await self.plane.put_targets(rule, members, event_bus_name=event_bus_name)
        except EventmatchError:
            self._put_back(before)
            raise

    def _put_back(self, before: Mapping[str, Adapter | None]) -> None:
        for name, adapter in before.items():
            if adapter is None:
                self._callables.pop(name, None)
            else:
                self._callables[name] = adapter

    def _target(self, name: str, identity: str, goal: Goal) -> dict[str, Any]:
        members: dict[str, Any] = dict(goal) if isinstance(goal, Mapping) else {"Arn": goal}
        if callable(function := members.get("Arn")):
            members["Arn"] = self.register(name, function)
        return {"Id": identity, **members}

    async def put_events(self, entries: Iterable[Mapping[str, Any]]) -> list[Put]:
        """Accept any number of entries, in AWS's members; return what becomes of each, in order.

        The Detail may be an object or its JSON text. Everything that is `Accepted` is durable.
        Raises `StoreError`; then nothing was accepted.
        """
        account = self._caller.account
        return await self._publisher.put_many(entries, account=account, quotas=self.quotas)

    async def put_envelopes(
        self, envelopes: Iterable[Mapping[str, Any]], *, event_bus_name: str = DEFAULT_BUS
    ) -> list[Put]:
        """Accept any number of whole events, as a bus gets them from AWS's own services.

        So their source may begin with `aws.`; an event keeps the id, account, region and time that
        it has. Returns and raises as `put_events`.
        """
        account = self._caller.account
        return await self._publisher.take_many(
            envelopes, bus=event_bus_name, account=account, quotas=self.quotas
        )

    async def call(
        self, operation: str, parameters: Mapping[str, Any], *, caller: Caller | None = None
    ) -> dict[str, Any]:
        """Run an operation of AWS's API; raises `ServiceError` as AWS does, and `StoreError`."""
        if operation == "PutEvents":
            caller = caller or self._caller
            return await self._publisher.answer(parameters, caller=caller, quotas=self.quotas)
        return await operations.call(self.plane, operation, parameters, self._archiving.operations)

    async def idle(self) -> None:
        """Return when nothing is left to do now; what waits for another attempt does not count."""
        await self.scheduling.scheduler.idle()
        await self.replays.idle()
        await self.dispatcher.idle()

    async def _sweep(self) -> None:
        """Let messages of queues go that have been kept for as long as their queue keeps them."""
        while True:
            await self._clock.sleep_until(self._clock.now() + self._until_sweep())
            try:
                await self.queues.expire()
            except StoreError as error:
                _log.error("%s", error)

    def _until_sweep(self) -> float:
        """Return the shortest time that a queue keeps messages, but a minute to a day."""
        names = self.queues.list_queues()
        kept = (self.queues.describe_queue(name).retention for name in names)
        return min(max(min(kept, default=DAY), MINUTE), DAY)

    def _resources(
        self, account: str, region: str, clock: Clock, new_id: Callable[[], str]
    ) -> Resources:
        return Resources(
            account=account,
            region=region,
            queues=self.queues,
            topics=self.topics,
            forward=self._forward,
            callables=self._callables,
            threads=self._threads,
            clock=clock,
            new_id=new_id,
        )

    async def _archive(self, archive: str, events: Sequence[ArchivedEvent]) -> None:
        await self.archives.keep(archive, events)

    async def _forward(self, bus: str, events: Sequence[Event]) -> Sequence[object]:
        """Put events of one bus on another; as on AWS, one that is not there swallows them."""
        if self.plane.routes(bus) is None:
            _log.warning("%s: there is no such bus, and %d events are dropped", bus, len(events))
        await self._intake.accept(
            [Arrival(bus, event.body, event.facts, event.accepted) for event in events]
        )
        return events


def _pattern_text(pattern: Mapping[str, Any]) -> str:
    try:
        return write_plain(dict(pattern)).decode()
    except (TypeError, ValueError) as error:
        raise refusals.wrong_type("eventPattern", "JSON") from error
