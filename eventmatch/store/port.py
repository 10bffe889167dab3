"""All that a store is."""

from typing import Protocol

from eventmatch.bus.ports import ArchiveStore, Records
from eventmatch.delivery.ports import DeliveryStore
from eventmatch.queues.ports import QueueStore
from eventmatch.schedule.ports import ScheduleStore
from eventmatch.streams.ports import StreamStore


class Store(Protocol):
    """One place for everything that outlives the process."""

    @property
    def deliveries(self) -> DeliveryStore:
        """What was accepted and is not settled."""

    @property
    def records(self) -> Records:
        """The control plane."""

    @property
    def archives(self) -> ArchiveStore:
        """The events of archives."""

    @property
    def queues(self) -> QueueStore:
        """The messages of embedded queues."""

    @property
    def schedules(self) -> ScheduleStore:
        """When schedules fire next."""

    @property
    def streams(self) -> StreamStore:
        """The records of embedded streams."""

    async def open(self) -> None:
        """Make the store ready; raises `StoreError`."""

    async def close(self) -> None:
        """Finish what is being written and let go."""
