"""Where it is told that an asynchronous event has ended: destinations and dead-letter queues.

Meaning: service reference §6.3, §6.4.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from eventmatch.bus.arn import Arn
from eventmatch.clock import Clock
from eventmatch.functions.model import EventInvokeConfig
from eventmatch.functions.ports import Directory, LambdaMetric, LambdaObserver, Outbox, Parcel
from eventmatch.functions.records import Ended, to_dead_letters, to_destination
from eventmatch.functions.retrying import Condition

# What an execution role must allow, by the service of the ARN.
_ACTIONS: Final[Mapping[str, str]] = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
    "s3": "s3:PutObject",
}

_log: Final = logging.getLogger("eventmatch.functions")


class Endings:
    """Tells of events that have ended, as far as the role of their function allows."""

    def __init__(
        self,
        directory: Directory,
        outbox: Outbox,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        observer: LambdaObserver,
    ) -> None:
        self._directory = directory
        self._outbox = outbox
        self._clock = clock
        self._new_id = new_id
        self._observer = observer

    async def tell(self, ended: Ended, config: EventInvokeConfig | None) -> None:
        """Return when all that is to be told is durable; raises `StoreError`, and then none is."""
        role = ended.resolved.version.configuration.role
        parcels = self._parcels(ended, config)
        allowed = [parcel for parcel in parcels if self._allows(role, parcel)]
        if allowed:
            await self._outbox.send(allowed)
        for parcel in parcels:
            if parcel not in allowed:
                self._refuse(role, parcel)
        if ended.condition is not Condition.SUCCESS and not parcels:
            self._drop(ended)

    def _parcels(self, ended: Ended, config: EventInvokeConfig | None) -> Sequence[Parcel]:
        is_success = ended.condition is Condition.SUCCESS
        on_success, on_failure = (config.on_success, config.on_failure) if config else (None, None)
        parcels = []
        if destination := on_success if is_success else on_failure:
            now = self._clock.now()
            parcels.append(to_destination(ended, destination, now, self._new_id))
        dead_letters = ended.resolved.version.configuration.dead_letters
        if dead_letters and not is_success:
            parcels.append(to_dead_letters(ended, dead_letters))
        return parcels

    def _allows(self, role: str, parcel: Parcel) -> bool:
        arn = Arn.parse(parcel.arn)
        action = None if arn is None else _ACTIONS.get(arn.service)
        return action is None or self._directory.role_allows(role, action, parcel.arn)

    def _refuse(self, role: str, parcel: Parcel) -> None:
        _log.warning("%s: the role %s may not send to %s", parcel.function, role, parcel.arn)
        assert parcel.failure is not None
        self._observer.count(parcel.failure, 1, parcel.function)

    def _drop(self, ended: Ended) -> None:
        function = ended.resolved.version.function
        _log.warning("%s: dropped an event: %s", function, ended.condition)
        self._observer.count(LambdaMetric.ASYNC_EVENTS_DROPPED, 1, function)
