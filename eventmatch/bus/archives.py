"""Archives: what a bus keeps of its events. Meaning: service reference §5.

An archive is filled by a managed rule, so that archiving is durable, is retried, and holds up no
other target. Whether an archive keeps events is not written down: it does if its rule is there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from eventmatch.bus import refusals
from eventmatch.bus.archive_model import Archive, ArchiveState, Cursor
from eventmatch.bus.archive_rule import MANAGER, archive_rule, check_archive_pattern, fills
from eventmatch.bus.arguments import checked
from eventmatch.bus.arn import DEFAULT_BUS, Arn
from eventmatch.bus.model import Rule
from eventmatch.bus.paging import Names, Page
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.ports import ArchivedEvent, ArchiveStore, Change, Records
from eventmatch.bus.registry import Beside, read_record
from eventmatch.bus.rules import check_rule, check_schedule
from eventmatch.bus.shapes import ARCHIVE_NAME, ARCHIVE_STATE, ARN, SOURCE_ARN
from eventmatch.errors import StoreError

# The seconds between two looks for events whose days are over.
EXPIRY_PERIOD: Final = 3600.0

_ARCHIVE: Final = "archive"
# The keys of archives that were deleted and whose events may still be there.
_LEFTOVER: Final = "archive-leftover"

_log: Final = logging.getLogger("eventmatch.bus")

Settled = Callable[[Iterable[int]], Awaitable[None]]
"""Returns when what is on its way to these lanes has been tried, as `Dispatcher.settled` does."""


class ArchiveStatus(NamedTuple):
    """An archive, whether it keeps events and why not, and how much it has."""

    archive: Archive
    state: ArchiveState
    state_reason: str | None
    event_count: int
    size_bytes: int


class ArchivePage(NamedTuple):
    """Some events of an archive, and the place of the last that was seen; None behind the end."""

    events: Sequence[ArchivedEvent]
    last: Cursor | None


class Archives:
    """The archives of the buses of a control plane.

    An operation is durable and visible when it returns; one that raises has changed nothing. It
    raises `ServiceError` for what AWS refuses, and `StoreError`. The lock of the plane keeps
    writers apart.
    """

    def __init__(
        self,
        plane: ControlPlane,
        records: Records,
        store: ArchiveStore,
        *,
        new_id: Callable[[], str],
        settled: Settled,
    ) -> None:
        self._place = plane.place
        self._quotas = plane.quotas
        self._registry = plane.registry
        self._records = records
        self._store = store
        self._clock = plane.clock
        self._new_id = new_id
        self._settled = settled
        self._archives: dict[str, Archive] = {}
        self._expiry: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read all records, and begin to look for events whose days are over."""
        for name, record in (await self._records.load(_ARCHIVE)).items():
            self._archives[name] = read_record(Archive.from_record, name, record)
        for key in await self._records.load(_LEFTOVER):
            await self._drop(key)
        self._watch()

    async def stop(self) -> None:
        """Leave the archives as they are."""
        if self._expiry is not None:
            self._expiry.cancel()
            await asyncio.gather(self._expiry, return_exceptions=True)
            self._expiry = None

    @checked(name=ARCHIVE_NAME, event_bus_name=ARN)
    async def create_archive(
        self,
        name: str,
        *,
        event_bus_name: str = DEFAULT_BUS,
        event_pattern: str | None = None,
        retention_days: int = 0,
        description: str | None = None,
        kms_key_identifier: str | None = None,
    ) -> Archive:
        """Keep the events of a bus, told by name or ARN, that match a pattern, or all of them.

        They are kept for so many days behind their ingestion; 0 is for ever.
        """
        _check_source(event_bus_name)
        async with self._registry.lock:
            if name in self._archives:
                raise refusals.archive_exists(name)
            bus = self._registry.home(event_bus_name).bus
            archive = Archive(
                name=name,
                id=self._new_id(),
                arn=self._place.archive(name),
                bus=bus.name,
                source=bus.arn,
                created=self._clock.now(),
                retention_days=retention_days,
                event_pattern=event_pattern or None,
                description=description or None,
                kms_key_identifier=kms_key_identifier or None,
            )
            return await self._put(archive)

    @checked(name=ARCHIVE_NAME)
    async def update_archive(
        self,
        name: str,
        *,
        event_pattern: str | None = None,
        retention_days: int | None = None,
        description: str | None = None,
        kms_key_identifier: str | None = None,
    ) -> Archive:
        """Change what is given, where an empty text clears; the archive keeps events again."""
        if event_pattern is None and retention_days is None and description is None:
            raise refusals.no_archive_changes()
        async with self._registry.lock:
            old = self.archive(name)
            days = old.retention_days if retention_days is None else retention_days
            archive = replace(
                old,
                retention_days=days,
                event_pattern=_updated(old.event_pattern, event_pattern),
                description=_updated(old.description, description),
                kms_key_identifier=_updated(old.kms_key_identifier, kms_key_identifier),
            )
            return await self._put(archive)

    @checked(name=ARCHIVE_NAME)
    async def describe_archive(self, name: str) -> ArchiveStatus:
        """Return an archive as it is now; what was put before counts."""
        return await self._status(self.archive(name))

    @checked(name_prefix=ARCHIVE_NAME, event_source_arn=SOURCE_ARN, state=ARCHIVE_STATE)
    async def list_archives(
        self,
        *,
        name_prefix: str | None = None,
        event_source_arn: str | None = None,
        state: ArchiveState | None = None,
        limit: int | None = None,
        next_token: str | None = None,
    ) -> Page[ArchiveStatus]:
        """Return archives by name, of one prefix, bus or state; `limit` is 100 at most."""
        if sum(each is not None for each in (name_prefix, event_source_arn, state)) > 1:
            raise refusals.two_filters("ListArchives")
        chosen = Names(
            archive.name
            for archive in self._archives.values()
            if event_source_arn in (None, archive.source) and state in (None, self._state(archive))
        )
        page = chosen.page(next_token, limit, name_prefix)
        found = [await self._status(self._archives[name]) for name in page.items]
        return Page(found, page.next_token)

    @checked(name=ARCHIVE_NAME)
    async def delete_archive(self, name: str) -> None:
        """Forget an archive with its events."""
        async with self._registry.lock:
            archive = self.archive(name)
            changes = [Change(_ARCHIVE, name, None), Change(_LEFTOVER, archive.key, b"{}")]
            gone = Beside(changes, lambda: self._archives.pop(name))
            rule = self._rule(archive)
            if rule is not None and rule.managed_by == MANAGER:
                await self._registry.delete_rule(rule, gone)
            else:
                await self._registry.write(gone)
        await self._drop(archive.key)

    def archive(self, name: str) -> Archive:
        """Return an archive; raises `ServiceError` if it is not there."""
        archive = self._archives.get(name)
        if archive is None:
            raise refusals.no_archive(name)
        return archive

    def exists(self, name: str) -> bool:
        """Whether there is an archive with that name."""
        return name in self._archives

    def find(self, key: str) -> Archive | None:
        """Return the archive with that key; None if it is not there, or not any more."""
        archive = self._archives.get(key.rpartition(":")[0])
        return archive if archive and archive.key == key else None

    def check_destination(self, arn: str) -> None:
        """Raise `ServiceError` if an ARN is not that of a bus, or there is no such bus."""
        parsed = Arn.parse(arn)
        if parsed is None or not parsed.resource.startswith("event-bus/"):
            raise refusals.no_replay_destination()
        self._registry.home(arn)

    async def keep(self, key: str, events: Sequence[ArchivedEvent]) -> None:
        """Keep events durably in the archive with that key; one that is not there keeps nothing."""
        if self.find(key):
            await self._store.archive(key, events)
        if not self.find(key):  # perhaps it was deleted meanwhile
            await self._store.drop_archive(key)

    async def read(
        self, archive: Archive, start: float, end: float, after: Cursor | None, limit: int
    ) -> ArchivePage:
        """Return up to so many events whose time is in [start, end), those behind a place.

        To begin with (None), what was put before is there.
        """
        if after is None:
            await self._settle(archive)
        found = await self._store.archived(archive.key, start, end, after, limit)
        kept_since = archive.kept_since(self._clock.now())
        events = [event for _, event in found if event.ingested >= kept_since]
        return ArchivePage(events, found[-1][0] if found else None)

    async def _put(self, archive: Archive) -> Archive:
        """Write an archive together with its rule."""
        check_archive_pattern(archive.event_pattern, self._quotas)
        home, rule = self._registry.home(archive.bus), archive_rule(archive, self._place)
        old = home.rule(rule.name)
        if old is not None and old.managed_by != MANAGER:
            raise refusals.archive_rule_exists(rule.name)
        home.check_room(rule, check_rule(rule, self._quotas, check_schedule), self._quotas)
        change = Change(_ARCHIVE, archive.name, archive.to_record())
        beside = Beside([change], lambda: self._archives.update({archive.name: archive}))
        await self._registry.store_rule(rule, beside)
        self._watch()
        return archive

    def _rule(self, archive: Archive) -> Rule | None:
        home = self._registry.find(archive.bus)
        return home.rule(archive.rule_name) if home else None

    def _state(self, archive: Archive) -> ArchiveState:
        is_filled = fills(self._rule(archive), archive)
        return ArchiveState.ENABLED if is_filled else ArchiveState.DISABLED

    async def _status(self, archive: Archive) -> ArchiveStatus:
        await self._settle(archive)
        count, size = await self._store.archive_size(archive.key)
        state = self._state(archive)
        reason = None if state is ArchiveState.ENABLED else refusals.RULE_DELETED
        return ArchiveStatus(archive, state, reason, count, size)

    async def _settle(self, archive: Archive) -> None:
        home = self._registry.find(archive.bus)
        route = home.routes.route(archive.rule_name) if home else None
        if route is not None:
            await self._settled(route.lanes)

    async def _drop(self, key: str) -> None:
        """Forget the events of an archive that is gone, now or behind the next start."""
        try:
            await self._store.drop_archive(key)
            await self._records.write([Change(_LEFTOVER, key, None)])
        except StoreError as error:
            _log.error("archive %s: its events could not be deleted: %s", key, error)

    def _watch(self) -> None:
        """Look for what is over from now on, if anything ever will be."""
        if self._expiry is None and self._retaining():
            self._expiry = asyncio.create_task(self._expire())

    def _retaining(self) -> Sequence[Archive]:
        return [archive for archive in self._archives.values() if archive.retention_days]

    async def _expire(self) -> None:
        while archives := self._retaining():
            for archive in archives:
                try:
                    before = archive.kept_since(self._clock.now())
                    await self._store.expire(archive.key, before)
                except StoreError as error:
                    _log.error("archive %s: nothing could be expired: %s", archive.name, error)
            await self._clock.sleep_until(self._clock.now() + EXPIRY_PERIOD)
        self._expiry = None


def _updated(old: str | None, new: str | None) -> str | None:
    """Return the new text, where there is one; an empty one clears."""
    return old if new is None else new or None


def _check_source(bus: str) -> None:
    """Raise `ServiceError` for the ARN of anything but a bus."""
    arn = Arn.parse(bus)
    if arn is not None and not arn.resource.startswith("event-bus/"):
        raise refusals.no_archive_source()
