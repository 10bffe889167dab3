"""Names in order, page by page. Meaning: service reference §2.4, ListRules."""

import base64
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from eventmatch.bus import refusals

_MARK: Final = b"after "
_MOST: Final = 100

Item = TypeVar("Item")


class Page(NamedTuple, Generic[Item]):
    """Some of a list, and the token that leads to what follows; None on the last page."""

    items: Sequence[Item]
    next_token: str | None


class Names:
    """Distinct names in the order of their code points."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = sorted(set(names))

    def add(self, name: str) -> None:
        """Add a name, if it is not there."""
        place = bisect_left(self._names, name)
        if self._names[place : place + 1] != [name]:
            self._names.insert(place, name)

    def discard(self, name: str) -> None:
        """Take a name out, if it is there."""
        place = bisect_left(self._names, name)
        if self._names[place : place + 1] == [name]:
            del self._names[place]

    def page(self, token: str | None, limit: int | None, prefix: str | None = None) -> Page[str]:
        """Return up to `limit` names with the prefix, behind the place that the token tells.

        The token is the last name seen, so that it stays good whatever comes or goes, any number
        of times, and with another limit. Raises `ServiceError` for one that was never given.
        """
        start = bisect_left(self._names, prefix or "")
        if token is not None:
            start = max(start, bisect_right(self._names, _last_of(token)))
        end = start + (limit or _MOST)
        found = [name for name in self._names[start : end + 1] if name.startswith(prefix or "")]
        more = len(found) > end - start
        return Page(found[: end - start], _token(found[-2]) if more else None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _token(last: str) -> str:
    return base64.urlsafe_b64encode(_MARK + last.encode()).decode()


def _last_of(token: str) -> str:
    try:
        text = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        if text.startswith(_MARK):
            return text.removeprefix(_MARK).decode()
    except ValueError:
        pass
    raise refusals.bad_token()
