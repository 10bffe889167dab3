"""Reading shards of AWS's streams by iterators."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from eventmatch.mappings.ports import SourceFailure
from eventmatch.mappings.sources.calls import Client


class Iterators:
    """The iterators of a stream, by the place in a shard that they go on from.

    A page may be empty although records follow: only its next iterator leads to them. `parameters`
    name the stream, and `place` says for a place what kind of iterator begins there.
    """

    def __init__(
        self,
        client: Client,
        parameters: Mapping[str, str],
        place: Callable[[str], Mapping[str, Any]],
    ) -> None:
        self._client = client
        self._parameters = parameters
        self._place = place
        self._next: dict[tuple[str, str], str] = {}

    async def read(self, shard: str, after: str, limit: int) -> Mapping[str, Any]:
        """Return the answer of GetRecords from a place on; raises `SourceFailure`."""
        if kept := self._next.pop((shard, after), None):
            # It may have expired.
            with suppress(SourceFailure):
                return await self._read(kept, shard, after, limit)
        begun = await self._client(
            "get_shard_iterator", ShardId=shard, **self._parameters, **self._place(after)
        )
        return await self._read(begun["ShardIterator"], shard, after, limit)

    async def _read(self, iterator: str, shard: str, after: str, limit: int) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = await self._client(
            "get_records", ShardIterator=iterator, Limit=limit
        )
        if following := answer.get("NextShardIterator"):
            self._next[shard, _behind(answer, after)] = following
        return answer


def _behind(answer: Mapping[str, Any], after: str) -> str:
    """Return the place behind a page that was read from a place on."""
    records = answer["Records"]
    if not records:
        return after
    last = records[-1]
    return str(last.get("dynamodb", last)["SequenceNumber"])
