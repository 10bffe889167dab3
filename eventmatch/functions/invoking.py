"""Invocation: what Lambda refuses, what it runs at once, what it queues.

Meaning: service reference §6.1, §6.2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from eventmatch.functions import payloads
from eventmatch.functions.asynchronous import EventQueue, Queued
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import Call, InvocationType, Invoked, Resolved
from eventmatch.functions.ports import Directory
from eventmatch.functions.running import CountedRuns

_NO_PAYLOAD: Final = b"{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationLimits:
    """The bytes that the payload of an invocation may have."""

    synchronous_payload: int = 6_291_456
    asynchronous_payload: int = 1_048_576


class Source(NamedTuple):
    """On whose behalf a function is invoked: a service, the ARN of its resource, its account."""

    service: str
    arn: str
    account: str


class Invoker:
    """Invokes functions: implements `eventmatch.functions.ports.Invoke`."""

    def __init__(
        self,
        directory: Directory,
        runs: CountedRuns,
        queue: EventQueue,
        *,
        new_id: Callable[[], str],
        limits: InvocationLimits | None = None,
    ) -> None:
        self._directory = directory
        self._runs = runs
        self._queue = queue
        self._new_id = new_id
        self._limits = limits or InvocationLimits()

    async def __call__(
        self,
        function: str,
        payload: bytes = _NO_PAYLOAD,
        *,
        qualifier: str | None = None,
        invocation_type: InvocationType = InvocationType.REQUEST_RESPONSE,
        client_context: str | None = None,
        trace: str | None = None,
    ) -> Invoked:
        """Invoke a function by its name, partial ARN or ARN; the payload is JSON text.

        An empty payload is `{}`. `client_context` is JSON text, and only for what is waited for.
        Raises `LambdaError` for what Lambda refuses (a throttle among it), and `StoreError`.
        """
        payload = payload or _NO_PAYLOAD
        self._refuse_size(payload, invocation_type)
        resolved = self._directory.resolve(function, qualifier)
        payloads.refuse(payload)
        if invocation_type is InvocationType.DRY_RUN:
            return Invoked(204, self._new_id())
        if invocation_type is InvocationType.EVENT:
            (request_id,) = await self._enqueue(resolved, [(payload, trace)])
            return Invoked(202, request_id)
        call = Call(self._new_id(), payload, resolved.invoked_arn, client_context, trace)
        reply = await self._runs.run(resolved.version, call)
        number = resolved.version.number
        return Invoked(200, call.request_id, reply.payload, reply.error, number, reply)

    async def enqueue(
        self,
        function: str,
        events: Sequence[tuple[bytes, str | None]],
        source: Source | None = None,
    ) -> Sequence[object]:
        """Invoke a function asynchronously, once for each payload with its trace header.

        Return for each its request id, or the `LambdaError` that refuses it; those with an id are
        durable. Raises `LambdaError` where there is no such function or its policy does not let the
        source invoke it (without one nobody is asked), and `StoreError`.
        """
        resolved = self._directory.resolve(function)
        if source is not None and not self._directory.may_invoke(
            resolved, source.service, source.arn, source.account
        ):
            raise _denied(source, resolved)
        refusals = [self._refusal(payload) for payload, _ in events]
        sound = [each for each, error in zip(events, refusals, strict=True) if error is None]
        ids = iter(await self._enqueue(resolved, sound))
        return [next(ids) if error is None else error for error in refusals]

    async def _enqueue(
        self, resolved: Resolved, events: Sequence[tuple[bytes, str | None]]
    ) -> Sequence[str]:
        queued = [Queued(payload, self._new_id(), trace) for payload, trace in events]
        await self._queue.append(resolved, queued)
        return [each.request_id for each in queued]

    def _refusal(self, payload: bytes) -> LambdaError | None:
        try:
            self._refuse_size(payload, InvocationType.EVENT)
            payloads.refuse(payload)
        except LambdaError as error:
            return error
        return None

    def _refuse_size(self, payload: bytes, invocation_type: InvocationType) -> None:
        size, limits = len(payload), self._limits
        if invocation_type is InvocationType.EVENT:
            if size > (most := limits.asynchronous_payload):
                text = (
                    f"{size} byte payload is too large for the Event invocation type "
                    f"(limit {most} bytes)"
                )
                raise LambdaError(LambdaCode.REQUEST_TOO_LARGE, text)
        elif size > (most := limits.synchronous_payload):
            text = f"Request must be smaller than {most} bytes for the InvokeFunction operation"
            raise LambdaError(LambdaCode.REQUEST_TOO_LARGE, text)


def _denied(source: Source, resolved: Resolved) -> LambdaError:
    action = "lambda:InvokeFunction"
    text = (
        f"User: {source.service} is not authorized to perform: {action} on resource: "
        f"{resolved.invoked_arn} because no resource-based policy allows the {action} action"
    )
    return LambdaError(LambdaCode.ACCESS_DENIED, text)
