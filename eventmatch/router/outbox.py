"""What functions hand to queues, topics, functions and buses: parcels on the way of deliveries."""

import logging
from collections.abc import Sequence
from typing import Final

from eventmatch.delivery.changing import Changing
from eventmatch.delivery.enqueuing import Enqueuer, Item
from eventmatch.delivery.model import DELIVERED, Attempt, Outcome
from eventmatch.delivery.ports import Adapter, Destination
from eventmatch.functions.ports import LambdaMetric, LambdaObserver, Parcel
from eventmatch.jsontext import read_plain, write_plain
from eventmatch.targets import Adapters, Resources
from eventmatch.targets.making import Maker, Target

# The fact of an event that has the attributes of its parcel.
_ATTRIBUTES: Final = "attributes"
_UNDELIVERED: Final = "arn:eventmatch:undelivered:::"

_log: Final = logging.getLogger("eventmatch.functions")


class ParcelService:
    """Takes parcels over, and delivers them with the retries of AWS's defaults.

    Implements `Outbox`, and is the `Destinations` of the lanes of parcels.
    """

    def __init__(self, enqueuer: Enqueuer, adapters: Adapters) -> None:
        self._enqueuer = enqueuer
        self._adapters = adapters

    async def send(self, parcels: Sequence[Parcel]) -> None:
        """Make parcels durable, all or none; raises `StoreError`."""
        await self._enqueuer.enqueue(
            [Item(_describe(parcel), parcel.body, _facts(parcel)) for parcel in parcels]
        )

    def destination(self, description: bytes) -> Destination:
        """Return where the parcels of the lane with that description go."""
        told = read_plain(description)
        arn, function, failure = told["parcel"], told["sender"], told["failure"]
        return Destination(
            name=f"{function}: {arn}",
            adapter=Changing(self._adapters.adapter(arn), _unpacked),
            dead_letters=f"{_UNDELIVERED}{function}/{failure}" if failure else None,
            dimensions=None,
        )


def undelivered(observer: LambdaObserver) -> Maker:
    """Return what makes the place where parcels end that nothing helps: they are counted."""

    def make(target: Target, _resources: Resources) -> Adapter:
        function, _, failure = target.arn.resource.partition("/")
        return _Undelivered(function, LambdaMetric(failure), observer)

    return make


class _Undelivered:
    """Counts what could not be delivered."""

    batch_size = 1000
    concurrency = 1
    timeout = 30.0

    def __init__(self, function: str, failure: LambdaMetric, observer: LambdaObserver) -> None:
        self._function = function
        self._failure = failure
        self._observer = observer

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Count the parcels and let them go."""
        for attempt in batch:
            reason = attempt.attributes.get("ERROR_MESSAGE", "")
            _log.error("%s: %s: %s", self._function, self._failure, reason)
        self._observer.count(self._failure, len(batch), self._function)
        return [DELIVERED] * len(batch)

    async def close(self) -> None:
        """Nothing to give up."""


def _describe(parcel: Parcel) -> bytes:
    return write_plain({"parcel": parcel.arn, "sender": parcel.function, "failure": parcel.failure})


def _facts(parcel: Parcel) -> dict[str, str]:
    if not parcel.attributes:
        return {}
    return {_ATTRIBUTES: write_plain(dict(parcel.attributes)).decode()}


def _unpacked(attempt: Attempt) -> Attempt:
    """Return the attempt as its goal sees it: of the event, nothing but the parcel."""
    event = attempt.event
    text = event.facts.get(_ATTRIBUTES)
    if text is None:
        return attempt
    attributes = {name: (value, kind) for name, (value, kind) in read_plain(text).items()}
    return attempt._replace(event=event._replace(facts={}), attributes=attributes)
