"""What a file must be to become a store, and what is said of one that is not."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from eventmatch.bus.ports import Change
from eventmatch.errors import StoreCode, StoreError
from eventmatch.store.sqlite import SqliteStore
from tests.loops import in_loop
from tests.store.running import accept

# A file as the first version made it, with one record.
VERSION_1 = """
CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (kind, key)) WITHOUT ROWID;
INSERT INTO records VALUES ('rule', 'a', x'7b7d');
PRAGMA application_id = 0x65766d74;
PRAGMA user_version = 1;
"""


def run_script(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


def refusal(path: Path) -> StoreError:
    """Return why the file cannot be opened."""
    with pytest.raises(StoreError) as caught:
        asyncio.run(SqliteStore(path).open())
    assert str(path) in str(caught.value)
    return caught.value


@in_loop
async def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    run_script(tmp_path / "events.db", VERSION_1)
    for _ in range(2):
        store = SqliteStore(tmp_path / "events.db")
        await store.open()
        assert await store.records.load("rule") == {"a": b"{}"}
        await accept(store, [await store.deliveries.lane(b"one")])
        await store.close()


def test_a_newer_file_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    run_script(path, VERSION_1 + "PRAGMA user_version = 99;")
    before = path.read_bytes()
    error = refusal(path)
    assert error.code is StoreCode.NEWER
    assert "99" in error.message
    assert "upgrade" in error.message
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    run_script(path, "CREATE TABLE people (name TEXT)")
    before = path.read_bytes()
    assert refusal(path).code is StoreCode.CORRUPT
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"not a database " * 100)
    assert refusal(path).code is StoreCode.CORRUPT
    assert path.read_bytes() == b"not a database " * 100


@in_loop
async def test_a_damaged_file_is_told_when_the_damage_is_met(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    store = SqliteStore(path)
    await store.open()
    await store.records.write([Change("rule", str(n), b"x" * 1000) for n in range(100)])
    await store.close()
    content = path.read_bytes()
    path.write_bytes(content[: 4096 * 20] + b"\xff" * (len(content) - 4096 * 20))
    await store.open()
    with pytest.raises(StoreError, match=r"events\.db") as caught:
        await store.records.load("rule")
    assert caught.value.code is StoreCode.CORRUPT
    await store.close()


def test_an_old_sqlite_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 26, 0))
    error = refusal(tmp_path / "events.db")
    assert error.code is StoreCode.UNREADABLE
    assert "3.33.0" in error.message
    assert list(tmp_path.iterdir()) == []


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    error = refusal(tmp_path / "missing" / "events.db")
    assert error.code is StoreCode.UNREADABLE
    assert "No such file or directory" in error.message


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "events.db").mkdir()
    assert refusal(tmp_path / "events.db").code is StoreCode.UNREADABLE


@in_loop
async def test_a_file_has_one_store_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    (tmp_path / "link.db").symlink_to(path)
    store = SqliteStore(path)
    await store.open()
    for name in (path, tmp_path / "link.db"):
        with pytest.raises(StoreError, match=r"events\.db is in use") as caught:
            await SqliteStore(name).open()
        assert caught.value.code is StoreCode.LOCKED
    await store.records.write([Change("rule", "a", b"{}")])
    await store.close()
    other = SqliteStore(path)
    await other.open()
    assert await other.records.load("rule") == {"a": b"{}"}
    await other.close()


@in_loop
async def test_a_file_that_another_process_has_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    command = [sys.executable, "-m", "tests.store.sqlite.child", str(path), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        with pytest.raises(StoreError) as caught:
            await SqliteStore(path).open()
        child.kill()
    assert caught.value.code is StoreCode.LOCKED
    store = SqliteStore(path)
    await store.open()
    await store.close()


@in_loop
async def test_a_tool_that_locks_the_file_is_told_and_then_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    store = SqliteStore(path)
    await store.open()
    await store.database.write(lambda connection: connection.execute("PRAGMA busy_timeout = 0"))
    tool = sqlite3.connect(path, isolation_level=None)
    tool.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(StoreError) as caught:
            await store.records.write([Change("rule", "a", b"{}")])
        assert caught.value.code is StoreCode.LOCKED
    tool.execute("COMMIT")
    tool.close()
    await store.records.write([Change("rule", "a", b"{}")])
    await store.close()


@in_loop
async def test_a_failed_opening_leaves_the_file_free(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    path.write_bytes(b"not a database " * 100)
    store = SqliteStore(path)
    with pytest.raises(StoreError):
        await store.open()
    path.unlink()
    await store.open()
    await store.close()


@in_loop
@pytest.mark.parametrize("synchronous", ["full", "normal"])
async def test_the_level_of_durability_is_that_of_sqlite(tmp_path: Path, synchronous: str) -> None:
    store = SqliteStore(tmp_path / "events.db", synchronous=synchronous)
    await store.open()
    level = await store.database.write(
        lambda connection: connection.execute("PRAGMA synchronous").fetchone()[0]
    )
    assert level == {"normal": 1, "full": 2}[synchronous]
    await store.close()
