"""Batches of records, and the event that a function gets of them. Pure.

Meaning: service reference §6.5, §6.1 (an event has 6 MB at most).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from eventmatch.jsontext import write_plain

MOST_BYTES: Final = 6_291_456
_HEAD: Final = b'{"Records":['
_TAIL: Final = b"]}"


class Item(NamedTuple):
    """A record of a source.

    `id` is what a function calls it by: the id of a message, or a sequence number. `text` is the
    record as JSON. `handle` is the receipt of a message. `key` is the partition key of a record
    of a stream, and `arrived` the moment of its arrival, in seconds since 1970.
    """

    id: str
    record: Mapping[str, Any]
    text: bytes
    handle: str = ""
    key: str = ""
    arrived: float = 0.0


def item(id: str, record: Mapping[str, Any], **more: Any) -> Item:
    """Return a record with its text."""
    return Item(id, record, write_plain(dict(record)), **more)


def event_of(items: Sequence[Item]) -> bytes:
    """Return the event that a function gets."""
    return _HEAD + b",".join([each.text for each in items]) + _TAIL


class Gathering:
    """Records on their way into a batch of up to `most`, each once, in the order of arrival."""

    def __init__(self, most: int, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes - len(_HEAD) - len(_TAIL)
        self._items: dict[str, Item] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._items)

    @property
    def is_full(self) -> bool:
        """Whether there are as many as one event can have, or more than fit into one."""
        return len(self._items) >= self._most or self._bytes > self._most_bytes + 1

    @property
    def room(self) -> int:
        """How many records more a batch may have."""
        return self._most - len(self._items)

    def add(self, items: Iterable[Item]) -> None:
        """Add records; one that is there already keeps its place, and takes the new receipt."""
        for each in items:
            old = self._items.get(each.id)
            self._items[each.id] = each
            self._bytes += _size(each) - (0 if old is None else _size(old))

    def take(self) -> Sequence[Item]:
        """Take out what one event can have, from the first on; one record always fits."""
        left, taken = self._most_bytes + 1, list[Item]()
        for each in self._items.values():
            left -= _size(each)
            if len(taken) == self._most or (taken and left < 0):
                break
            taken.append(each)
        for each in taken:
            del self._items[each.id]
            self._bytes -= _size(each)
        return taken

    def clear(self) -> Sequence[Item]:
        """Take out all."""
        items = list(self._items.values())
        self._items.clear()
        self._bytes = 0
        return items


def _size(each: Item) -> int:
    """Return the bytes of a record and of a comma."""
    return len(each.text) + 1
