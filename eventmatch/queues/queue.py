"""`Queues`: queues with the semantics of SQS, over a store.

Meaning: service semantics §7.1; differences: docs/deviations.md. Knows names, not ARNs.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Final

from eventmatch.bus.ports import Change, Records
from eventmatch.clock import Clock
from eventmatch.errors import QueueError
from eventmatch.queues.admission import admitted
from eventmatch.queues.model import Message, QueueSettings, Received, Sent, Stored
from eventmatch.queues.ports import Counts, QueueStore, Taken, Taking
from eventmatch.queues.refusals import invalid_attribute, invalid_parameter, no_queue
from eventmatch.queues.settings import (
    refuse_dead_letters,
    refuse_difference,
    refuse_number,
    refuse_settings,
    settings_of,
    settings_text,
)
from eventmatch.waiting import Bell

DEDUPLICATION_WINDOW: Final = 300.0
LARGEST_LETTER: Final = 1 << 30
_KIND: Final = "queue"
_MOST_RECEIVED: Final = 10
_PAGE: Final = 100
_SWEEP_EVERY: Final = 60.0


class Queues:
    """Queues by name. `open` before use; belongs to one event loop.

    Every method but `create_queue` raises `QueueNotFound` for a name without a queue. What was sent
    is durable when `send` returns.
    """

    def __init__(
        self, store: QueueStore, records: Records, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._store = store
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._queues: dict[str, QueueSettings] = {}
        self._bells: dict[str, Bell] = defaultdict(Bell)
        self._swept: dict[str, float] = {}
        self._control = asyncio.Lock()

    async def open(self) -> None:
        """Read which queues there are."""
        records = await self._records.load(_KIND)
        self._queues = {name: settings_of(text) for name, text in records.items()}

    async def create_queue(self, name: str, settings: QueueSettings | None = None) -> None:
        """Create a queue; one that is there already with the same settings stays as it is."""
        settings = settings or QueueSettings()
        async with self._control:
            if name in self._queues:
                refuse_difference(self._queues[name], settings)
                return
            self._refuse(name, settings)
            await self._store.purge(name)
            await self._write(name, settings)

    async def update_queue(self, name: str, settings: QueueSettings) -> None:
        """Give a queue other settings; whether it is FIFO stays."""
        async with self._control:
            if self.describe_queue(name).fifo != settings.fifo:
                raise invalid_attribute("FifoQueue")
            self._refuse(name, settings)
            await self._write(name, settings)

    def describe_queue(self, name: str) -> QueueSettings:
        """Return the settings of a queue."""
        if name not in self._queues:
            raise no_queue(name)
        return self._queues[name]

    def list_queues(self, prefix: str = "") -> Sequence[str]:
        """Return the names that begin so, sorted."""
        return sorted(name for name in self._queues if name.startswith(prefix))

    def dead_letter_sources(self, name: str) -> Sequence[str]:
        """Return the queues whose dead letters go to that queue, sorted."""
        self.describe_queue(name)
        return sorted(
            source
            for source, settings in self._queues.items()
            if settings.redrive and settings.redrive.dead_letter_queue == name
        )

    async def delete_queue(self, name: str) -> None:
        """Delete a queue with all its messages; who waits for one is told that it is gone."""
        async with self._control:
            self.describe_queue(name)
            await self._records.write([Change(_KIND, name, None)])
            del self._queues[name]
            await self._store.purge(name)
            self._bells[name].ring()

    async def send(self, queue: str, message: Message) -> Sent:
        """Keep a message durably; a duplicate is answered as the first was."""
        answer = (await self.send_batch(queue, [message]))[0]
        if isinstance(answer, QueueError):
            raise answer
        return answer

    async def send_batch(
        self, queue: str, messages: Sequence[Message]
    ) -> Sequence[Sent | QueueError]:
        """Send messages durably in one transaction, in order.

        One that is refused is answered by its `QueueError`, and the others are sent. How many may
        come at once is for those to say who take requests: `refuse_batch`.
        """
        return await self._send(queue, messages, self.describe_queue(queue))

    async def keep_letters(
        self, queue: str, messages: Sequence[Message]
    ) -> Sequence[Sent | QueueError]:
        """Do what `send_batch` does, whatever the size of the messages: they must end somewhere."""
        settings = replace(self.describe_queue(queue), maximum_message_size=LARGEST_LETTER)
        return await self._send(queue, messages, settings)

    async def _send(
        self, queue: str, messages: Sequence[Message], settings: QueueSettings
    ) -> Sequence[Sent | QueueError]:
        now = self._clock.now()
        answers = [self._admit(message, settings, now) for message in messages]
        good = [answer for answer in answers if isinstance(answer, Stored)]
        with self._ringing(queue):
            since = now - DEDUPLICATION_WINDOW
            sent = iter(await self._store.send(queue, good, since) if good else ())
        return [next(sent) if isinstance(answer, Stored) else answer for answer in answers]

    async def receive(
        self,
        queue: str,
        limit: int = 1,
        *,
        visibility_timeout: int | None = None,
        wait: int | None = None,
        waiting: AbstractContextManager[object] | None = None,
    ) -> Sequence[Received]:
        """Take up to `limit` messages, 1 to 10, and hide them from other receivers.

        Where there are none, it waits so many seconds for one, within the context `waiting` if
        there is one. None takes what the queue says.
        """
        settings = self.describe_queue(queue)
        timeout = settings.visibility_timeout if visibility_timeout is None else visibility_timeout
        wait = settings.receive_wait_time if wait is None else wait
        _refuse_receive(limit, timeout, wait)
        until = self._clock.now() + wait
        await self._sweep(queue, settings)
        if not wait:
            return (await self._take(queue, limit, timeout)).received
        return await self._take_or_wait(queue, limit, timeout, until, waiting or nullcontext())

    async def delete(self, queue: str, receipts: Sequence[str]) -> Sequence[bool]:
        """Delete received messages durably.

        Tell for each whether it was done: a receipt is stale when the message was received again,
        is gone, or the receipt is none of this queue.
        """
        if not self.describe_queue(queue).fifo:
            return await self._store.delete(queue, receipts)
        with self._ringing(queue):
            return await self._store.delete(queue, receipts)

    async def change_visibility(
        self, queue: str, receipts: Sequence[str], timeout: int
    ) -> Sequence[bool]:
        """Hide received messages for so many seconds from now, 0 to 43,200; tell as `delete`."""
        self.describe_queue(queue)
        refuse_number("visibility_timeout", timeout, "VisibilityTimeout")
        with self._ringing(queue):
            return await self._store.hide(queue, receipts, self._clock.now() + timeout)

    async def counts(self, queue: str) -> Counts:
        """Return how many messages are visible, delayed and in flight."""
        await self._sweep(queue, self.describe_queue(queue))
        return await self._store.counts(queue, self._clock.now())

    async def peek(self, queue: str, *, after: int = 0, limit: int = 10) -> Sequence[Received]:
        """Return messages in the order of sending, behind a sequence number, as they are."""
        self.describe_queue(queue)
        return await self._store.peek(queue, after, limit)

    async def pick(
        self, queue: str, sequences: Sequence[int], *, visibility_timeout: int
    ) -> Sequence[Received]:
        """Receive chosen messages by their sequence numbers, but for those that are in flight."""
        self.describe_queue(queue)
        now = self._clock.now()
        return await self._store.pick(queue, sequences, now, now + visibility_timeout)

    async def purge(self, queue: str) -> None:
        """Forget all messages of a queue."""
        self.describe_queue(queue)
        await self._store.purge(queue)

    async def redrive(self, queue: str, target: str | None = None, *, limit: int = 100) -> int:
        """Send up to `limit` messages of a dead-letter queue anew: to the queue they came from.

        Or to `target`, if there is one. Messages in flight stay, and those whose source is not
        known or gone. Return how many were moved: 0 when there is nothing left to do. Whoever
        wants a rate calls it at that rate.
        """
        fifo = self.describe_queue(queue).fifo
        if target is not None and (target == queue or self.describe_queue(target).fifo != fifo):
            reason = "Must be another queue of same type as the source."
            raise invalid_parameter(target, "DestinationArn", reason)
        moved = after = 0
        while moved < limit and (page := await self._store.peek(queue, after, _PAGE)):
            moved += await self._redrive(queue, page, target, limit - moved)
            after = page[-1].stored.sequence
        return moved

    async def expire(self) -> int:
        """Forget what is older than the retention of its queue; return how many messages."""
        names = self.list_queues()
        return sum([await self._expire(name) for name in names if name in self._queues])

    def _refuse(self, name: str, settings: QueueSettings) -> None:
        refuse_settings(name, settings)
        refuse_dead_letters(name, settings, self._queues)

    async def _write(self, name: str, settings: QueueSettings) -> None:
        await self._records.write([Change(_KIND, name, settings_text(settings))])
        self._queues[name] = settings

    def _admit(self, message: Message, settings: QueueSettings, now: float) -> Stored | QueueError:
        try:
            return admitted(message, settings, self._new_id(), now)
        except QueueError as error:
            return error

    async def _take(self, queue: str, limit: int, timeout: int) -> Taken:
        settings, now = self.describe_queue(queue), self._clock.now()
        redrive = settings.redrive
        if redrive and redrive.dead_letter_queue not in self._queues:
            redrive = None
        taking = Taking(now, now + timeout, limit, now - settings.retention, redrive)
        taken = await self._store.receive(queue, taking)
        if taken.moved and redrive:
            self._bells[redrive.dead_letter_queue].ring()
        return taken

    async def _take_or_wait(
        self,
        queue: str,
        limit: int,
        timeout: int,
        until: float,
        waiting: AbstractContextManager[object],
    ) -> Sequence[Received]:
        bell = self._bells[queue]
        try:
            while True:
                rings = bell.rings
                taken = await self._take(queue, limit, timeout)
                if taken.received or self._clock.now() >= until:
                    return taken.received
                moment = min(until, taken.next_visible or until)
                with waiting:
                    await bell.wait(rings, self._clock, moment)
        finally:
            bell.ring()

    async def _redrive(
        self, queue: str, page: Sequence[Received], target: str | None, limit: int
    ) -> int:
        moved = 0
        for name, sequences in self._by_target(page, target).items():
            chosen = sequences[: limit - moved]
            with self._ringing(name):
                moved += await self._store.move(queue, name, chosen, self._clock.now())
        return moved

    def _by_target(
        self, page: Sequence[Received], target: str | None
    ) -> Mapping[str, Sequence[int]]:
        targets = defaultdict[str, list[int]](list)
        for received in page:
            name = target or received.stored.source
            if name in self._queues:
                targets[name].append(received.stored.sequence)
        return targets

    @contextmanager
    def _ringing(self, queue: str) -> Iterator[None]:
        """Wake who waits, also where the caller gave up: what it asked for is done all the same."""
        try:
            yield
        finally:
            self._bells[queue].ring()

    async def _sweep(self, queue: str, settings: QueueSettings) -> None:
        """Expire a queue now and then, so that a receive seldom meets what is too old."""
        now = self._clock.now()
        if now >= self._swept.get(queue, 0.0):
            self._swept[queue] = now + min(_SWEEP_EVERY, settings.retention)
            await self._expire(queue)

    async def _expire(self, queue: str) -> int:
        now, expired = self._clock.now(), 0
        before = now - self.describe_queue(queue).retention
        while some := await self._store.expire(queue, before, now - DEDUPLICATION_WINDOW):
            expired += some
        return expired


def _refuse_receive(limit: int, timeout: int, wait: int) -> None:
    if not 1 <= limit <= _MOST_RECEIVED:
        reason = f"Must be between 1 and {_MOST_RECEIVED}, if provided."
        raise invalid_parameter(limit, "MaxNumberOfMessages", reason)
    refuse_number("visibility_timeout", timeout, "VisibilityTimeout")
    refuse_number("receive_wait_time", wait, "WaitTimeSeconds")
