"""Which fires are made up for when the clock has passed them: a decision without a clock.

Source: reference §4.1, which leaves it to us. A fire is on time for a minute.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

# The seconds for which a fire is on time. No schedule fires twice within them.
ON_TIME: Final = 60.0

NextFire = Callable[[float], float | None]
"""Returns when a schedule fires first behind a moment; None for never."""


@dataclass(frozen=True, slots=True)
class MissedFires:
    """What becomes of fires that nobody was there for: the process was down, the machine slept.

    Each schedule makes up for the last `most` of them, but for none older than `oldest` seconds.
    """

    most: int = 0
    oldest: float = 86_400.0

    def __post_init__(self) -> None:
        if not (isinstance(self.most, int) and self.most >= 0 and self.oldest >= ON_TIME):
            raise ValueError(f"expected 0 or more, and {ON_TIME:g} seconds or more, got {self}")


SKIPPED: Final = MissedFires()


class Plan(NamedTuple):
    """The moments that a schedule fires for now, and when it does next; None for never."""

    moments: tuple[float, ...]
    next: float | None


def plan(due: float, now: float, next_fire: NextFire, missed: MissedFires) -> Plan:
    """Return what a schedule does that was to fire at `due`, which is not behind `now`."""
    first = now - (missed.oldest if missed.most else ON_TIME)
    moment = due if due > first else next_fire(first)
    passed: deque[float] = deque(maxlen=missed.most + 1)
    while moment is not None and moment <= now:
        passed.append(moment)
        moment = next_fire(moment)
    is_on_time = bool(passed) and passed[-1] > now - ON_TIME
    wanted = missed.most + is_on_time
    return Plan(tuple(passed)[-wanted:] if wanted else (), moment)
