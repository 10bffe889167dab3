"""How far each shard has been worked on, durably.

A shard is read in as many lanes as the mapping's ParallelizationFactor says, each of which has the
records of some partition keys and a place of its own. With one lane, that is the place of the
shard. When their number changes, all begin at the place that is furthest back.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from eventmatch.bus.ports import Change, Records
from eventmatch.jsontext import read_plain, write_plain
from eventmatch.mappings.ports import END

_KIND: Final = "mapping-checkpoint"


class LaneKey(NamedTuple):
    """A lane of a shard of a mapping; with one lane in all, it stands for the shard."""

    uuid: str
    shard: str
    lane: int = 0
    lanes: int = 1

    @property
    def text(self) -> str:
        """The key of its record."""
        own = f"/{self.lane}-{self.lanes}" if self.lanes > 1 else ""
        return f"{self.uuid}/{self.shard}{own}"


class Checkpoints:
    """Places by lane. What cannot be written (`StoreError`) is not changed."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._places: dict[str, str] = {}
        self._forgotten: set[str] = set()

    async def load(self) -> None:
        """Read all places."""
        records = await self._records.load(_KIND)
        self._places = {key: read_plain(value)["after"] for key, value in records.items()}

    def beginning(self, uuid: str, places: Mapping[str, str]) -> Sequence[Change]:
        """Return the changes that let the shards of a new mapping begin at those places."""
        return [_change(LaneKey(uuid, shard).text, place) for shard, place in places.items()]

    def forgetting(self, uuid: str) -> Sequence[Change]:
        """Return the changes that forget the places of a mapping."""
        return [Change(_KIND, key, None) for key in self._of(f"{uuid}/")]

    def forget(self, uuid: str) -> None:
        """Let nobody write places of a mapping any more."""
        self._forgotten.add(uuid)

    def publish(self, changes: Sequence[Change]) -> None:
        """Take over changes that have been written."""
        for change in changes:
            if change.value is None:
                self._places.pop(change.key, None)
            else:
                self._places[change.key] = read_plain(change.value)["after"]

    def place(self, key: LaneKey) -> str:
        """Return the place of a lane, or else of its shard, or else the beginning."""
        shard = LaneKey(key.uuid, key.shard).text
        return self._places.get(key.text, self._places.get(shard, ""))

    async def advance(self, key: LaneKey, place: str) -> None:
        """Let a lane be at that place durably; nothing is left of a mapping that is gone."""
        if key.uuid not in self._forgotten:
            await self._write([_change(key.text, place)])

    async def align(self, uuid: str, shard: str, lanes: int) -> None:
        """Make the places of a shard those of so many lanes."""
        own = LaneKey(uuid, shard).text
        keys = self._of(f"{own}/")
        counts = {int(key.rpartition("-")[2]) for key in keys} - {lanes}
        if not counts:
            return
        old = [LaneKey(uuid, shard, lane, count) for count in counts for lane in range(count)]
        furthest_back = min(map(self.place, old), key=_order)
        gone = [Change(_KIND, key, None) for key in keys]
        await self._write([*gone, _change(own, furthest_back)])

    def _of(self, start: str) -> Sequence[str]:
        return [key for key in self._places if key.startswith(start)]

    async def _write(self, changes: Sequence[Change]) -> None:
        await self._records.write(changes)
        self.publish(changes)


def _change(key: str, place: str) -> Change:
    return Change(_KIND, key, write_plain({"after": place}))


def _order(place: str) -> tuple[int, float]:
    """Return what sorts places of a shard: the beginning, moments, sequence numbers, the end."""
    if not place:
        return 0, 0
    if place == END:
        return 3, 0
    return (1, float(place[1:])) if place.startswith("@") else (2, int(place))
