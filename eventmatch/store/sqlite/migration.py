"""From the tables of an older version to those of this one, or refuse."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from eventmatch.errors import StoreCode, StoreError
from eventmatch.store.sqlite.transaction import transaction

# Each migration is the SQL statements from one version to the next. The list only ever grows.
Migrations = Sequence[Sequence[str]]

_APPLICATION: Final = 0x65766D74  # "evmt": how the file says whose it is


def version_of(connection: sqlite3.Connection, path: Path, migrations: Migrations) -> int:
    """Return the version of a database; raises `StoreError` if it is newer or not ours."""
    version = _number(connection, "user_version")
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and _number(connection, "application_id") != _APPLICATION:
        raise StoreError(StoreCode.CORRUPT, f"{path} is a database of another program")
    if version > len(migrations):
        message = (
            f"{path} has version {version}, and this eventmatch knows versions up to "
            f"{len(migrations)}; upgrade eventmatch"
        )
        raise StoreError(StoreCode.NEWER, message)
    return version


def migrate(connection: sqlite3.Connection, version: int, migrations: Migrations) -> None:
    """Bring a database of that version to the newest one, each step in its own transaction."""
    for number, statements in enumerate(migrations[version:], version + 1):
        marks = (f"PRAGMA application_id = {_APPLICATION}", f"PRAGMA user_version = {number}")
        with transaction(connection):
            for statement in (*statements, *marks):
                connection.execute(statement)


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
