"""Archives as targets.

| what happens                   | outcome                     |
|--------------------------------|-----------------------------|
| the archive keeps the event    | delivered                   |
| the archive was deleted        | delivered: nobody misses it |
| the store cannot keep it       | INTERNAL_ERROR, tried again |
| the event does not tell a time | INVALID_JSON                |
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from eventmatch.bus.archive_rule import archive_key
from eventmatch.bus.moments import read_moment
from eventmatch.bus.ports import ArchivedEvent
from eventmatch.delivery.model import DELIVERED, Attempt, ErrorCode, Outcome
from eventmatch.delivery.ports import Adapter
from eventmatch.errors import NotFound, StoreError
from eventmatch.targets.making import Maker, Resources, Target
from eventmatch.targets.outcomes import INVALID_INPUT, deliver_prepared, described

# What is behind the region in `arn:aws:events:REGION:::`.
KIND: Final = ":"

# Quotes inside of JSON strings are escaped, so this can be nothing but the first such member.
_TIME: Final = re.compile(rb',"time":"([^"]*)"')

Keep = Callable[[str, Sequence[ArchivedEvent]], Awaitable[None]]
"""Keeps events durably in the archive with that key; raises `StoreError`."""


class ArchiveTarget:
    """Keeps events, as they were accepted, in the archive with that key."""

    batch_size = 100
    concurrency = 2
    timeout = 30.0

    def __init__(self, keep: Keep, archive: str) -> None:
        self._keep = keep
        self._archive = archive

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Keep the events, and return once they are durable."""
        return await deliver_prepared(batch, _archived, self._send)

    async def close(self) -> None:
        """Nothing to give up: the archives are their owner's."""

    async def _send(self, events: Sequence[ArchivedEvent]) -> Sequence[Outcome]:
        try:
            await self._keep(self._archive, events)
        except StoreError as error:
            return [Outcome(ErrorCode.INTERNAL_ERROR, described(error))] * len(events)
        return [DELIVERED] * len(events)


def _archived(attempt: Attempt) -> ArchivedEvent | Outcome:
    event = attempt.event
    told = _TIME.search(event.body)
    try:
        time = read_moment(told[1].decode()) if told else None
    except ValueError:
        time = None
    return INVALID_INPUT if time is None else ArchivedEvent(event.body, time, event.accepted)


def archive_maker(keep: Keep) -> Maker:
    """Return what makes the adapters of the targets of managed rules."""

    def make(target: Target, _resources: Resources) -> Adapter:
        key = archive_key(target.members)
        if key is None:
            raise NotFound("archive", str(target.arn))
        return ArchiveTarget(keep, key)

    return make
