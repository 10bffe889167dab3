"""Who has nothing to do until something happens."""

from collections.abc import Callable

from eventmatch.clock import Clock


class Rest:
    """A context around waiting; `is_taken` tells whether somebody is in it.

    `changed` is called when the waiting begins.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.is_taken = False

    async def until(self, clock: Clock, moment: float) -> None:
        """Wait for a moment."""
        with self:
            await clock.sleep_until(moment)

    def __enter__(self) -> None:
        self.is_taken = True
        self._changed()

    def __exit__(self, *_: object) -> None:
        self.is_taken = False
