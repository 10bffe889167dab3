"""Ids of events: random, in the shape of a UUID."""

import os
from collections.abc import Callable, Iterator
from typing import Final

_ID_BYTES: Final = 16
_IDS_IN_BLOCK: Final = 1024


class RandomIds:
    """Makes ids; call it for the next. Any thread may do so at any time.

    They have the shape of a UUID but no version, like AWS's. Random bytes are taken in blocks: a
    call of the system for each would take as long as all else about an id, `uuid.uuid4` longer.
    """

    def __init__(self, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._random_bytes = random_bytes
        self._digits: Iterator[str] = iter(())
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def __call__(self) -> str:
        """Return an id that nobody has had."""
        digits = next(self._digits, None)
        while digits is None:
            self._digits = iter(self._block())
            digits = next(self._digits, None)
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def _block(self) -> list[str]:
        length = 2 * _ID_BYTES
        digits = self._random_bytes(_ID_BYTES * _IDS_IN_BLOCK).hex()
        return [digits[at : at + length] for at in range(0, len(digits), length)]

    def _forget(self) -> None:
        """Leave what was drawn to the parent process, which hands it out too."""
        self._digits = iter(())
