"""`QueueStore` in memory: for tests, and for messages that need not outlive the process."""

import heapq
import itertools
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from eventmatch.queues.model import Received, Sent, Stored
from eventmatch.queues.ports import Counts, Fate, Taken, Taking, fate
from eventmatch.queues.receipt import receipt, receive_of


@dataclass(slots=True)
class _Row:
    stored: Stored
    visible: float
    receive_count: int = 0
    first_received: float = 0.0

    def received(self) -> Received:
        stored = self.stored._replace(visible=self.visible)
        handle = receipt(stored.sequence, self.receive_count)
        return Received(stored, handle, self.receive_count, self.first_received)


@dataclass(slots=True)
class _Queue:
    """The rows by sequence number, in order.

    `groups` may name rows that are gone, except in front. `heads` is a heap of those that no
    earlier row of their group blocks, by the moment they are visible; it may hold outdated pairs.
    """

    rows: dict[int, _Row] = field(default_factory=dict)
    groups: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    heads: list[tuple[float, int]] = field(default_factory=list)
    duplicates: dict[str, tuple[float, Sent]] = field(default_factory=dict)

    def add(self, row: _Row) -> None:
        sequence, group = row.stored.sequence, row.stored.ordered_by
        self.rows[sequence] = row
        if group is not None:
            self.groups[group].append(sequence)
        self._offer(row)

    def remove(self, sequence: int) -> _Row:
        row = self.rows.pop(sequence)
        group = row.stored.ordered_by
        if group is not None:
            waiting = self.groups[group]
            while waiting and waiting[0] not in self.rows:
                waiting.popleft()
            if not waiting:
                del self.groups[group]
            elif waiting[0] > sequence:
                self._offer(self.rows[waiting[0]])
        return row

    def hide(self, row: _Row, visible: float) -> None:
        row.visible = visible
        self._offer(row)

    def receive(self, row: _Row, taking: Taking) -> Received:
        row.first_received = row.first_received or taking.now
        row.receive_count += 1
        self.hide(row, taking.visible)
        return row.received()

    def _offer(self, row: _Row) -> None:
        if self._is_head(row):
            heapq.heappush(self.heads, (row.visible, row.stored.sequence))

    def _is_head(self, row: _Row) -> bool:
        group = row.stored.ordered_by
        return group is None or self.groups[group][0] == row.stored.sequence

    def next_visible(self) -> float | None:
        """Return when the first head is visible, having dropped what is outdated before it."""
        while self.heads:
            visible, sequence = self.heads[0]
            row = self.rows.get(sequence)
            if row is not None and row.visible == visible:
                return visible
            heapq.heappop(self.heads)
        return None

    def candidates(self, now: float, limit: int) -> list[_Row]:
        """Return rows that can be received, each head with those behind it."""
        found: dict[int, _Row] = {}
        passed = []
        while len(found) < limit and self._has_visible(now):
            passed.append(heapq.heappop(self.heads))
            rows = islice(self._behind(passed[-1][1], now), limit - len(found))
            found |= {row.stored.sequence: row for row in rows}
        for head in passed:
            heapq.heappush(self.heads, head)
        return list(found.values())

    def _has_visible(self, now: float) -> bool:
        moment = self.next_visible()
        return moment is not None and moment <= now

    def _behind(self, head: int, now: float) -> Iterator[_Row]:
        row = self.rows[head]
        group = row.stored.ordered_by
        rows = map(self.rows.get, self.groups[group]) if group is not None else iter([row])
        return itertools.takewhile(lambda row: row.visible <= now, filter(None, rows))


