"""What goes wrong with a file of SQLite, as `StoreError`."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from eventmatch.errors import StoreCode, StoreError

_CODES: Final[Mapping[int, StoreCode]] = {
    sqlite3.SQLITE_BUSY: StoreCode.LOCKED,
    sqlite3.SQLITE_LOCKED: StoreCode.LOCKED,
    sqlite3.SQLITE_FULL: StoreCode.FULL,
    sqlite3.SQLITE_CORRUPT: StoreCode.CORRUPT,
    sqlite3.SQLITE_NOTADB: StoreCode.CORRUPT,
    sqlite3.SQLITE_CANTOPEN: StoreCode.UNREADABLE,
    sqlite3.SQLITE_IOERR: StoreCode.UNREADABLE,
    sqlite3.SQLITE_PERM: StoreCode.UNREADABLE,
    sqlite3.SQLITE_READONLY: StoreCode.UNREADABLE,
}


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Raise `StoreError`, with the path, for what SQLite or the system says about the file.

    A broken constraint is a `ValueError`: the caller asked for what cannot be.
    """
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise ValueError(f"{path}: {error}") from error
    except sqlite3.Error as error:
        # An extended code has its family in the low byte.
        code = _CODES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if code is None:
            # What only the surroundings can cause (no memory, an interrupt) has no code of its own.
            if not isinstance(error, sqlite3.OperationalError):
                raise
            code = StoreCode.UNREADABLE
        raise StoreError(code, f"{path}: {error}") from error
    except OSError as error:
        raise StoreError(StoreCode.UNREADABLE, f"{path}: {error.strerror or error}") from error
