"""Invocation on a clock that stands still, over fakes of what it asks."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any, Final

from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.delivery.enqueuing import Enqueuer
from eventmatch.delivery.ports import DeadLetter
from eventmatch.errors import StoreError
from eventmatch.functions.asynchronous import AsynchronousInvocations, EventQueue
from eventmatch.functions.endings import Endings
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.invoking import InvocationLimits, Invoker
from eventmatch.functions.model import (
    LATEST,
    Call,
    Code,
    CodeKind,
    Configuration,
    EventInvokeConfig,
    InvocationType,
    Invoked,
    Provisioned,
    Reply,
    Resolved,
    Version,
)
from eventmatch.functions.ports import LambdaMetric, Parcel
from eventmatch.functions.running import CountedRuns
from eventmatch.observers.several import Several
from eventmatch.store.memory import MemoryStore
from eventmatch.testing.clock import VirtualClock, settle

ARN: Final = "arn:aws:lambda:us-east-1:123456789012:function:f"
QUEUE: Final = "arn:aws:sqs:us-east-1:123456789012:"
ROLE: Final = "arn:aws:iam::123456789012:role/r"


def succeeds(value: object = None) -> Reply:
    return Reply(json.dumps(value, separators=(",", ":")).encode(), None, 0.25)


def fails(message: str = "boom") -> Reply:
    error = {"errorMessage": message, "errorType": "ValueError", "requestId": "", "stackTrace": []}
    return Reply(json.dumps(error, separators=(",", ":")).encode(), "Unhandled", 0.25)


THROTTLE: Final = LambdaError(LambdaCode.TOO_MANY_REQUESTS, "Rate Exceeded.", "why")
NO_ENVIRONMENT: Final = LambdaError(LambdaCode.SERVICE, "there is no environment")


class Directory:
    """One function, `f`, and what is said of it; None is a function that is not there."""

    def __init__(self) -> None:
        self.configuration: Configuration | None = Configuration(handler="m.h", role=ROLE)
        self.number = LATEST
        self.config: EventInvokeConfig | None = None
        self.reserve: int | None = None
        self.denied: set[str] = set()
        self.sources: list[tuple[str, str | None, str]] = []
        self.is_open = True

    def resolve(self, function: str, qualifier: str | None = None) -> Resolved:
        if self.configuration is None or function not in ("f", ARN):
            text = f"Function not found: {ARN}:{qualifier or LATEST}"
            raise LambdaError(LambdaCode.RESOURCE_NOT_FOUND, text)
        version = Version(
            function="f",
            number=self.number,
            arn=ARN,
            code=Code(kind=CodeKind.CALLABLE, sha256="x", size=1),
            configuration=self.configuration,
            revision="1",
            last_modified=0.0,
        )
        return Resolved(version, f"{ARN}:{qualifier}" if qualifier else ARN, qualifier or LATEST)

    def reserved(self, function: str) -> int | None:  # noqa: ARG002
        return self.reserve

    def event_invoke_config(self, function: str, qualifier: str) -> EventInvokeConfig | None:  # noqa: ARG002
        return self.config

    def may_invoke(
        self,
        resolved: Resolved,
        service: str,
        source_arn: str | None,
        account: str,
    ) -> bool:
        assert resolved.version.function == "f"
        self.sources.append((service, source_arn, account))
        return self.is_open

    def role_allows(self, role: str, action: str, resource: str) -> bool:  # noqa: ARG002
        assert role == ROLE
        return action not in self.denied


class Runner:
    """Answers calls with what it was given, the last for ever; keeps them with their moments."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.answers: list[Reply | Exception] = [succeeds()]
        self.calls: list[tuple[float, Version, Call]] = []
        self.tried: list[float] = []
        self.provision_of: Provisioned | None = None
        self.gate: asyncio.Event | None = None

    async def run(self, version: Version, call: Call) -> Reply:
        self.tried.append(self.clock.now())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        self.calls.append((self.clock.now(), version, call))
        if self.gate is not None:
            await self.gate.wait()
        return answer

    async def provision(self, version: Version, count: int) -> None:
        raise NotImplementedError

    def provisioned(self, version: Version) -> Provisioned | None:  # noqa: ARG002
        return self.provision_of

    async def retire(self, function: str, number: str | None = None) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        """Nothing to make ready."""

    async def stop(self) -> None:
        """Nothing to end."""


