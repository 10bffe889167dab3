"""What buses need of the store: records of the control plane, and archived events."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from eventmatch.schedule.ports import ScheduleChange


class Change(NamedTuple):
    """What becomes of one record: its new value, or None where it goes.

    A value is JSON text, but for archives of code, which are kept as they are.
    """

    kind: str
    key: str
    value: bytes | None


AnyChange = Change | ScheduleChange
"""A change of a record, or of a schedule that changes together with it."""


class Records(Protocol):
    """Small documents by kind and key; a method that raises `StoreError` has changed nothing."""

    async def load(self, kind: str) -> Mapping[str, bytes]:
        """Return all records of a kind by their keys."""

    async def read(self, kind: str, key: str) -> bytes | None:
        """Return one record; None if it is not there."""

    async def write(self, changes: Sequence[AnyChange]) -> None:
        """Make all the changes durable, or none."""


class ArchivedEvent(NamedTuple):
    """An event in an archive: its envelope, the moment of the event and that of its ingestion."""

    body: bytes
    time: float
    ingested: float


class ArchiveStore(Protocol):
    """Keeps the events of archives. Each method raises `StoreError`, and then changed nothing."""

    async def archive(self, name: str, events: Sequence[ArchivedEvent]) -> None:
        """Keep events durably in an archive."""

    async def archived(
        self, name: str, start: float, end: float, after: tuple[float, int] | None, limit: int
    ) -> Sequence[tuple[tuple[float, int], ArchivedEvent]]:
        """Return events whose time is in [start, end), in order of time, each with its place.

        `after` is the place of the last one seen; None to begin.
        """

    async def archive_size(self, name: str) -> tuple[int, int]:
        """Return how many events an archive has, and the bytes of their envelopes."""

    async def expire(self, name: str, before: float) -> None:
        """Forget what was ingested before a moment."""

    async def drop_archive(self, name: str) -> None:
        """Forget all events of an archive."""
