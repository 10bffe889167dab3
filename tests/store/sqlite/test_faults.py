"""What SQLite says is told as an error of the store, whatever its reason."""

import sqlite3
from pathlib import Path

import pytest

from eventmatch.errors import StoreCode, StoreError
from eventmatch.store.sqlite.faults import told


@pytest.mark.parametrize(
    "fault", [sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_PROTOCOL]
)
def test_a_fault_without_a_code_of_its_own_is_an_error_of_the_store(fault: int) -> None:
    error = sqlite3.OperationalError("it cannot be done")
    error.sqlite_errorcode = fault
    with pytest.raises(StoreError, match="it cannot be done") as raised, told(Path("events.db")):
        raise error
    assert raised.value.code is StoreCode.UNREADABLE
