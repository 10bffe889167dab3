"""The pollers of all mappings."""

import asyncio
from typing import Final

from eventmatch.mappings.checkpoints import Checkpoints
from eventmatch.mappings.model import EventSourceMapping
from eventmatch.mappings.poller import Poller
from eventmatch.mappings.ports import World
from eventmatch.mappings.sources.opening import Sources

# Who was woken is on its way for a few turns of the loop.
_TURNS: Final = 10


class Pollers:
    """Pollers by the UUID of their mapping; nobody polls before `start`."""

    def __init__(
        self, sources: Sources, checkpoints: Checkpoints, world: World, changed: asyncio.Event
    ) -> None:
        self._sources = sources
        self._checkpoints = checkpoints
        self._world = world
        self._changed = changed
        self._pollers: dict[str, Poller] = {}
        self._retired: dict[str, Poller] = {}
        self._is_started = False

    def start(self) -> None:
        """Let those poll that come from now on."""
        self._is_started = True

    async def stop(self) -> None:
        """End all at once; what was taken and is not settled comes back."""
        self._is_started = False
        pollers = [*self._pollers.values(), *self._retired.values()]
        self._pollers.clear()
        self._retired.clear()
        await asyncio.gather(*(poller.stop() for poller in pollers))

    async def idle(self) -> None:
        """Return when none has anything to do now."""
        while True:
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            self._changed.clear()
            if all(each.is_idle for each in (*self._pollers.values(), *self._retired.values())):
                return
            await self._changed.wait()

    def follow(self, mapping: EventSourceMapping) -> None:
        """Poll as a mapping says from now on; a batch in work is brought to its end before."""
        self.retire(mapping.uuid)
        if self._is_started and mapping.is_enabled:
            before = self._retired.pop(mapping.uuid, None)
            self._pollers[mapping.uuid] = Poller(
                mapping, self._sources, self._checkpoints, self._world, before
            )

    def retire(self, uuid: str) -> None:
        """Poll no more for a mapping; a batch in work is brought to its end."""
        self._retired = {each: old for each, old in self._retired.items() if not old.is_over}
        if poller := self._pollers.pop(uuid, None):
            poller.retire()
            self._retired[uuid] = poller
