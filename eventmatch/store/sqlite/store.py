"""`SqliteStore`: everything that outlives the process, in one file."""

from os import PathLike
from typing import Final

from eventmatch.store.sqlite import archives, deliveries, queues, records, schedules, streams
from eventmatch.store.sqlite.archives import SqliteArchives
from eventmatch.store.sqlite.database import Database, Synchronous
from eventmatch.store.sqlite.deliveries import SqliteDeliveries
from eventmatch.store.sqlite.migration import Migrations
from eventmatch.store.sqlite.queues import SqliteQueues
from eventmatch.store.sqlite.records import SqliteRecords
from eventmatch.store.sqlite.schedules import SqliteSchedules
from eventmatch.store.sqlite.streams import SqliteStreams

# What each facet keeps, in the order in which it came to the file: append, never change.
MIGRATIONS: Final[Migrations] = (
    records.TABLES,
    deliveries.TABLES,
    archives.TABLES,
    queues.TABLES,
    schedules.TABLES,
    streams.TABLES,
)


class SqliteStore:
    """A `Store` in the file at `path`, which one process has open at a time.

    `synchronous` says what a write that has returned survives: "full" a loss of power, "normal"
    the end of the process, however sudden.
    """

    def __init__(self, path: str | PathLike[str], *, synchronous: Synchronous = "full") -> None:
        self.database = Database(path, MIGRATIONS, synchronous=synchronous)
        self.records = SqliteRecords(self.database)
        self.deliveries = SqliteDeliveries(self.database)
        self.archives = SqliteArchives(self.database)
        self.queues = SqliteQueues(self.database)
        self.schedules = SqliteSchedules(self.database)
        self.streams = SqliteStreams(self.database)

    async def open(self) -> None:
        """Make the store ready; raises `StoreError`."""
        await self.database.open()
        try:
            await self.deliveries.open()
        except BaseException:
            await self.database.close()
            raise

    async def close(self) -> None:
        """Finish what is being written and let go."""
        self.deliveries.close()
        await self.database.close()
