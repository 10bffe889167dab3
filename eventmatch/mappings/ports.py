"""What mappings need of sources, and of the world."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from random import Random
from typing import Final, NamedTuple, Protocol

from eventmatch.clock import Clock
from eventmatch.functions.ports import Directory, Invoke, Outbox
from eventmatch.mappings.batches import Item
from eventmatch.mappings.model import Start

Waiting = AbstractContextManager[object]
"""Entered and left around each wait, so that it can be told who has nothing to do."""


class SourceFailure(Exception):
    """A source cannot be read now; the text says why."""


class SourceMissing(SourceFailure):
    """There is no such source."""


class QueueSource(Protocol):
    """A queue as a mapping reads it. Each method raises `SourceFailure` or `StoreError`."""

    async def visibility_timeout(self) -> int:
        """Return for how many seconds a received message is hidden."""

    async def receive(self, limit: int, wait: int, waiting: Waiting) -> Sequence[Item]:
        """Take up to `limit` messages, 1 to 10; where there are none, wait up to `wait` seconds."""

    async def delete(self, items: Sequence[Item]) -> None:
        """Delete messages that were taken."""

    async def release(self, items: Sequence[Item]) -> None:
        """Let messages that were taken be received again at once."""


END: Final = "end"
"""The place behind all records of a shard that gets no more."""


class Shard(NamedTuple):
    """A shard of a stream; `parents` are those that were split or merged into it."""

    id: str
    parents: Sequence[str] = ()


class Page(NamedTuple):
    """Records of a shard, and the place behind the last of them."""

    items: Sequence[Item]
    after: str


class StreamSource(Protocol):
    """A stream as a mapping reads it. Each method raises `SourceFailure` or `StoreError`.

    A place in a shard is a text: `""` is before all records, `"@"` with seconds since 1970 is
    before the first record from that moment on, a sequence number is behind the record with it,
    and `END` is behind all of a shard that gets no more.
    """

    async def shards(self) -> Sequence[Shard]:
        """Return the shards that there are."""

    async def place(self, shard: str, start: Start) -> str:
        """Return the place in a shard where a reader begins that starts there now."""

    async def read(self, shard: str, after: str, limit: int, wait: float, waiting: Waiting) -> Page:
        """Return records behind a place; where there are none, wait up to `wait` seconds."""


class World(NamedTuple):
    """What the pollers of all mappings share. `report` is told what became of the last batch.

    `concurrency` is how many batches of a queue are in work at once where nothing else is set.
    """

    clock: Clock
    new_id: Callable[[], str]
    random: Random
    directory: Directory
    invoke: Invoke
    outbox: Outbox
    report: Callable[[str, str], None]
    changed: Callable[[], None]
    concurrency: int
