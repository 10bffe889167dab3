"""Asynchronous invocation: events that wait for their function, and end. Meaning: reference §6.2.

An event rides the way of deliveries: its lane names a function and a qualifier, its body is the
payload. What runs is what they name when it runs. When an event ends, whatever has become of it,
its delivery is done: records and dead letters are parcels of their own.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

from eventmatch.clock import Clock
from eventmatch.delivery.enqueuing import Enqueuer, Item
from eventmatch.delivery.failures import log_failure
from eventmatch.delivery.model import DELIVERED, TRACE, Attempt, ErrorCode, Outcome, RetryPolicy
from eventmatch.delivery.ports import Destination
from eventmatch.errors import StoreError
from eventmatch.functions.endings import Endings
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import Call, EventInvokeConfig, Reply, Resolved
from eventmatch.functions.ports import Directory, LambdaMetric, LambdaObserver
from eventmatch.functions.records import Ended, Refusal
from eventmatch.functions.retrying import (
    Condition,
    Terms,
    after_failure,
    after_refusal,
    before_attempt,
    terms_of,
)
from eventmatch.functions.running import CountedRuns
from eventmatch.jsontext import read_plain, write_plain

# Facts of an event.
REQUEST_ID: Final = "request-id"
INVOKED_ARN: Final = "invoked-arn"

CONCURRENCY: Final = 10
# The seconds after which an event is looked at again whose end could not be kept.
STORE_RETRY: Final = 1.0
# A function's own time limit is 900 s, and its environment may have to begin twice.
_TIMEOUT: Final = 3600.0
# The adapter knows when an event ends; the policy of its lane never does.
_ENDLESS: Final = RetryPolicy(maximum_retry_attempts=1 << 31, maximum_event_age=1 << 40)
_EXPIRED: Final = Refusal(429, "The event was too old when its turn came.")
_THROTTLED: Final = Refusal(429, "Rate Exceeded.")

_log: Final = logging.getLogger("eventmatch.functions")


class Queued(NamedTuple):
    """An event for a function: its payload, the request id of all its attempts, its trace."""

    payload: bytes
    request_id: str
    trace: str | None = None


class EventQueue:
    """Keeps events durably until their function has run."""

    def __init__(self, enqueuer: Enqueuer, observer: LambdaObserver) -> None:
        self._enqueuer = enqueuer
        self._observer = observer

    async def append(self, resolved: Resolved, events: Sequence[Queued]) -> None:
        """Return when all the events are durable; raises `StoreError`, and then none is."""
        function = resolved.version.function
        lane = describe(function, resolved.qualifier)
        await self._enqueuer.enqueue(
            [Item(lane, event.payload, _facts(event, resolved)) for event in events]
        )
        if events:
            self._observer.count(LambdaMetric.ASYNC_EVENTS_RECEIVED, len(events), function)


def describe(function: str, qualifier: str) -> bytes:
    """Return the description of the lane of a function's events."""
    return write_plain({"function": function, "qualifier": qualifier})


def _facts(event: Queued, resolved: Resolved) -> dict[str, str]:
    facts = {REQUEST_ID: event.request_id, INVOKED_ARN: resolved.invoked_arn}
    return facts if event.trace is None else {**facts, TRACE: event.trace}


