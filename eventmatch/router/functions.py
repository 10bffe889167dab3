"""Functions over the store of a router: control plane, environments, invocation, mappings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final, NamedTuple

from eventmatch.bus import refusals
from eventmatch.bus.arn import Arn
from eventmatch.bus.plane import ControlPlane
from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.delivery.enqueuing import Enqueuer
from eventmatch.delivery.model import Event
from eventmatch.functions import operations
from eventmatch.functions.asynchronous import CONCURRENCY, AsynchronousInvocations, EventQueue
from eventmatch.functions.code import StoredArchives
from eventmatch.functions.endings import Endings
from eventmatch.functions.environments.fleet import Fleet
from eventmatch.functions.environments.settings import EnvironmentSettings
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.invoking import InvocationLimits, Invoker, Source
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.model import Version
from eventmatch.functions.observing import LambdaObservers
from eventmatch.functions.operations.invoke import invoke
from eventmatch.functions.plane import Functions
from eventmatch.functions.ports import LambdaObserver, LogSink
from eventmatch.functions.running import CountedRuns
from eventmatch.functions.shapes import FUNCTION_NAME, accept
from eventmatch.mappings import operations as mapping_operations
from eventmatch.mappings.plane import CONCURRENCY as BATCHES
from eventmatch.mappings.plane import Mappings
from eventmatch.mappings.settings import MOST_FILTERS
from eventmatch.queues.queue import Queues
from eventmatch.queues.topic import Topics
from eventmatch.router.destinations import Lanes
from eventmatch.router.intake import Arrival, Intake
from eventmatch.router.outbox import ParcelService
from eventmatch.router.parts import logs_of
from eventmatch.store.port import Store
from eventmatch.streams.stream import Streams
from eventmatch.targets import Adapters, Resources
from eventmatch.targets.threads import RestartableThreads

Handler = Callable[[Any, Any], Any]
"""Takes an event and the context of its invocation; may be a coroutine function."""

TOPICS: Final = "sns.amazonaws.com"
"""The service on whose behalf topics invoke functions."""

# So many polls of sources in AWS may wait at once, in threads that no delivery needs.
_POLLS: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaSettings:
    """How functions are kept, run and invoked.

    `limits` are the account's, and say how much may run at once in `environments`.
    `concurrency` is how many asynchronous events of a function and qualifier run at once, and
    `batches` how many batches of a queue where a mapping does not say; `most_filters` is how many
    filters a mapping may have. `observer` is told what AWS counts of functions. `sink` gets what
    they write; None keeps it in files beside the store, or in memory if that is where the store is.
    """

    limits: LambdaLimits = field(default_factory=LambdaLimits)
    environments: EnvironmentSettings = field(default_factory=EnvironmentSettings)
    payloads: InvocationLimits = field(default_factory=InvocationLimits)
    concurrency: int = CONCURRENCY
    batches: int = BATCHES
    most_filters: int = MOST_FILTERS
    observer: LambdaObserver | None = None
    sink: LogSink | None = None


class Surroundings(NamedTuple):
    """What functions need of their router."""

    store: Store
    dispatcher: Dispatcher
    lanes: Lanes
    resources: Resources
    queues: Queues
    topics: Topics
    streams: Streams
    plane: ControlPlane
    intake: Intake
    observers: LambdaObservers
    random: Random


class LambdaService:
    """The functions of a router.

    `functions` is the control plane, `invoke` the way in, `outbox` the way out; `fleet` has the
    environments, and `mappings` feed functions from queues and streams.
    """

    def __init__(self, around: Surroundings, settings: LambdaSettings) -> None:
        self._around = around
        clock, new_id = around.resources.clock, around.resources.new_id
        records, observers, lanes = around.store.records, around.observers, around.lanes
        self.logs = logs_of(around.store, clock)
        limits = settings.limits
        self._handlers: dict[str, Handler] = {}
        self.fleet = Fleet(
            StoredArchives(records),
            clock=clock,
            settings=settings.environments,
            limits=limits,
            reserved=lambda function: self.functions.reserved(function),
            total_reserved=lambda: self.functions.total_reserved,
            sink=settings.sink or self.logs,
            callables=self._handlers,
        )
        self.functions = Functions(
            records,
            place=around.plane.place,
            clock=clock,
            new_id=new_id,
            random=around.random,
            runner=self.fleet,
            limits=limits,
            known_destination=self._is_known,
        )
        self._enqueuer = Enqueuer(around.store.deliveries, around.dispatcher, clock)
        own = replace(around.resources, forward=self._put_on_bus)
        self.outbox = ParcelService(self._enqueuer, Adapters(own))
        runs = CountedRuns(self.fleet, observers)
        queue = EventQueue(self._enqueuer, observers)
        self.invoke = Invoker(self.functions, runs, queue, new_id=new_id, limits=settings.payloads)
        endings = Endings(
            self.functions, self.outbox, clock=clock, new_id=new_id, observer=observers
        )
        events = AsynchronousInvocations(
            self.functions,
            runs,
            endings,
            clock=clock,
            observer=observers,
            concurrency=settings.concurrency,
        )
        self._polls = RestartableThreads(_POLLS)
        self.mappings = self._new_mappings(settings)
        self._operations = {
            **operations.OPERATIONS,
            "Invoke": operations.Operation(self._invoke),
            **{name: self._of_mappings(name) for name in mapping_operations.OPERATIONS},
        }
        lanes.add("function", events)
        lanes.add("parcel", self.outbox)

    async def start(self) -> None:
        """Make environments from now on; what is provisioned begins."""
        await self.fleet.start()
        await self.functions.resume()

    async def stop(self) -> None:
        """End all environments, and return when nothing is on its way into the store."""
        await self.fleet.stop()
        await self._enqueuer.stop()
        self._polls.shutdown()
        self.logs.close()

    def register(self, name: str, handler: Handler) -> None:
        """Let a Python function be the code of that name; it is not kept after the process.

        Raises `LambdaError` for what is no name or no function.
        """
        accept(FUNCTION_NAME, name, "functionName")
        if not callable(handler):
            text = f"the handler of {name} is no function: {type(handler).__name__}"
            raise LambdaError(LambdaCode.INVALID_PARAMETER_VALUE, text)
        self._handlers[name] = handler

    async def put_function(
        self, name: str, handler: Handler, *, publish: bool = False, **members: Any
    ) -> Version:
        """Make a function of a Python function, or let it be the code of the one of that name.

        Return its $LATEST, or the version it is published as. `members` are those of
        `Functions.create_function`; those that are not given stay as they are. Without a role it is
        one that may do everything.
        """
        accept(FUNCTION_NAME, name, "functionName")
        before = self._handlers.get(name)
        self.register(name, handler)
        try:
            latest = await self._put(name, {"Callable": name}, members)
        except BaseException:
            if before is None:
                del self._handlers[name]
            else:
                self._handlers[name] = before
            raise
        return await self.functions.publish_version(name) if publish else latest

    async def _put(self, name: str, code: Mapping[str, Any], members: Mapping[str, Any]) -> Version:
        functions = self.functions
        try:
            if members:
                # First what may be refused: then nothing has changed.
                await functions.update_function_configuration(name, **members)
            return await functions.update_function_code(name, code=code)
        except LambdaError as error:
            if error.code is not LambdaCode.RESOURCE_NOT_FOUND:
                raise
            return await functions.create_function(
                name, code=code, **{"role": self._usual_role(), **members}
            )

    async def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Run an operation of Lambda's API; raises `LambdaError`, `StoreError`."""
        return await operations.call(self.functions, operation, parameters, self._operations)

    async def _invoke(self, _functions: Functions, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return await invoke(self.invoke, parameters)

    def _of_mappings(self, operation: str) -> operations.Operation:
        async def run(_functions: Functions, parameters: Mapping[str, Any]) -> dict[str, Any]:
            return await mapping_operations.call(self.mappings, operation, parameters)

        return operations.Operation(run)

    def _new_mappings(self, settings: LambdaSettings) -> Mappings:
        around = self._around
        resources = around.resources
        return Mappings(
            around.store.records,
            place=around.plane.place,
            clock=resources.clock,
            new_id=resources.new_id,
            random=around.random,
            directory=self.functions,
            invoke=self.invoke,
            outbox=self.outbox,
            queues=around.queues,
            streams=around.streams,
            clients=resources.clients,
            threads=self._polls,
            concurrency=settings.batches,
            most_filters=settings.most_filters,
        )

    def _usual_role(self) -> str:
        place = self._around.plane.place
        return str(Arn(place.partition, "iam", "", place.account, "role/eventmatch"))

    def _is_known(self, arn: str) -> bool:
        """Whether there is a destination with that ARN; what is elsewhere may be."""
        parsed, resources = Arn.parse(arn), self._around.resources
        if parsed is None:
            return False
        there = self._there(arn, parsed).get(parsed.service)
        return there is None or not resources.owns(parsed) or there()

    def _there(self, arn: str, parsed: Arn) -> Mapping[str, Callable[[], bool]]:
        around, name = self._around, parsed.resource
        return {
            "sqs": lambda: name in around.queues.list_queues(),
            "sns": lambda: name in around.topics.list_topics(),
            "lambda": lambda: self._is_function(arn),
            "events": lambda: around.plane.routes(arn) is not None,
        }

    def _is_function(self, arn: str) -> bool:
        try:
            self.functions.resolve(arn)
        except LambdaError:
            return False
        return True

    async def _put_on_bus(self, bus: str, events: Sequence[Event]) -> Sequence[object]:
        """Put events on a bus as their publisher; raises `ServiceError` where there is none."""
        if self._around.plane.routes(bus) is None:
            raise refusals.no_bus(bus)
        await self._around.intake.accept([Arrival(bus, event.body) for event in events])
        return events


class SubscribedFunctions:
    """Functions as subscribers of topics: implements `eventmatch.queues.ports.Functions`."""

    def __init__(self, service: Callable[[], LambdaService]) -> None:
        self._service = service

    def arn_of(self, function: str) -> str:
        """Return the ARN of a function; raises `LambdaError` where there is none."""
        return self._service().functions.resolve(function).invoked_arn

    async def enqueue(
        self, function: str, events: Sequence[tuple[bytes, str | None]], topic: str
    ) -> Sequence[object]:
        """Invoke a function asynchronously if its policy lets the topic do so."""
        service = self._service()
        source = Source(TOPICS, topic, service.functions.place.account)
        return await service.invoke.enqueue(function, events, source)
