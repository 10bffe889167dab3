"""What functions need of each other and of the world."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from eventmatch.functions.model import (
    Call,
    EventInvokeConfig,
    InvocationType,
    Invoked,
    Provisioned,
    Reply,
    Resolved,
    Version,
)


class Directory(Protocol):
    """Knows which functions there are, without asking the store."""

    def resolve(self, function: str, qualifier: str | None = None) -> Resolved:
        """Return what an invocation runs. `function` is a name, a partial ARN or an ARN.

        An alias with weights draws one of its versions. Raises `LambdaError`
        ResourceNotFoundException with AWS's text.
        """

    def reserved(self, function: str) -> int | None:
        """Return the reserved concurrency of a function; None if it has none."""

    def event_invoke_config(self, function: str, qualifier: str) -> EventInvokeConfig | None:
        """Return how asynchronous invocations through a qualifier are treated."""

    def may_invoke(
        self, resolved: Resolved, service: str, source_arn: str | None, account: str
    ) -> bool:
        """Whether the function's policy lets a service (`events.amazonaws.com`) invoke it."""

    def role_allows(self, role: str, action: str, resource: str) -> bool:
        """Whether an execution role may do something; a role nobody described may do all."""


class Archives(Protocol):
    """The archives of code that the store keeps."""

    async def read(self, sha256: str) -> bytes:
        """Return the zip file with that CodeSha256; raises `StoreError`, or KeyError if gone."""


class Runner(Protocol):
    """Runs calls in execution environments, within the limits of concurrency."""

    async def run(self, version: Version, call: Call) -> Reply:
        """Run one call to its end, in an environment that it has for itself.

        Raises `LambdaError` TooManyRequestsException where no concurrency is left, and
        ServiceException where no environment can be made. Cancelled, it ends the environment.
        """

    async def provision(self, version: Version, count: int) -> None:
        """Keep so many environments of a version ready from now on; 0 ends that.

        Returns at once; `provisioned` tells how far it is.
        """

    def provisioned(self, version: Version) -> Provisioned | None:
        """Return how many environments are kept ready; None where none are asked for."""

    async def retire(self, function: str, number: str | None = None) -> None:
        """Let the environments of a function, or of one version, go once they are idle."""

    async def start(self) -> None:
        """Make ready to run."""

    async def stop(self) -> None:
        """End all environments: no process, file or port is left."""


class Invoke(Protocol):
    """Invokes functions."""

    async def __call__(
        self,
        function: str,
        payload: bytes = b"{}",
        *,
        qualifier: str | None = None,
        invocation_type: InvocationType = InvocationType.REQUEST_RESPONSE,
        client_context: str | None = None,
    ) -> Invoked:
        """Invoke a function by its name, partial ARN or ARN; the payload is JSON text.

        Raises `LambdaError` for what Lambda refuses (a throttle among it), and `StoreError`.
        """


class LambdaMetric(StrEnum):
    """What is counted: AWS's names in the namespace AWS/Lambda."""

    INVOCATIONS = "Invocations"
    ERRORS = "Errors"
    THROTTLES = "Throttles"
    DURATION = "Duration"
    DEAD_LETTER_ERRORS = "DeadLetterErrors"
    DESTINATION_DELIVERY_FAILURES = "DestinationDeliveryFailures"
    ASYNC_EVENTS_RECEIVED = "AsyncEventsReceived"
    ASYNC_EVENT_AGE = "AsyncEventAge"
    ASYNC_EVENTS_DROPPED = "AsyncEventsDropped"
    PROVISIONED_CONCURRENCY_SPILLOVER_INVOCATIONS = "ProvisionedConcurrencySpilloverInvocations"


class LambdaObserver(Protocol):
    """Is told what happens to functions; must return at once."""

    def count(self, metric: LambdaMetric, amount: int, function: str, /) -> None:
        """So many more of something."""

    def measure(self, metric: LambdaMetric, seconds: float, function: str, /) -> None:
        """One duration or age."""


class Parcel(NamedTuple):
    """Something that a function service hands to a queue, topic, function or bus.

    `attributes` go with it where the goal has a place for them; a number is told by its type:
    `{"ErrorCode": ("200", "Number")}`. For a bus, `body` is a whole event. `function` is the name
    of the function on whose behalf it goes, and `failure` what is counted of it if the parcel
    cannot be delivered.
    """

    arn: str
    body: bytes
    attributes: Mapping[str, tuple[str, str]] = {}
    function: str = ""
    failure: LambdaMetric | None = None


class Outbox(Protocol):
    """Takes parcels over, and delivers them with retries."""

    async def send(self, parcels: Sequence[Parcel]) -> None:
        """Make parcels durable, all or none; raises `StoreError`."""


class LogSink(Protocol):
    """Keeps what functions write."""

    def write(self, function: str, stream: str, lines: Sequence[bytes]) -> None:
        """Keep lines of a log stream of a function; returns at once, and never raises."""
