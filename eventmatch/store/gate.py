"""Whether a store in memory is open."""

from eventmatch.errors import StoreCode, StoreError


class Gate:
    """Whether a store is open; what passes it while it is not is `StoreError` CLOSED."""

    def __init__(self) -> None:
        self.is_open = False

    def check(self) -> None:
        """Raise `StoreError` unless the store is open."""
        if not self.is_open:
            raise StoreError(StoreCode.CLOSED, "the store is not open")
