"""Receipt handles: which message, and which of its receives.

A sequence number is never given twice, so that both together name one receive for good, and the
store needs neither a column nor an index for them.
"""

import re
from typing import Final

_FORM: Final = re.compile(r"([0-9a-f]{1,15})-([1-9a-f][0-9a-f]{0,14})")


def receipt(sequence: int, receive_count: int) -> str:
    """Return the handle of that receive of a message."""
    return f"{sequence:x}-{receive_count:x}"


def receive_of(handle: str) -> tuple[int, int] | None:
    """Return the sequence number and the count of the receive; None for what is no handle.

    A message that was never received has no receive to name.
    """
    form = _FORM.fullmatch(handle)
    return form and (int(form[1], 16), int(form[2], 16))
