"""`Router`: events in, targets out, and nothing lost between."""

from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from random import Random
from types import TracebackType
from typing import Any, Final, Self

from eventmatch.bus import operations, refusals
from eventmatch.bus.archives import Archives
from eventmatch.bus.arn import DEFAULT_BUS, Place
from eventmatch.bus.identity import RandomIds
from eventmatch.bus.model import Rule, RuleState
from eventmatch.bus.policies import Caller
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.replays import Replays
from eventmatch.clock import Clock, SystemClock
from eventmatch.delivery.ports import Observer
from eventmatch.errors import EventmatchError
from eventmatch.functions.logs import Logs
from eventmatch.functions.model import InvocationType, Invoked, Version
from eventmatch.functions.operations.invoke import invocation_type as read_type
from eventmatch.functions.payloads import context_text, payload_text
from eventmatch.functions.plane import Functions
from eventmatch.jsontext import write_plain
from eventmatch.router.assembly import Assembly, Options
from eventmatch.router.functions import Handler, LambdaSettings
from eventmatch.router.parts import store_of
from eventmatch.router.publishing import Put
from eventmatch.schedule.missing import SKIPPED, MissedFires
from eventmatch.scheduler.schedules import Schedules
from eventmatch.store.memory import MemoryStore
from eventmatch.store.port import Store
from eventmatch.targets import Endpoint

Goal = str | Callable[[Any], object] | Mapping[str, Any]
"""A target: its ARN, a function, or AWS's members."""

_USUAL: Final = Quotas()


