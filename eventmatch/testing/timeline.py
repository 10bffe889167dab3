"""What a router did, and when: data that can be compared and printed."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from eventmatch.clock import Clock
from eventmatch.delivery.ports import Metric
from eventmatch.schedule.ports import Fire


class Happening(StrEnum):
    """What happened: to a schedule, to a rule, or to events on their way to the targets."""

    FIRED = "fired"
    TRIGGERED = "triggered"
    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given up"
    DEAD_LETTERED = "dead-lettered"
    DEAD_LETTER_REFUSED = "dead letter refused"


class Entry(NamedTuple):
    """That something happened so many times at a moment, in seconds since 1970.

    `name` is the bus and the name of the rule, or the group and the name of the schedule, such as
    `default/nightly`.
    """

    moment: float
    what: Happening
    name: str
    amount: int

    def __str__(self) -> str:
        when = datetime.fromtimestamp(self.moment, UTC).isoformat(" ", "milliseconds")
        times = f" x{self.amount}" if self.amount > 1 else ""
        return f"{when.removesuffix('+00:00')}  {self.what:<13}  {self.name}{times}"


_TOLD: Final = {
    Metric.TRIGGERED_RULES: Happening.TRIGGERED,
    Metric.INVOCATION_ATTEMPTS: Happening.FAILED,
    Metric.SUCCESSFUL_INVOCATION_ATTEMPTS: Happening.DELIVERED,
    Metric.FAILED_INVOCATIONS: Happening.GIVEN_UP,
    Metric.INVOCATIONS_SENT_TO_DLQ: Happening.DEAD_LETTERED,
    Metric.INVOCATIONS_FAILED_TO_BE_SENT_TO_DLQ: Happening.DEAD_LETTER_REFUSED,
}


class Timeline:
    """An observer that keeps what it is told of, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.entries: list[Entry] = []

    def count(self, metric: Metric, amount: int, dimensions: Mapping[str, str], /) -> None:
        """So many more of something."""
        what = _TOLD.get(metric)
        if what is None:
            return
        entry = Entry(self._clock.now(), what, "/".join(dimensions.values()), amount)
        if what is Happening.DELIVERED:
            self._take_back(entry)
        self.entries.append(entry)

    def fired(self, fire: Fire) -> None:
        """A schedule has fired, or passed over what it missed."""
        if fire.events:
            key = fire.scheduled.key
            self.entries.append(Entry(self._clock.now(), Happening.FIRED, key, len(fire.events)))

    def measure(self, _metric: Metric, _seconds: float, _dimensions: Mapping[str, str], /) -> None:
        """One latency."""

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __str__(self) -> str:
        return "\n".join(map(str, self.entries))

    def _take_back(self, delivered: Entry) -> None:
        """All attempts of a batch count as failed, until right behind them it is told which not."""
        tried = self.entries.pop()
        if failed := tried.amount - delivered.amount:
            self.entries.append(tried._replace(amount=failed))
