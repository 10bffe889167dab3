"""`MemoryStore`: everything in dicts, for tests and for what need not outlive the process."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from eventmatch.bus.ports import AnyChange, ArchivedEvent
from eventmatch.delivery.model import Delivery, Event, Retry, event_of
from eventmatch.schedule.ports import ScheduleChange
from eventmatch.store.gate import Gate
from eventmatch.store.memory_queues import MemoryQueues
from eventmatch.store.memory_schedules import MemorySchedules
from eventmatch.store.memory_streams import MemoryStreams

Place = tuple[float, int]


class MemoryDeliveries:
    """`DeliveryStore` in memory. What waits in a lane is kept sorted by due and id."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._lanes: dict[bytes, int] = {}
        self._next_id = 1
        self._deliveries: dict[int, Delivery] = {}
        self._left: Counter[int] = Counter()
        self._waiting: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)

    async def lane(self, description: bytes) -> int:
        """Return the number of the lane with that description, the same for the same bytes."""
        self._gate.check()
        return self._lanes.setdefault(bytes(description), len(self._lanes) + 1)

    def reserve(self, count: int) -> int:
        """Return the first of so many ids, one behind the other, that no other event gets."""
        self._gate.check()
        first = self._next_id
        self._next_id += count
        return first

    async def append(self, events: Sequence[Event], deliveries: Sequence[Delivery]) -> None:
        """Keep events with their deliveries; an id that is there already is a `ValueError`."""
        self._gate.check()
        by_id = {event.id: event for event in events}
        new = {one.id: one for one in deliveries}
        if len(new) < len(deliveries) or not by_id.keys().isdisjoint(self._left):
            raise ValueError("an id is there already")
        if not by_id.keys() >= {event_of(number) for number in new}:
            raise ValueError("a delivery comes without its event")
        for delivery in new.values():
            event = event_of(delivery.id)
            self._left[event] += 1
            self._keep(delivery._replace(event=by_id[event]))

    async def settle(self, done: Sequence[int], again: Sequence[Retry]) -> None:
        """Forget deliveries that have ended, and let others wait for their next attempt."""
        self._gate.check()
        for retry in again:
            if delivery := self._take(retry.id):
                self._keep(delivery._replace(attempts=retry.attempts, due=retry.due))
        for number in done:
            if self._take(number):
                event = event_of(number)
                self._left[event] -= 1
                if not self._left[event]:
                    del self._left[event]

    async def waiting(self, lane: int, until: float, limit: int) -> Sequence[Delivery]:
        """Return the deliveries of a lane that are due by a moment, the longest due first."""
        self._gate.check()
        due = self._waiting[lane]
        end = min(limit, bisect_right(due, until, key=_moment))
        return [self._deliveries[number] for _, number in due[:end]]

    async def next_due(self, lane: int, after: float) -> float | None:
        """Return the first moment behind another at which a waiting delivery of a lane is due."""
        self._gate.check()
        due = self._waiting[lane]
        at = bisect_right(due, after, key=_moment)
        return due[at][0] if at < len(due) else None

    async def recover(self) -> Mapping[int, bytes]:
        """Let everything that was on its way wait, due at once; return the lanes that have any."""
        self._gate.check()
        for delivery in [one for one in self._deliveries.values() if one.due is None]:
            self._keep(delivery._replace(due=0.0))
        return {lane: text for text, lane in self._lanes.items() if self._waiting[lane]}

    async def backlog(self) -> Mapping[int, int]:
        """Return how many deliveries each lane has that are not settled."""
        self._gate.check()
        return Counter(delivery.lane for delivery in self._deliveries.values())

    def _keep(self, delivery: Delivery) -> None:
        self._deliveries[delivery.id] = delivery
        if delivery.due is not None:
            insort(self._waiting[delivery.lane], (delivery.due, delivery.id))

    def _take(self, number: int) -> Delivery | None:
        delivery = self._deliveries.pop(number, None)
        if delivery is not None and delivery.due is not None:
            waiting = self._waiting[delivery.lane]
            del waiting[bisect_left(waiting, (delivery.due, number))]
        return delivery


class MemoryRecords:
    """`Records` in memory, with the schedules that change together with them."""

    def __init__(self, gate: Gate, schedules: MemorySchedules) -> None:
        self._gate = gate
        self._schedules = schedules
        self._kinds: defaultdict[str, dict[str, bytes]] = defaultdict(dict)

    async def load(self, kind: str) -> Mapping[str, bytes]:
        """Return all records of a kind by their keys."""
        self._gate.check()
        return dict(self._kinds[kind])

    async def read(self, kind: str, key: str) -> bytes | None:
        """Return one record; None if it is not there."""
        self._gate.check()
        return self._kinds[kind].get(key)

    async def write(self, changes: Sequence[AnyChange]) -> None:
        """Make all the changes, or none."""
        self._gate.check()
        for change in changes:
            if isinstance(change, ScheduleChange):
                self._schedules.change(change)
            elif change.value is None:
                self._kinds[change.kind].pop(change.key, None)
            else:
                self._kinds[change.kind][change.key] = change.value


class MemoryArchives:
    """`ArchiveStore` in memory: the events of each archive, sorted by their place."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._count = 0
        self._archives: defaultdict[str, list[tuple[Place, ArchivedEvent]]] = defaultdict(list)

    async def archive(self, name: str, events: Sequence[ArchivedEvent]) -> None:
        """Keep events in an archive."""
        self._gate.check()
        for event in events:
            self._count += 1
            insort(self._archives[name], ((event.time, self._count), event))

    async def archived(
        self, name: str, start: float, end: float, after: Place | None, limit: int
    ) -> Sequence[tuple[Place, ArchivedEvent]]:
        """Return events whose time is in [start, end), in order of time, each with its place."""
        self._gate.check()
        events = self._archives[name]
        behind = max((start, 0), after or (start, 0))
        first = bisect_right(events, behind, key=_place)
        last = bisect_left(events, (end, 0), key=_place)
        return events[first : min(last, first + limit)]

    async def archive_size(self, name: str) -> tuple[int, int]:
        """Return how many events an archive has, and the bytes of their envelopes."""
        self._gate.check()
        events = self._archives[name]
        return len(events), sum(len(event.body) for _, event in events)

    async def expire(self, name: str, before: float) -> None:
        """Forget what was ingested before a moment."""
        self._gate.check()
        self._archives[name] = [
            entry for entry in self._archives[name] if entry[1].ingested >= before
        ]

    async def drop_archive(self, name: str) -> None:
        """Forget all events of an archive."""
        self._gate.check()
        self._archives.pop(name, None)


def _moment(entry: tuple[float, int]) -> float:
    return entry[0]


def _place(entry: tuple[Place, ArchivedEvent]) -> Place:
    return entry[0]


class MemoryStore:
    """A `Store` without a file: what it holds outlives `close`, and goes with the object."""

    def __init__(self) -> None:
        self._gate = Gate()
        self.deliveries = MemoryDeliveries(self._gate)
        self.schedules = MemorySchedules(self._gate.check, self.deliveries)
        self.records = MemoryRecords(self._gate, self.schedules)
        self.archives = MemoryArchives(self._gate)
        self.queues = MemoryQueues(self._gate.check)
        self.streams = MemoryStreams(self._gate.check)

    async def open(self) -> None:
        """Make the store ready."""
        self._gate.is_open = True

    async def close(self) -> None:
        """Let go; what comes later is refused."""
        self._gate.is_open = False