class AsynchronousInvocations:
    """The lanes of functions' events as destinations.

    `concurrency` is how many events of a function and qualifier may run at once.
    """

    def __init__(
        self,
        directory: Directory,
        runs: CountedRuns,
        endings: Endings,
        *,
        clock: Clock,
        observer: LambdaObserver,
        concurrency: int = CONCURRENCY,
    ) -> None:
        self._directory = directory
        self._runs = runs
        self._endings = endings
        self._clock = clock
        self._observer = observer
        self._concurrency = concurrency
        # By function, why it could not be run last.
        self._hindrances: dict[str, str] = {}

    def destination(self, description: bytes) -> Destination:
        """Return where the events of the lane with that description go."""
        told = read_plain(description)
        function, qualifier = told["function"], told["qualifier"]
        adapter = _FunctionEvents(function, qualifier, self._invoke, self._concurrency)
        return Destination(f"{function}:{qualifier}", adapter, _ENDLESS, dimensions=None)

    async def _invoke(self, function: str, qualifier: str, attempt: Attempt) -> Outcome:
        """Try an event once."""
        try:
            resolved = self._directory.resolve(function, qualifier)
        except LambdaError:
            # Its role and its destinations have gone with it.
            _log.warning("%s:%s: dropped an event of a function that is gone", function, qualifier)
            self._observer.count(LambdaMetric.ASYNC_EVENTS_DROPPED, 1, function)
            return DELIVERED
        trial = _Trial(resolved, attempt)
        try:
            return await self._try(trial, terms_of(self._config(resolved)))
        except StoreError as error:
            return _again(ErrorCode.INTERNAL_ERROR, str(error), STORE_RETRY)

    async def _try(self, trial: "_Trial", terms: Terms) -> Outcome:
        function = trial.resolved.version.function
        age = self._age(trial)
        self._observer.measure(LambdaMetric.ASYNC_EVENT_AGE, age, function)
        condition = before_attempt(age, terms, self._directory.reserved(function))
        if condition is not None:
            is_expired = condition is Condition.EVENT_AGE_EXCEEDED
            reason = _EXPIRED if is_expired else _THROTTLED
            return await self._end(condition, trial, trial.attempt.number - 1, reason)
        try:
            reply = await self._runs.run(trial.resolved.version, trial.call())
        except LambdaError as error:
            self._tell(function, error)
            return await self._refused(trial, terms, error)
        except Exception as error:
            log_failure(_log, f"{function}: an event could not be tried", error)
            return await self._refused(trial, terms, LambdaError(LambdaCode.SERVICE, repr(error)))
        self._hindrances.pop(function, None)
        return await self._replied(trial, terms, reply)

    def _tell(self, function: str, error: LambdaError) -> None:
        """Log why a function cannot be run, once for all events that wait for it."""
        is_throttle = error.code is LambdaCode.TOO_MANY_REQUESTS
        if not is_throttle and self._hindrances.get(function) != error.message:
            self._hindrances[function] = error.message
            _log.warning("%s: could not be run: %s", function, error.message)

    async def _replied(self, trial: "_Trial", terms: Terms, reply: Reply) -> Outcome:
        """Return what follows a run."""
        attempts = trial.attempt.number
        if reply.error is None:
            return await self._end(Condition.SUCCESS, trial, attempts, reply)
        step = after_failure(attempts, self._age(trial), terms)
        if isinstance(step, Condition):
            return await self._end(step, trial, attempts, reply)
        return Outcome(ErrorCode.ERROR_FROM_TARGET, reply.error, retry_after=step, retryable=True)

    async def _refused(self, trial: "_Trial", terms: Terms, error: LambdaError) -> Outcome:
        """Return what follows an attempt that did not get the function to run."""
        is_throttle = error.code is LambdaCode.TOO_MANY_REQUESTS
        failures = trial.attempt.number - 1
        step = after_refusal(failures, self._age(trial), terms)
        if isinstance(step, Condition):
            reason = Refusal(429 if is_throttle else 500, error.message)
            return await self._end(step, trial, failures, reason)
        code = ErrorCode.THROTTLING if is_throttle else ErrorCode.INTERNAL_ERROR
        return _again(code, error.message, step)

    async def _end(
        self, condition: Condition, trial: "_Trial", attempts: int, outcome: Reply | Refusal
    ) -> Outcome:
        """Tell of the end; raises `StoreError`, and then it was not told."""
        ended = Ended(
            condition, trial.resolved, trial.request_id, trial.attempt.payload, attempts, outcome
        )
        await self._endings.tell(ended, self._config(trial.resolved))
        return DELIVERED

    def _config(self, resolved: Resolved) -> EventInvokeConfig | None:
        return self._directory.event_invoke_config(resolved.version.function, resolved.qualifier)

    def _age(self, trial: "_Trial") -> float:
        # A clock that was set back makes nothing younger than new.
        return max(0.0, self._clock.now() - trial.attempt.event.accepted)


class _Trial(NamedTuple):
    """An attempt at an event, and what it runs."""

    resolved: Resolved
    attempt: Attempt

    @property
    def request_id(self) -> str:
        return self.attempt.event.facts[REQUEST_ID]

    def call(self) -> Call:
        facts = self.attempt.event.facts
        return Call(
            self.request_id, self.attempt.payload, facts[INVOKED_ARN], trace=facts.get(TRACE)
        )


class _FunctionEvents:
    """The adapter of a lane of events."""

    batch_size = 1
    timeout = _TIMEOUT

    def __init__(
        self,
        function: str,
        qualifier: str,
        invoke: Callable[[str, str, Attempt], Awaitable[Outcome]],
        concurrency: int,
    ) -> None:
        self._function = function
        self._qualifier = qualifier
        self._invoke = invoke
        self.concurrency = concurrency

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Try events one after the other."""
        return [await self._invoke(self._function, self._qualifier, each) for each in batch]

    async def close(self) -> None:
        """Nothing to give up: the environments are the runner's."""


def _again(code: ErrorCode, message: str, delay: float) -> Outcome:
    """Return the outcome of an attempt that uses up no retry."""
    return Outcome(code, message, retry_after=delay, retryable=True, counted=False)
