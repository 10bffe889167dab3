"""`Streams`: streams with the semantics of Kinesis, over a store.

Meaning: service semantics §6.5; differences: docs/deviations.md. Knows names, not ARNs.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Final, NamedTuple

from eventmatch.bus.ports import Change, Records
from eventmatch.clock import Clock
from eventmatch.jsontext import read_plain, write_plain
from eventmatch.streams.admission import refuse_record, refuse_retention, refuse_stream
from eventmatch.streams.errors import (
    StreamError,
    invalid_argument,
    no_shard,
    no_stream,
    stream_exists,
)
from eventmatch.streams.model import Record, StoredRecord, StreamSettings
from eventmatch.streams.ports import StreamStore
from eventmatch.streams.sharding import hash_key, shard_id, shard_of
from eventmatch.waiting import Bell

_KIND: Final = "stream"
_MOST_READ: Final = 10_000
_SWEEP_EVERY: Final = 60.0


class Put(NamedTuple):
    """Where a record is: its shard, and its sequence number."""

    shard: int
    sequence: int


class StartingPosition(StrEnum):
    """Where a reader begins: with the oldest record, behind the newest, or at a moment."""

    TRIM_HORIZON = "TRIM_HORIZON"
    LATEST = "LATEST"
    AT_TIMESTAMP = "AT_TIMESTAMP"


class Streams:
    """Streams by name. `open` before use; belongs to one event loop.

    Every method but `create_stream` raises `StreamNotFound` for a name without a stream. What was
    put is durable when `put_record` returns. `account` is named in refusals.
    """

    def __init__(
        self, store: StreamStore, records: Records, clock: Clock, account: str = "000000000000"
    ) -> None:
        self._store = store
        self._records = records
        self._clock = clock
        self._account = account
        self._streams: dict[str, StreamSettings] = {}
        self._bells: dict[tuple[str, int], Bell] = defaultdict(Bell)
        self._swept: dict[str, float] = {}
        self._control = asyncio.Lock()

    async def open(self) -> None:
        """Read which streams there are."""
        records = await self._records.load(_KIND)
        self._streams = {name: StreamSettings(**read_plain(text)) for name, text in records.items()}

    async def create_stream(self, name: str, settings: StreamSettings | None = None) -> None:
        """Create a stream; raises `StreamError` ResourceInUseException if the name is taken."""
        settings = settings or StreamSettings()
        async with self._control:
            if name in self._streams:
                raise stream_exists(name, self._account)
            refuse_stream(name, settings)
            await self._store.drop(name)
            await self._write(name, settings)

    async def update_retention(self, name: str, retention: int) -> None:
        """Let a stream keep records for so many seconds, 86,400 to 31,536,000."""
        async with self._control:
            settings = self.describe_stream(name)
            refuse_retention(retention)
            await self._write(name, settings._replace(retention=retention))

    def describe_stream(self, name: str) -> StreamSettings:
        """Return the settings of a stream."""
        if name not in self._streams:
            raise no_stream(name, self._account)
        return self._streams[name]

    def list_streams(self, prefix: str = "") -> Sequence[str]:
        """Return the names that begin so, sorted."""
        return sorted(name for name in self._streams if name.startswith(prefix))

    async def delete_stream(self, name: str) -> None:
        """Delete a stream with all its records; who waits for one is told that it is gone."""
        async with self._control:
            shards = self.describe_stream(name).shards
            await self._records.write([Change(_KIND, name, None)])
            del self._streams[name]
            self._ring(name, range(shards))
            await self._store.drop(name)

    async def put_record(
        self, stream: str, record: Record, explicit_hash_key: int | None = None
    ) -> Put:
        """Keep a record durably in the shard that its key, or the explicit hash key, falls in."""
        refuse_record(record, explicit_hash_key)
        shards = self.describe_stream(stream).shards
        key = hash_key(record.partition_key) if explicit_hash_key is None else explicit_hash_key
        return (await self._put(stream, [(shard_of(key, shards), record)]))[0]

    async def put_records(
        self, stream: str, records: Sequence[Record]
    ) -> Sequence[Put | StreamError]:
        """Keep records durably in one transaction, in order.

        One that is refused is answered by its `StreamError`, and the others are kept. How many may
        come at once is for those to say who take requests.
        """
        shards = self.describe_stream(stream).shards
        refusals = [_refusal(record) for record in records]
        good = [
            (shard_of(hash_key(record.partition_key), shards), record)
            for record, refusal in zip(records, refusals, strict=True)
            if refusal is None
        ]
        put = iter(await self._put(stream, good) if good else ())
        return [refusal or next(put) for refusal in refusals]

    async def position(
        self, stream: str, shard: int, start: StartingPosition, moment: float | None = None
    ) -> int:
        """Return the sequence number behind which a reader begins that starts there.

        `moment`, in seconds since 1970, goes with AT_TIMESTAMP.
        """
        self._refuse_shard(stream, shard)
        if start is StartingPosition.LATEST:
            return await self._store.last(stream, shard)
        if start is StartingPosition.TRIM_HORIZON:
            return 0
        if moment is None:
            raise invalid_argument("Must either specify timestamp or sequence number.")
        return await self._store.since(stream, shard, moment)

    async def read(
        self,
        stream: str,
        shard: int,
        after: int,
        limit: int = _MOST_READ,
        *,
        wait: float = 0.0,
        waiting: AbstractContextManager[object] | None = None,
    ) -> Sequence[StoredRecord]:
        """Return up to `limit` records of a shard behind a sequence number, 1 to 10,000.

        Of large records it returns as many as have 10 MiB of data together.
        Where there are none, it waits so many seconds for one, within the context `waiting` if
        there is one.
        """
        if not 1 <= limit <= _MOST_READ:
            raise invalid_argument(f"limit must be from 1 to {_MOST_READ}, and is {limit}")
        until = self._clock.now() + wait
        self._refuse_shard(stream, shard)
        bell, waiting = self._bells[stream, shard], waiting or nullcontext()
        while True:
            rings = bell.rings
            self._refuse_shard(stream, shard)
            await self._sweep(stream)
            records = await self._store.read(stream, shard, after, limit)
            if records or self._clock.now() >= until:
                return records
            with waiting:
                await bell.wait(rings, self._clock, until)

    async def expire(self) -> None:
        """Forget what is older than the retention of its stream."""
        for name in self.list_streams():
            if name in self._streams:
                await self._expire(name)

    async def _write(self, name: str, settings: StreamSettings) -> None:
        await self._records.write([Change(_KIND, name, write_plain(settings._asdict()))])
        self._streams[name] = settings

    async def _put(self, stream: str, records: Sequence[tuple[int, Record]]) -> Sequence[Put]:
        shards = {shard for shard, _ in records}
        try:
            sequences = await self._store.put(stream, records, self._clock.now())
        finally:
            # Also where the caller gave up: what it asked for is done all the same.
            self._ring(stream, shards)
        return [
            Put(shard, sequence) for (shard, _), sequence in zip(records, sequences, strict=True)
        ]

    def _ring(self, stream: str, shards: Iterable[int]) -> None:
        for shard in shards:
            if bell := self._bells.get((stream, shard)):
                bell.ring_all()

    def _refuse_shard(self, stream: str, shard: int) -> None:
        if not 0 <= shard < self.describe_stream(stream).shards:
            raise no_shard(shard_id(shard), stream, self._account)

    async def _sweep(self, stream: str) -> None:
        """Expire a stream now and then, so that a read seldom meets what is too old."""
        now = self._clock.now()
        if now >= self._swept.get(stream, 0.0):
            self._swept[stream] = now + _SWEEP_EVERY
            await self._expire(stream)

    async def _expire(self, stream: str) -> None:
        before = self._clock.now() - self.describe_stream(stream).retention
        await self._store.expire(stream, before)


def _refusal(record: Record) -> StreamError | None:
    try:
        refuse_record(record)
    except StreamError as error:
        return error
    return None
