"""The target that cannot be made."""

from collections.abc import Sequence

from eventmatch.delivery.model import Attempt, Outcome


class Unreachable:
    """Answers every attempt with the reason why there is no target."""

    batch_size = 100
    concurrency = 1
    timeout = 30.0

    def __init__(self, reason: Outcome) -> None:
        self.reason = reason

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Return the reason for each attempt."""
        return [self.reason] * len(batch)

    async def close(self) -> None:
        """Nothing to give up."""