class Router:
    """Buses, rules and targets over one store; belongs to one event loop.

    `store` is the path of an SQLite file, or a store; None keeps everything in memory. Once
    `put_events` has returned, every event is delivered to each target of each rule that matches it,
    at least once, or becomes a dead letter, also after a sudden end. Use as a context, or `start`
    and `stop`.

    `dead_letters` is the queue for targets that name none; None drops what nothing helps, as AWS
    does. `letters` shows what lies in such queues, and sends it again. `clients` gives boto3
    clients for targets in the cloud: `targets.aws.clients.Clients`. `missed_fires` tells what
    becomes of schedules whose time came while the router was down or the machine slept;
    `lambda_settings` how functions are run.
    """

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
        lambda_settings: LambdaSettings | None = None,
        clock: Clock | None = None,
        random: Random | None = None,
        new_id: Callable[[], str] | None = None,
    ) -> None:
        options = Options(
            place=Place(partition=partition, region=region, account=account),
            quotas=quotas,
            dead_letters=dead_letters,
            observer=observer,
            endpoints=endpoints or {},
            clients=clients,
            limited_hops=limited_hops,
            missed_fires=missed_fires,
            lambda_settings=lambda_settings or LambdaSettings(),
            clock=clock or SystemClock(),
            random=random or Random(),
            new_id=new_id or RandomIds(),
        )
        self._parts = parts = Assembly(store_of(store), options)
        self._caller, self.quotas, self.store = Caller(account), quotas, parts.store
        self.observers, self.lambda_observers = parts.observers, parts.lambda_observers
        self.plane, self.dispatcher = parts.plane, parts.dispatcher
        self.queues, self.topics, self.letters = parts.queues, parts.topics, parts.letters
        self.scheduling, self.lambda_service = parts.scheduling, parts.lambda_service
        self.streams, self.mappings = parts.streams, parts.mappings

    @property
    def is_durable(self) -> bool:
        """Whether anything outlives the process."""
        return not isinstance(self.store, MemoryStore)

    @property
    def archives(self) -> Archives:
        """What the buses keep of their events."""
        return self._parts.archiving.archives

    @property
    def schedules(self) -> Schedules:
        """Standalone schedules, as EventBridge Scheduler has them."""
        return self.scheduling.schedules

    @property
    def functions(self) -> Functions:
        """Functions with their versions and aliases, as Lambda has them."""
        return self.lambda_service.functions

    @property
    def logs(self) -> Logs:
        """What functions have written."""
        return self.lambda_service.logs

    @property
    def replays(self) -> Replays:
        """Events of archives once more."""
        return self._parts.archiving.replays

    async def open(self) -> None:
        """Open the store, but deliver nothing; raises `StoreError`. `stop` closes it."""
        await self._parts.open()

    async def start(self) -> None:
        """Open the store, and go on with what was not settled; raises `StoreError`."""
        await self._parts.start()

    async def stop(self) -> None:
        """End deliveries and close the store; what is not settled goes on after the next start."""
        await self._parts.stop()

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
        return self._parts.callables.register(name, function, **options)

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
        callables = self._parts.callables
        before = callables.of(names.values())
        members = [self._target(names[each], each, goal) for each, goal in targets.items()]
        try:
            await self.plane.put_targets(rule, members, event_bus_name=event_bus_name)
        except EventmatchError:
            callables.put_back(before)
            raise

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
        return await self._parts.publisher.put_many(entries, account=account, quotas=self.quotas)

    async def put_envelopes(
        self, envelopes: Iterable[Mapping[str, Any]], *, event_bus_name: str = DEFAULT_BUS
    ) -> list[Put]:
        """Accept any number of whole events, as a bus gets them from AWS's own services.

        So their source may begin with `aws.`; an event keeps the id, account, region and time that
        it has. Returns and raises as `put_events`.
        """
        account = self._caller.account
        return await self._parts.publisher.take_many(
            envelopes, bus=event_bus_name, account=account, quotas=self.quotas
        )

    async def call(
        self, operation: str, parameters: Mapping[str, Any], *, caller: Caller | None = None
    ) -> dict[str, Any]:
        """Run an operation of AWS's API; raises `ServiceError` as AWS does, and `StoreError`."""
        if operation == "PutEvents":
            caller = caller or self._caller
            return await self._parts.publisher.answer(parameters, caller=caller, quotas=self.quotas)
        return await operations.call(
            self.plane, operation, parameters, self._parts.archiving.operations
        )

    async def put_function(self, name: str, handler: Handler, **members: Any) -> Version:
        """Make a function of a Python function `handler(event, context)`, or replace its code.

        A coroutine function runs in the loop, any other in a thread. `members` are those of
        `functions.create_function`, such as `timeout` and `dead_letter_config`; those not given
        stay as they are. Python functions are not kept: put them again after a start, or
        `register_handler` before it; what was queued for them waits. Raises `LambdaError`,
        `StoreError`.
        """
        return await self.lambda_service.put_function(name, handler, **members)

    def register_handler(self, name: str, handler: Handler) -> None:
        """Let a Python function be the code of a function that was put under that name before."""
        self.lambda_service.register(name, handler)

    async def invoke(
        self,
        function: str,
        payload: Any = None,
        *,
        qualifier: str | None = None,
        invocation_type: InvocationType | str = InvocationType.REQUEST_RESPONSE,
        client_context: Mapping[str, Any] | None = None,
    ) -> Invoked:
        """Invoke a function by its name, partial ARN or ARN.

        The payload is JSON text (str or bytes), or what becomes such; None is an empty object. That
        the function fails is an answer with an `error`. What is queued (`Event`) is durable. Raises
        `LambdaError` for what Lambda refuses, a throttle among it, and `StoreError`.
        """
        context = None if client_context is None else context_text(client_context)
        return await self.lambda_service.invoke(
            function,
            payload_text(payload),
            qualifier=qualifier,
            invocation_type=read_type(invocation_type),
            client_context=context,
        )

    async def call_lambda(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Run an operation of Lambda's API; raises `LambdaError` as AWS does, and `StoreError`.

        The Payload of Invoke is bytes or text, and bytes in its answer.
        """
        return await self.lambda_service.call(operation, parameters)

    async def idle(self) -> None:
        """Return when nothing is left to do now; what waits for another attempt does not count."""
        await self._parts.idle()


def _pattern_text(pattern: Mapping[str, Any]) -> str:
    try:
        return write_plain(dict(pattern)).decode()
    except (TypeError, ValueError) as error:
        raise refusals.wrong_type("eventPattern", "JSON") from error
