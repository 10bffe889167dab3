"""Large archives go in portions."""

from pathlib import Path

from eventmatch.bus.ports import ArchivedEvent
from eventmatch.store.sqlite import SqliteStore
from tests.loops import in_loop


@in_loop
async def test_large_archives_expire_and_go(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "events.db", synchronous="normal")
    await store.open()
    events = [ArchivedEvent(b"{}", float(number), float(number)) for number in range(12_000)]
    for name in ("one", "two"):
        await store.archives.archive(name, events)
    await store.archives.expire("one", 11_000.0)
    assert await store.archives.archive_size("one") == (1_000, 2_000)
    await store.archives.drop_archive("two")
    count = await store.database.read(
        lambda connection: connection.execute("SELECT count(*) FROM archived").fetchone()[0]
    )
    assert count == 1_000
    await store.close()
