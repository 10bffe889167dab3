"""Many rows in few statements.

`executemany` lets go of Python's lock and takes it back for each row, and the loop's thread may
hold it for milliseconds each time. A statement of many rows does so once.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

Value = int | float | str | bytes | None

# Few sizes, so that the statements stay prepared; seven columns of the largest are still far below
# the 32,766 parameters that SQLite takes.
_SIZES: Final = (256, 16, 1)


def insert(connection: sqlite3.Connection, into: str, rows: Sequence[Sequence[Value]]) -> None:
    """Insert the rows into a table, named with or without its columns."""
    for values, parameters in chunks(rows):
        connection.execute(f"INSERT INTO {into} VALUES {values}", parameters)


def chunks(rows: Sequence[Sequence[Value]]) -> Iterator[tuple[str, Sequence[Value]]]:
    """Yield the rows as `(?, ?), (?, ?), ...` with the parameters, all in order."""
    start = 0
    for size in _SIZES:
        while len(rows) - start >= size:
            part = rows[start : start + size]
            row = f"({', '.join('?' * len(part[0]))})"
            yield ", ".join([row] * size), [value for row in part for value in row]
            start += size
