"""Calls to clients of AWS, which block, in threads."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Any, Final

from eventmatch.mappings.ports import SourceFailure, SourceMissing

ClientFactory = Callable[[str, str], Any]
"""Gives the boto3 client of a service in a region; called from any thread."""

_MISSING: Final = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
    }
)


class Client:
    """The client of a service in a region, whose calls run in `threads`."""

    def __init__(
        self, clients: ClientFactory, service: str, region: str, threads: Executor | None
    ) -> None:
        self._clients = clients
        self._service = service
        self._region = region
        self._threads = threads

    async def __call__(self, operation: str, **parameters: Any) -> Any:
        """Return the answer of an operation, such as `get_records`; raises `SourceFailure`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(self._call, operation, parameters))

    def _call(self, operation: str, parameters: dict[str, Any]) -> Any:
        try:
            client = self._clients(self._service, self._region)
            return getattr(client, operation)(**parameters)
        except Exception as error:
            raise _failure(error) from error


def _failure(error: Exception) -> SourceFailure:
    """Return what the error of a client means; only those of refusals have a response."""
    refusal = getattr(error, "response", {}).get("Error", {})
    if refusal.get("Code") in _MISSING:
        return SourceMissing(refusal.get("Message", ""))
    return SourceFailure(refusal.get("Message") or f"{type(error).__name__}: {error}")
