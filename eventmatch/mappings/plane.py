"""`Mappings`: the event source mappings of one account in one region, and their pollers.

Meaning: service reference §6.5; differences: docs/deviations.md.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from random import Random
from typing import Final

from eventmatch.bus.arn import Place
from eventmatch.bus.paging import Names, Page
from eventmatch.bus.ports import Change, Records
from eventmatch.bus.registry import Beside, read_record, write_together
from eventmatch.clock import Clock
from eventmatch.errors import ServiceError
from eventmatch.functions.ports import Directory, Invoke, Outbox
from eventmatch.mappings import refusals
from eventmatch.mappings.admission import Admission, function_arn
from eventmatch.mappings.checkpoints import Checkpoints
from eventmatch.mappings.model import EventSourceMapping, kind_of
from eventmatch.mappings.pollers import Pollers
from eventmatch.mappings.ports import World
from eventmatch.mappings.settings import MOST_FILTERS, Parameters, settings_of, start_of
from eventmatch.mappings.sources.calls import ClientFactory
from eventmatch.mappings.sources.opening import Sources
from eventmatch.mappings.sources.sqs import LONG_POLL
from eventmatch.queues.queue import Queues
from eventmatch.streams.stream import Streams

CONCURRENCY: Final = 5
_KIND: Final = "mapping"
_log: Final = logging.getLogger("eventmatch.mappings")
_MOST_LISTED: Final = 100


class Mappings:
    """Mappings by UUID. `load` and then `start` before use; belongs to one event loop.

    An operation is durable when it returns, and one that raises has changed nothing. It raises
    `LambdaError` for what AWS refuses, and `StoreError`. `parameters` are the members of AWS's
    requests, read by their shapes: `eventmatch.mappings.operations.call` does that.

    `new_id` gives UUIDs. `clients` gives the clients of sources that are not embedded, and
    `threads` run their calls. `concurrency` is how many batches of a queue are in work at once
    where MaximumConcurrency is not set, `most_filters` how many filters a mapping may have, and
    `long_poll` for how many seconds SQS waits for a message.
    """

    def __init__(
        self,
        records: Records,
        *,
        place: Place,
        clock: Clock,
        new_id: Callable[[], str],
        random: Random,
        directory: Directory,
        invoke: Invoke,
        outbox: Outbox,
        queues: Queues,
        streams: Streams,
        clients: ClientFactory | None = None,
        threads: Executor | None = None,
        concurrency: int = CONCURRENCY,
        most_filters: int = MOST_FILTERS,
        long_poll: int = LONG_POLL,
    ) -> None:
        self.place = place
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._most_filters = most_filters
        self._mappings: dict[str, EventSourceMapping] = {}
        self._results: dict[str, str] = {}
        self._lock = asyncio.Lock()
        self._checkpoints = Checkpoints(records)
        sources = Sources(place, clock, queues, streams, clients, threads, long_poll)
        self._admission = Admission(directory, sources)
        changed = asyncio.Event()
        world = World(
            clock=clock,
            new_id=new_id,
            random=random,
            directory=directory,
            invoke=invoke,
            outbox=outbox,
            report=self._report,
            changed=changed.set,
            concurrency=concurrency,
        )
        self._pollers = Pollers(sources, self._checkpoints, world, changed)

    async def load(self) -> None:
        """Read which mappings there are, and how far they are."""
        records = await self._records.load(_KIND)
        read = EventSourceMapping.from_record
        self._mappings = {uuid: read_record(read, uuid, text) for uuid, text in records.items()}
        await self._checkpoints.load()

    async def start(self) -> None:
        """Begin to poll."""
        self._pollers.start()
        for mapping in self._mappings.values():
            self._pollers.follow(mapping)

    async def stop(self) -> None:
        """Poll no more; what was taken and is not settled comes back."""
        await self._pollers.stop()

    async def idle(self) -> None:
        """Return when nothing is left to do now: all wait for records, or for a moment."""
        await self._pollers.idle()

    async def create(self, parameters: Parameters) -> EventSourceMapping:
        """Make a mapping, and begin to poll unless `Enabled` is false."""
        async with self._lock:
            mapping = self._new(parameters)
            await self._admit(mapping)
            places = await self._admission.places(mapping)
            await self._write(mapping, self._checkpoints.beginning(mapping.uuid, places))
            return mapping

    async def update(self, parameters: Parameters) -> EventSourceMapping:
        """Change what is given; a batch in work is brought to its end before.

        A mapping can be disabled although its source or its function is gone.
        """
        async with self._lock:
            old = self.mapping(parameters["UUID"])
            function = old.function
            if "FunctionName" in parameters:
                function = self._admission.resolve(parameters["FunctionName"]).invoked_arn
            mapping = replace(
                old,
                function=function,
                settings=settings_of(old.kind, parameters, old.settings, self._most_filters),
                is_enabled=parameters.get("Enabled", old.is_enabled),
                last_modified=self._clock.now(),
            )
            if mapping.is_enabled or old.is_enabled == mapping.is_enabled:
                await self._admit(mapping)
            await self._write(mapping, ())
            return mapping

    async def delete(self, uuid: str) -> EventSourceMapping:
        """Forget a mapping; a batch in work is brought to its end."""
        async with self._lock:
            mapping = self.mapping(uuid)
            places = self._checkpoints.forgetting(uuid)

            def publish() -> None:
                del self._mappings[uuid]
                self._results.pop(uuid, None)
                self._checkpoints.forget(uuid)
                self._checkpoints.publish(places)
                self._pollers.retire(uuid)

            changes = [Change(_KIND, uuid, None), *places]
            await write_together(self._records, Beside(changes, publish))
            return mapping

    def mapping(self, uuid: str) -> EventSourceMapping:
        """Return a mapping; raises `LambdaError` if it is not there."""
        if uuid not in self._mappings:
            raise refusals.no_mapping()
        return self._mappings[uuid]

    def result(self, mapping: EventSourceMapping) -> str | None:
        """Return what became of the last batch; None for a queue that had none yet."""
        nothing = None if mapping.kind.is_queue else refusals.NOTHING_PROCESSED
        return self._results.get(mapping.uuid, nothing)

    def list(
        self,
        source: str | None = None,
        function: str | None = None,
        limit: int | None = None,
        marker: str | None = None,
    ) -> Page[EventSourceMapping]:
        """Return mappings, those of a source or a function; `limit` is 100 at most.

        A function named without a qualifier stands for all of its versions and aliases.
        """
        arn = None if function is None else function_arn(self.place, function)
        chosen = Names(
            mapping.uuid
            for mapping in self._mappings.values()
            if source in (None, mapping.source)
            and arn in (None, mapping.function, mapping.unqualified_function)
        )
        try:
            page = chosen.page(marker, min(limit or _MOST_LISTED, _MOST_LISTED))
        except ServiceError as error:
            raise refusals.as_lambda_error(error) from error
        return Page([self._mappings[uuid] for uuid in page.items], page.next_token)

    def _report(self, uuid: str, result: str) -> None:
        """Keep what became of the last batch; a problem is logged once, and not as it goes on."""
        if uuid not in self._mappings or self._results.get(uuid) == result:
            return
        self._results[uuid] = result
        if result.startswith("PROBLEM"):
            _log.warning("event source mapping %s: %s", uuid, result)

    def _new(self, parameters: Parameters) -> EventSourceMapping:
        source = parameters.get("EventSourceArn", "")
        kind = kind_of(source)
        if kind is None:
            raise refusals.no_source()
        return EventSourceMapping(
            uuid=self._new_id(),
            source=source,
            kind=kind,
            settings=settings_of(kind, parameters, None, self._most_filters),
            start=start_of(kind, source, parameters),
            function=self._admission.resolve(parameters["FunctionName"]).invoked_arn,
            is_enabled=parameters.get("Enabled", True),
            last_modified=self._clock.now(),
        )

    async def _admit(self, mapping: EventSourceMapping) -> None:
        """Raise `LambdaError` for a mapping that may not be."""
        for other in self._mappings.values():
            is_same = (other.source, other.function) == (mapping.source, mapping.function)
            if is_same and other.uuid != mapping.uuid:
                raise refusals.mapping_exists(mapping, other.uuid)
        await self._admission.check(mapping)

    async def _write(self, mapping: EventSourceMapping, places: Sequence[Change]) -> None:
        def publish() -> None:
            self._mappings[mapping.uuid] = mapping
            self._checkpoints.publish(places)
            self._pollers.follow(mapping)

        changes = [Change(_KIND, mapping.uuid, mapping.to_record()), *places]
        await write_together(self._records, Beside(changes, publish))
