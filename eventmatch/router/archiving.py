"""Archives and replays, between the control plane and the way of an event."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from eventmatch.bus.archives import Archives
from eventmatch.bus.operations import OPERATIONS, Operation
from eventmatch.bus.operations.archives import archive_operations
from eventmatch.bus.operations.replays import replay_operations
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.replays import Replays
from eventmatch.delivery.dispatcher import Dispatcher
from eventmatch.router.intake import Arrival, Intake
from eventmatch.store.port import Store
from eventmatch.targets.archive import KIND, Keep, archive_maker
from eventmatch.targets.making import Maker


def archive_makers(keep: Keep) -> Mapping[str, Maker]:
    """Return what makes archives targets."""
    return {KIND: archive_maker(keep)}


class Archiving:
    """Makes archives and replays over a plane, a store, and the way in and out of it."""

    def __init__(
        self,
        plane: ControlPlane,
        store: Store,
        intake: Intake,
        dispatcher: Dispatcher,
        new_id: Callable[[], str],
    ) -> None:
        """`operations` are those of the plane, and those on archives and replays."""
        self._intake = intake
        self.archives = Archives(
            plane,
            store.records,
            store.archives,
            new_id=new_id,
            settled=dispatcher.settled,
        )
        self.replays = Replays(
            store.records,
            self.archives,
            self._emit,
            place=plane.place,
            quotas=plane.quotas,
            clock=plane.clock,
            new_id=new_id,
        )
        self.operations: Final[Mapping[str, Operation]] = {
            **OPERATIONS,
            **archive_operations(self.archives),
            **replay_operations(self.replays),
        }

    async def _emit(self, bus: str, bodies: Sequence[bytes], rules: Collection[str] | None) -> None:
        await self._intake.accept([Arrival(bus, body, rules=rules) for body in bodies])
