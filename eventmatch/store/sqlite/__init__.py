"""One file of SQLite: durable, with group commit."""

from eventmatch.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
