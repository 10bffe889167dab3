"""The router of `crash_functions.py`, and all that makes it invoke functions."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from _crashing import FastClock, Hasty, Log
from _crashing_handlers import (
    CODE,
    FAILING,
    FUNCTIONS,
    INVOKED,
    KEYED,
    ORDERED,
    PROCESS,
    ROUTED,
    SHAKY,
    SHARDED,
    WORKER,
    Handlers,
)

from eventmatch.functions.environments.settings import EnvironmentSettings
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import InvocationType
from eventmatch.queues.model import Message, QueueSettings
from eventmatch.router.functions import LambdaSettings
from eventmatch.router.router import Router
from eventmatch.store.sqlite.store import SqliteStore
from eventmatch.streams.model import Record, StreamSettings

MARK: Final = "EVENTMATCH_CRASH"
"""The variable by which the processes of environments are found."""
SHAKY_DEAD, FAILED, DEAD = "shaky-dead", "failed", "dead"
"""Queues: the dead letters of `shaky`; the destination and the dead letters of `failing`."""

_STANDARD, _FIFO, _STREAM = "work", "orders.fifo", "clicks"
_ARN: Final = "arn:aws:{}:us-east-1:123456789012:{}"
_GROUPS: Final = ("a", "b", "c", "d")
# In seconds of the fast clock, of which an environment may take 30 of this machine's to begin.
_ENVIRONMENTS: Final = EnvironmentSettings(init=6000.0)
_TIMEOUT: Final = 900
_BATCH_TIMEOUT: Final = 60
_VISIBILITY: Final = 120

_Feed = Callable[[Router, Random, int], Awaitable[None]]


class FunctionsLife:
    """What goes on in one folder, over any number of processes.

    By function, `accepted` has what was acknowledged, `tried` what it was asked to do, and `done`
    what it has done, in order. What was invoked is told by its number and its request id.
    """

    def __init__(self, folder: Path, *, is_broken: bool) -> None:
        self._folder = folder
        self._is_broken = is_broken
        self._clock = FastClock()
        self.accepted = {name: Log(folder / f"accepted-{name}") for name in FUNCTIONS}
        self.tried = {name: Log(folder / f"tried-{name}") for name in INVOKED}
        self.done = {name: Log(folder / f"done-{name}") for name in FUNCTIONS}
        (folder / "code").mkdir()
        (folder / "code" / "app.py").write_text(CODE)

    @property
    def mark(self) -> str:
        """The value of `MARK`."""
        return str(self._folder)

    @property
    def has_accepted(self) -> bool:
        """Whether anything was acknowledged yet."""
        return any(log.read() for log in self.accepted.values())

    async def run(self, seed: int) -> None:
        """Let events, messages and records flow until the process is killed."""
        random = Random(seed)
        async with self._router(self._store(), random, shaking=True) as router:
            await self._furnish(router)
            # What is in order has a feed for each group, as the order of several is anyone's.
            groups = [feed for name in _GROUPS for feed in self._in_order(name)]
            feeds = [self._invoke, self._invoke, self._put_events, self._send, *groups]
            await asyncio.gather(*(_often(feed, router, random) for feed in feeds))

    async def drain(self, limit: float) -> dict[str, list[str]]:
        """Let the rest be done within so many seconds; return the bodies in each queue."""
        async with self._router(self._sound_store(), Random(0), shaking=False) as router:
            await self._furnish(router)
            end = time.monotonic() + limit
            while left := await _left(router):
                if time.monotonic() > end:
                    raise TimeoutError(f"left after {limit:g} seconds: {left}")
                await asyncio.sleep(0.05)
            return {name: await _bodies(router, name) for name in router.queues.list_queues()}

    async def _invoke(self, router: Router, random: Random, number: int) -> None:
        name = random.choice(INVOKED)
        invoked = await router.invoke(name, number, invocation_type=InvocationType.EVENT)
        self.accepted[name].write([f"{number}:{invoked.request_id}"])

    async def _put_events(self, router: Router, random: Random, number: int) -> None:
        entry = {"Source": "crash", "DetailType": "test", "Detail": {"number": number}}
        results = await router.put_events([entry] * random.randint(1, 5))
        self.accepted[ROUTED].write([result.id for result in results])

    async def _send(self, router: Router, _random: Random, number: int) -> None:
        await router.queues.send(_STANDARD, Message(body=str(number)))
        self.accepted[WORKER].write([str(number)])

    def _in_order(self, group: str) -> Sequence[_Feed]:
        async def send(router: Router, _random: Random, number: int) -> None:
            message = Message(body=f"{group}:{number}", group=group)
            await router.queues.send(_FIFO, message)
            self.accepted[ORDERED].write([message.body])

        async def click(router: Router, _random: Random, number: int) -> None:
            put = await router.streams.put_record(_STREAM, Record(str(number).encode(), group))
            self.accepted[SHARDED].write([f"{put.shard}:{put.sequence}"])
            self.accepted[KEYED].write([f"{group}:{number}"])

        return send, click

    def _store(self) -> SqliteStore:
        store = self._sound_store()
        if self._is_broken:
            store.deliveries = Hasty(store.deliveries)
        return store

    def _sound_store(self) -> SqliteStore:
        return SqliteStore(self._folder / "events.db", synchronous="full")

    def _router(self, store: SqliteStore, random: Random, *, shaking: bool) -> Router:
        settings = LambdaSettings(environments=_ENVIRONMENTS)
        router = Router(store, clock=self._clock, random=random, lambda_settings=settings)
        handlers = Handlers(self.tried, self.done, random, shaking=shaking)
        for name, handler in handlers.all().items():
            router.register_handler(name, handler)
        return router

    async def _furnish(self, router: Router) -> None:
        """Make all that is not there yet."""
        await _make_sources(router)
        variables = {MARK: self.mark, "LOG": str(self._folder / f"done-{PROCESS}")}
        special: dict[str, dict[str, Any]] = {
            PROCESS: {
                "Code": {"Folder": str(self._folder / "code")},
                "Runtime": "python3.12",
                "Handler": "app.handler",
                "Timeout": _TIMEOUT,
                "Environment": {"Variables": variables},
            },
            SHAKY: {"DeadLetterConfig": {"TargetArn": _ARN.format("sqs", SHAKY_DEAD)}},
            FAILING: {"DeadLetterConfig": {"TargetArn": _ARN.format("sqs", DEAD)}},
        }
        for name in FUNCTIONS:
            members = {"Code": {"Callable": name}, "Role": _ROLE, "Timeout": _BATCH_TIMEOUT}
            await _once(router, "CreateFunction", name, **{**members, **special.get(name, {})})
        await _configure(router)


_ROLE: Final = "arn:aws:iam::123456789012:role/crash"


async def _make_sources(router: Router) -> None:
    for name in (SHAKY_DEAD, FAILED, DEAD):
        await router.queues.create_queue(name)
    work = QueueSettings(visibility_timeout=_VISIBILITY)
    await router.queues.create_queue(_STANDARD, work)
    in_order = QueueSettings(
        visibility_timeout=_VISIBILITY, fifo=True, content_based_deduplication=True
    )
    await router.queues.create_queue(_FIFO, in_order)
    if _STREAM not in router.streams.list_streams():
        await router.streams.create_stream(_STREAM, StreamSettings(shards=2))


async def _configure(router: Router) -> None:
    call = router.call_lambda
    on_failure = {"OnFailure": {"Destination": _ARN.format("sqs", FAILED)}}
    config = {"FunctionName": FAILING, "DestinationConfig": on_failure}
    await call("PutFunctionEventInvokeConfig", config)
    reserved = {"FunctionName": PROCESS, "ReservedConcurrentExecutions": 2}
    await call("PutFunctionConcurrency", reserved)
    permission = {"StatementId": "rule", "Action": "lambda:InvokeFunction"}
    await _once(router, "AddPermission", ROUTED, Principal="events.amazonaws.com", **permission)
    await router.put_rule("all", event_pattern={"source": ["crash"]})
    await router.put_targets("all", {"function": _ARN.format("lambda", f"function:{ROUTED}")})
    partial = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
    stream = {"StartingPosition": "TRIM_HORIZON"}
    await _map(router, WORKER, "sqs", _STANDARD)
    await _map(router, ORDERED, "sqs", _FIFO, **partial)
    await _map(
        router, SHARDED, "kinesis", f"stream/{_STREAM}", BisectBatchOnFunctionError=True, **stream
    )
    await _map(
        router, KEYED, "kinesis", f"stream/{_STREAM}", ParallelizationFactor=3, **partial, **stream
    )


async def _map(router: Router, function: str, service: str, source: str, **members: Any) -> None:
    arn = _ARN.format(service, source)
    await _once(router, "CreateEventSourceMapping", function, EventSourceArn=arn, **members)


async def _once(router: Router, operation: str, function: str, **members: Any) -> None:
    """Make what is made once; it may be there."""
    try:
        await router.call_lambda(operation, {"FunctionName": function, **members})
    except LambdaError as error:
        if error.code is not LambdaCode.RESOURCE_CONFLICT:
            raise


async def _often(feed: _Feed, router: Router, random: Random) -> None:
    """Feed without end, with numbers that are higher than all before, also in other processes."""
    while True:
        await feed(router, random, time.time_ns())
        await asyncio.sleep(random.uniform(0.0, 0.04))


async def _left(router: Router) -> dict[str, int]:
    """Return how much is left of what, without what lies in queues that nobody polls."""
    await router.idle()
    queues = {name: sum(await router.queues.counts(name)) for name in (_STANDARD, _FIFO)}
    left = {"deliveries": sum((await router.store.deliveries.backlog()).values()), **queues}
    return {name: count for name, count in left.items() if count}


async def _bodies(router: Router, queue: str) -> list[str]:
    bodies: list[str] = []
    after = 0
    while page := await router.queues.peek(queue, after=after, limit=1000):
        bodies += [received.stored.message.body for received in page]
        after = page[-1].stored.sequence
    return bodies


def number_of(letter: str) -> str:
    """Return the number of an event by its dead letter, or by the record of its invocation."""
    told = json.loads(letter)
    return str(told["requestPayload"] if isinstance(told, dict) else told)
