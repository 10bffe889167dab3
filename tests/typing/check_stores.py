"""What must type-check: the stores have the ports that the parts above them need."""

from eventmatch.bus.ports import ArchiveStore, Records
from eventmatch.delivery.ports import DeliveryStore
from eventmatch.schedule.ports import ScheduleStore
from eventmatch.store.memory import MemoryStore
from eventmatch.store.sqlite import SqliteStore
from eventmatch.streams.ports import StreamStore

deliveries: tuple[DeliveryStore, ...] = (
    MemoryStore().deliveries,
    SqliteStore("events.db").deliveries,
)
records: tuple[Records, ...] = (MemoryStore().records, SqliteStore("events.db").records)
archives: tuple[ArchiveStore, ...] = (MemoryStore().archives, SqliteStore("events.db").archives)
schedules: tuple[ScheduleStore, ...] = (MemoryStore().schedules, SqliteStore("events.db").schedules)
streams: tuple[StreamStore, ...] = (MemoryStore().streams, SqliteStore("events.db").streams)