class MemoryQueues:
    """`QueueStore` in memory. `check` raises `StoreError` while the store is not open."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._queues: dict[str, _Queue] = defaultdict(_Queue)
        self._sequence = itertools.count(1)

    async def send(
        self, queue: str, messages: Sequence[Stored], duplicates_since: float
    ) -> Sequence[Sent]:
        """Keep messages in order, duplicates left out."""
        self._check()
        own = self._queues[queue]
        return [self._send(own, stored, duplicates_since) for stored in messages]

    async def receive(self, queue: str, taking: Taking) -> Taken:
        """Take messages: hide them, count the receive, and give each a new receipt."""
        self._check()
        own = self._queues[queue]
        moved = 0
        while True:
            rows = own.candidates(taking.now, taking.limit)
            fates = [fate(row.stored.sent, row.receive_count, taking) for row in rows]
            if all(kind is Fate.READY for kind in fates):
                received = [own.receive(row, taking) for row in rows]
                return Taken(received, moved, None if received else own.next_visible())
            for row, kind in zip(rows, fates, strict=True):
                moved += self._drop(queue, row, kind, taking)

    async def delete(self, queue: str, receipts: Sequence[str]) -> Sequence[bool]:
        """Delete received messages; tell for each whether its receipt was the latest."""
        self._check()
        own = self._queues[queue]
        rows = [self._latest(own, handle) for handle in receipts]
        for sequence in {row.stored.sequence for row in rows if row}:
            own.remove(sequence)
        return [row is not None for row in rows]

    async def hide(self, queue: str, receipts: Sequence[str], visible: float) -> Sequence[bool]:
        """Change until when received messages are hidden; tell as `delete` does."""
        self._check()
        own = self._queues[queue]
        rows = [self._latest(own, handle) for handle in receipts]
        for row in filter(None, rows):
            own.hide(row, visible)
        return [row is not None for row in rows]

    async def move(self, source: str, target: str, sequences: Sequence[int], now: float) -> int:
        """Send the messages with these sequence numbers anew to another queue."""
        self._check()
        own = self._queues[source]
        rows = [row for row in map(own.rows.get, sorted(set(sequences))) if row]
        moved = [own.remove(row.stored.sequence) for row in rows if row.visible <= now]
        for row in moved:
            self._add(target, row.stored._replace(sent=now, visible=now, source=None))
        return len(moved)

    async def pick(
        self, queue: str, sequences: Sequence[int], now: float, visible: float
    ) -> Sequence[Received]:
        """Receive the messages with these sequence numbers."""
        self._check()
        own, taking = self._queues[queue], Taking(now, visible, len(sequences), 0.0)
        rows = [row for row in map(own.rows.get, sorted(set(sequences))) if row]
        return [own.receive(row, taking) for row in rows if row.visible <= now]

    async def peek(self, queue: str, after: int, limit: int) -> Sequence[Received]:
        """Return messages behind a sequence number, in order, without receiving them."""
        self._check()
        rows = self._queues[queue].rows
        behind = (row.received() for sequence, row in rows.items() if sequence > after)
        return list(islice(behind, limit))

    async def counts(self, queue: str, now: float) -> Counts:
        """Return how many messages there are."""
        self._check()
        rows = self._queues[queue].rows.values()
        hidden = [row for row in rows if row.visible > now]
        delayed = sum(row.receive_count == 0 for row in hidden)
        return Counts(len(rows) - len(hidden), delayed, len(hidden) - delayed)

    async def expire(self, queue: str, sent_before: float, duplicates_before: float) -> int:
        """Forget messages and deduplication ids of before two moments."""
        self._check()
        own = self._queues[queue]
        old = [sequence for sequence, row in own.rows.items() if row.stored.sent < sent_before]
        for sequence in old:
            own.remove(sequence)
        own.duplicates = {
            key: first for key, first in own.duplicates.items() if first[0] >= duplicates_before
        }
        return len(old)

    async def purge(self, queue: str) -> None:
        """Forget all messages and deduplication ids of a queue."""
        self._check()
        self._queues.pop(queue, None)

    def _send(self, own: _Queue, stored: Stored, duplicates_since: float) -> Sent:
        key = stored.message.deduplication_id
        first = own.duplicates.get(key) if key is not None else None
        if first is not None and first[0] >= duplicates_since:
            return first[1]
        sent = Sent(stored.id, next(self._sequence))
        own.add(_Row(stored._replace(sequence=sent.sequence), stored.visible))
        if key is not None:
            own.duplicates[key] = (stored.sent, sent)
        return sent

    def _add(self, queue: str, stored: Stored) -> None:
        stored = stored._replace(sequence=next(self._sequence))
        self._queues[queue].add(_Row(stored, stored.visible))

    def _drop(self, queue: str, row: _Row, kind: Fate, taking: Taking) -> bool:
        """Remove a message that is not ready; tell whether it moved to the dead letters."""
        if kind is Fate.READY:
            return False
        stored = self._queues[queue].remove(row.stored.sequence).stored
        if kind is Fate.DEAD and taking.redrive:
            target = taking.redrive.dead_letter_queue
            self._add(target, stored._replace(visible=taking.now, source=queue))
        return kind is Fate.DEAD

    def _latest(self, own: _Queue, handle: str) -> _Row | None:
        """Return the row whose latest receive has that receipt."""
        sequence, count = receive_of(handle) or (0, 0)
        row = own.rows.get(sequence)
        return row if row and row.receive_count == count else None
