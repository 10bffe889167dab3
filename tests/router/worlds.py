"""Routers on a clock that stands still, and stores that can be held or fail."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from eventmatch.bus.archive_model import Cursor
from eventmatch.bus.ports import AnyChange, ArchivedEvent, Records
from eventmatch.errors import StoreCode, StoreError
from eventmatch.router.publishing import Accepted
from eventmatch.router.router import Router
from eventmatch.store.memory import MemoryArchives, MemoryStore
from eventmatch.store.port import Store
from eventmatch.testing.clock import VirtualClock, settle

START: Final = 1_767_323_045.0  # 2026-01-02T03:04:05Z


class HeldArchives(MemoryArchives):
    """Archives whose pages are read when they are let; a `fault` makes every write fail."""

    fault: StoreError | None = None
    pages = asyncio.Semaphore(0)

    def let(self, count: int = 1000) -> None:
        """Let so many pages be read."""
        for _ in range(count):
            self.pages.release()

    def hold(self) -> None:
        """Let no page be read from now on."""
        self.pages = asyncio.Semaphore(0)

    async def archived(
        self, name: str, start: float, end: float, after: Cursor | None, limit: int
    ) -> Sequence[tuple[Cursor, ArchivedEvent]]:
        await self.pages.acquire()
        return await super().archived(name, start, end, after, limit)

    async def archive(self, name: str, events: Sequence[ArchivedEvent]) -> None:
        self._fail()
        await super().archive(name, events)

    async def drop_archive(self, name: str) -> None:
        self._fail()
        await super().drop_archive(name)

    def _fail(self) -> None:
        if self.fault:
            raise self.fault


class HeldStore(MemoryStore):
    """A store with such archives, which may be read until they are held."""

    def __init__(self) -> None:
        super().__init__()
        self.archives: HeldArchives = HeldArchives(self._gate)
        self.archives.hold()


class DyingRecords:
    """Records of which so many replays are written; then it is as if the process had ended."""

    def __init__(self, records: Records, left: int) -> None:
        self._records = records
        self._left = left

    async def load(self, kind: str) -> Mapping[str, bytes]:
        return await self._records.load(kind)

    async def read(self, kind: str, key: str) -> bytes | None:
        return await self._records.read(kind, key)

    async def write(self, changes: Sequence[AnyChange]) -> None:
        if any(change.kind == "replay" for change in changes):
            self._left -= 1
            if self._left < 0:
                raise StoreError(StoreCode.CLOSED, "the store is not open")
        await self._records.write(changes)


class DyingStore:
    """A store with such records."""

    def __init__(self, store: Store, left: int) -> None:
        self._store = store
        self.records = DyingRecords(store.records, left)
        self.deliveries = store.deliveries
        self.archives = store.archives
        self.queues = store.queues
        self.schedules = store.schedules
        self.streams = store.streams

    async def open(self) -> None:
        await self._store.open()

    async def close(self) -> None:
        await self._store.close()


class World:
    """A router, a rule for each name in `rules`, and what the function behind each has got."""

    def __init__(self, store: Store | None = None, *, now: float = START, **options: Any) -> None:
        self.clock = VirtualClock(now)
        self.got: dict[str, list[bytes]] = {}
        self.router = Router(store, clock=self.clock, **options)

    def listen(self, rule: str) -> str:
        """Make the function of a rule, and return its ARN."""
        self.got[rule] = []

        async def keep(payload: bytes) -> None:
            self.got[rule].append(payload)

        return self.router.register(rule, keep, raw=True)

    async def put_rule(self, rule: str, pattern: str = '{"source":["shop"]}') -> None:
        await self.router.plane.put_rule(rule, event_pattern=pattern)
        arn = self.listen(rule)
        await self.router.plane.put_targets(rule, [{"Id": "t", "Arn": arn}])

    async def put(self, *numbers: int, step: float = 60.0, **members: Any) -> None:
        """Put an event for each number, which is its detail and so many steps behind START."""
        results = await self.router.put_events(
            {
                "Source": "shop",
                "DetailType": "order",
                "Detail": {"n": number},
                "Time": START + step * number,
                **members,
            }
            for number in numbers
        )
        assert all(isinstance(result, Accepted) for result in results), results

    async def rest(self) -> None:
        await settle()
        await self.router.idle()
        await settle()

    def events(self, rule: str) -> list[dict[str, Any]]:
        return [json.loads(payload) for payload in self.got[rule]]

    def numbers(self, rule: str) -> list[int]:
        """The numbers of the events that a rule got, in order."""
        return sorted(event["detail"]["n"] for event in self.events(rule))
