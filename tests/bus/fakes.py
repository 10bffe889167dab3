"""What the control plane needs of the world, in memory."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.ports import AnyChange
from eventmatch.errors import StoreCode, StoreError
from eventmatch.testing.clock import VirtualClock

Value = TypeVar("Value")


class MemoryRecords:
    """Records, and lanes, that last as long as the object; `fails` makes every write fail."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.kinds: dict[str, dict[str, bytes]] = {}
        self.writes: list[Sequence[AnyChange]] = []
        self.fails = False

    async def load(self, kind: str) -> Mapping[str, bytes]:
        return dict(self.kinds.get(kind, {}))

    async def read(self, kind: str, key: str) -> bytes | None:
        return self.kinds.get(kind, {}).get(key)

    async def write(self, changes: Sequence[AnyChange]) -> None:
        await asyncio.sleep(0)
        if self.fails:
            raise StoreError(StoreCode.FULL, "no space is left")
        self.writes.append(changes)
        for kind, key, value in changes:
            records = self.kinds.setdefault(kind, {})
            if value is None:
                del records[key]
            else:
                records[key] = value


class Lanes:
    """Numbers lanes by their descriptions, from 1."""

    def __init__(self) -> None:
        self.descriptions: list[bytes] = []

    async def lane(self, description: bytes) -> int:
        if description not in self.descriptions:
            self.descriptions.append(description)
        return self.descriptions.index(description) + 1


async def new_plane(records: MemoryRecords | None = None, **settings: Any) -> ControlPlane:
    """A plane that is loaded, with everything in memory but what is given."""
    records = records or MemoryRecords()
    given = {"lane": records.lanes.lane, "clock": VirtualClock(), **settings}
    plane = ControlPlane(records, **given)
    await plane.load()
    return plane


def run(work: Coroutine[Any, Any, Value]) -> Value:
    return asyncio.run(work)