class Outbox:
    """Keeps parcels; has a fault while it is to fail."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.fault: StoreError | None = None

    async def send(self, parcels: Sequence[Parcel]) -> None:
        if self.fault:
            raise self.fault
        self.parcels += parcels


class Tally:
    """Counts by metric, and keeps what is measured."""

    def __init__(self) -> None:
        self.counts: Counter[LambdaMetric] = Counter()
        self.measured: list[tuple[LambdaMetric, float]] = []

    def count(self, metric: LambdaMetric, amount: int, function: str) -> None:
        assert function == "f"
        self.counts[metric] += amount

    def measure(self, metric: LambdaMetric, seconds: float, function: str) -> None:
        assert function == "f"
        self.measured.append((metric, seconds))


class NoDeadLetters:
    """An asynchronous event ends in no queue of the dispatcher's."""

    async def send(self, queue: str, letters: Sequence[DeadLetter]) -> Any:
        raise AssertionError(f"no event may end as a dead letter: {queue}, {letters}")


class World:
    """An invoker over fakes, and the dispatcher that runs what it queues."""

    def __init__(self, limits: InvocationLimits | None = None, concurrency: int = 10) -> None:
        self.clock = VirtualClock()
        self.start = self.clock.now()
        self.directory, self.runner = Directory(), Runner(self.clock)
        self.outbox, self.tally = Outbox(), Tally()
        self.store = MemoryStore()
        runs = CountedRuns(self.runner, self.tally)
        ids = (f"id-{number}" for number in itertools.count(1))
        new_id = lambda: next(ids)  # noqa: E731
        endings = Endings(
            self.directory, self.outbox, clock=self.clock, new_id=new_id, observer=self.tally
        )
        events = AsynchronousInvocations(
            self.directory,
            runs,
            endings,
            clock=self.clock,
            observer=self.tally,
            concurrency=concurrency,
        )
        self.dispatcher = Dispatcher(
            self.store.deliveries,
            events,
            NoDeadLetters(),
            clock=self.clock,
            random=Random(5),
            observer=Several(),
        )
        queue = EventQueue(Enqueuer(self.store.deliveries, self.dispatcher, self.clock), self.tally)
        self.invoke = Invoker(self.directory, runs, queue, new_id=new_id, limits=limits)

    async def event(self, payload: bytes = b'{"n":1}', **members: Any) -> Invoked:
        """Invoke `f` asynchronously, and let what follows happen."""
        answer = await self.invoke("f", payload, invocation_type=InvocationType.EVENT, **members)
        await self.rest()
        return answer

    async def wait(self, seconds: float) -> None:
        await self.clock.advance(seconds, self.rest)

    async def rest(self) -> None:
        await self.dispatcher.idle()
        await settle()

    def runs(self) -> list[float]:
        """Return when `f` ran, in seconds since the beginning."""
        return [moment - self.start for moment, _, _ in self.runner.calls]

    def attempts(self) -> list[float]:
        """Return when it was tried to run `f`."""
        return [moment - self.start for moment in self.runner.tried]

    def records(self) -> list[Any]:
        return [json.loads(parcel.body) for parcel in self.outbox.parcels]

    async def left(self) -> int:
        """Return how many events have not ended."""
        return sum((await self.store.deliveries.backlog()).values())


def play(scene: Callable[[World], Awaitable[None]], **options: Any) -> None:
    async def whole() -> None:
        world = World(**options)
        await world.store.open()
        await world.dispatcher.start()
        try:
            await scene(world)
        finally:
            await world.dispatcher.stop()
            await world.store.close()

    asyncio.run(whole())
