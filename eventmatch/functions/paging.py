"""Lists of functions and of what belongs to them, page by page, by Marker and MaxItems."""

import base64
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from eventmatch.functions import refusals

_MOST: Final = 50
_MARK: Final = "after "

Item = TypeVar("Item")


class Page(NamedTuple, Generic[Item]):
    """Some of a list, and the marker that leads to what follows; None on the last page."""

    items: Sequence[Item]
    next_marker: str | None


def page(
    items: Iterable[Item], key: Callable[[Item], str], marker: str | None, max_items: int | None
) -> Page[Item]:
    """Return up to `max_items` (50 at most) of a list in order of its keys, behind the marker.

    The marker is the last key seen, so that it stays good whatever comes or goes. Raises
    `LambdaError` for one that was never given.
    """
    last = _last_of(marker) if marker else None
    left = [item for item in sorted(items, key=key) if last is None or key(item) > last]
    size = min(max_items or _MOST, _MOST)
    found = left[:size]
    return Page(found, _marker(key(found[-1])) if len(left) > size else None)


def _marker(last: str) -> str:
    return base64.urlsafe_b64encode(f"{_MARK}{last}".encode()).decode()


def _last_of(marker: str) -> str:
    try:
        text = base64.b64decode(marker.encode("ascii"), altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise refusals.bad_marker() from error
    if not text.startswith(_MARK):
        raise refusals.bad_marker()
    return text.removeprefix(_MARK)
