"""What the targets have in common that the services take in batches."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, ClassVar

from eventmatch.bus.arn import Arn
from eventmatch.delivery.model import Attempt, Outcome
from eventmatch.targets.aws.batch import MOST_ENTRIES, Entry, in_thread, send_all
from eventmatch.targets.aws.clients import CALL_TIMEOUT, ClientFactory
from eventmatch.targets.outcomes import deliver_prepared
from eventmatch.targets.path import Parameter


class BatchedTarget(ABC):
    """Sends attempts to what has that ARN, in batches of ten and of so many bytes.

    `group` gives the message group, where the service has any.
    """

    batch_size = MOST_ENTRIES
    concurrency = 8
    timeout = CALL_TIMEOUT

    service: ClassVar[str]
    most_bytes: ClassVar[int]

    def __init__(
        self,
        arn: Arn,
        clients: ClientFactory,
        *,
        group: Parameter | None = None,
        threads: Executor | None = None,
    ) -> None:
        self.arn = arn
        self.clients = clients
        self.group = group
        self._threads = threads

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Send the attempts, and return an outcome for each."""
        return await deliver_prepared(batch, self.entry, self._send)

    async def close(self) -> None:  # noqa: B027  no kind has more to give up
        """Nothing to give up: the clients are their owner's."""

    @abstractmethod
    def entry(self, attempt: Attempt) -> Entry | Outcome:
        """Return what the service gets of an attempt, or why it cannot get it."""

    @abstractmethod
    def call(self, entries: Sequence[Mapping[str, Any]]) -> Sequence[Outcome]:
        """Send one batch in a thread, and return an outcome for each entry."""

    async def _send(self, entries: Sequence[Entry]) -> Sequence[Outcome]:
        work = partial(send_all, entries, self.most_bytes, self.call, self.service)
        return await in_thread(self._threads, work)
