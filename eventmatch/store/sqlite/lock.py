"""One process at a time: a lock on a file beside the database.

SQLite's own locks are held for moments only, and its exclusive mode would shut out the second
connection of this process. The lock goes with the process, however that ends; the file stays,
because whoever removed it could remove one that another process has just locked.
"""

import os
import sys
from pathlib import Path

from eventmatch.errors import StoreCode, StoreError

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """Says that the database at `path` is in use, from `acquire` to `release`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock, or raise `StoreError` LOCKED at once; `OSError` where no file can be."""
        file = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _try_lock(file)
        except (BlockingIOError, PermissionError) as error:
            os.close(file)
            message = (
                f"{self._path} is in use by another store; close that one or take another file"
            )
            raise StoreError(StoreCode.LOCKED, message) from error
        self._file = file

    def release(self) -> None:
        """Let others have the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
