"""Other buses as targets.

| what happens                                        | outcome                     |
|-----------------------------------------------------|-----------------------------|
| the bus takes the event                             | delivered                   |
| the event came over a bus of the region before      | THIRD_ACCOUNT_HOP_DETECTED  |
| the event came from another region before           | THIRD_REGION_HOP_DETECTED   |
| there is no such bus                                | NO_RESOURCE                 |

and any other refusal as `eventmatch.targets.embedded` tells. An event keeps its account and region;
it keeps its id and time as well, unless it goes to another region.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from eventmatch.bus import refusals
from eventmatch.bus.arn import bare_name
from eventmatch.bus.envelope import renewed
from eventmatch.clock import Clock
from eventmatch.delivery.model import Attempt, ErrorCode, Event, Outcome
from eventmatch.targets.embedded import Part, outcomes_of
from eventmatch.targets.outcomes import deliver_prepared, service_message

_SERVICE: Final = "AmazonEventBridge"


@dataclass(frozen=True, slots=True)
class Hop:
    """A way from bus to bus: the fact that counts it, and what is said of one too many."""

    fact: str
    code: ErrorCode
    message: str


WITHIN_REGION: Final = Hop(
    "account-hops",
    ErrorCode.THIRD_ACCOUNT_HOP_DETECTED,
    "The event was forwarded from another event bus and cannot be forwarded to a third one.",
)
ACROSS_REGIONS: Final = Hop(
    "region-hops",
    ErrorCode.THIRD_REGION_HOP_DETECTED,
    "The event was forwarded from another region and cannot be forwarded to a third one.",
)


class Forward(Protocol):
    """Puts events on a bus."""

    async def __call__(self, bus: str, events: Sequence[Event]) -> Sequence[object]:
        """Accept events on the bus with that ARN; return for each its id, or what refused it.

        The body and the facts are to be taken as they are; the number and the moment of acceptance
        are those of the event that came. Raises `NotFound` where there is no such bus.
        """


class Renewal:
    """Gives an event the id and time of a new one, as every region does with what comes in."""

    def __init__(self, clock: Clock, new_id: Callable[[], str]) -> None:
        self._clock = clock
        self._new_id = new_id

    def __call__(self, body: bytes) -> bytes:
        """Return the envelope with another id, and the time of now."""
        return renewed(body, self._new_id(), self._clock.now())


class BusTarget:
    """Emits events again, as they were accepted, on the bus with that ARN.

    `renewal` is for a bus of another region, and None for one of the same. An event takes one hop
    of each kind; more are refused, unless `limited` is off, and then loops run for ever.
    """

    batch_size = 100
    concurrency = 1
    timeout = 30.0

    def __init__(
        self, forward: Forward, bus: str, *, renewal: Renewal | None = None, limited: bool = True
    ) -> None:
        self._forward = forward
        self._bus = bus
        self._renewal = renewal
        self._hop = WITHIN_REGION if renewal is None else ACROSS_REGIONS
        self._limited = limited
        self._part = _part(bus)

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Forward the events, and return once the other bus has accepted them."""
        return await deliver_prepared(batch, self._next, self._send)

    async def close(self) -> None:
        """Nothing to give up: the bus is its owner's."""

    def _next(self, attempt: Attempt) -> Event | Outcome:
        """Return the event as the other bus gets it."""
        event, hop = attempt.event, self._hop
        hops = int(event.facts.get(hop.fact, "0"))
        if self._limited and hops:
            return Outcome(hop.code, hop.message)
        body = event.body if self._renewal is None else self._renewal(event.body)
        return event._replace(body=body, facts={**event.facts, hop.fact: str(hops + 1)})

    async def _send(self, events: Sequence[Event]) -> Sequence[Outcome]:
        return await outcomes_of(self._forward(self._bus, events), len(events), self._part)


def _part(bus: str) -> Part:
    missing = refusals.no_bus(bare_name(bus))
    return Part(_SERVICE, service_message(missing.message, _SERVICE, 400, missing.code))
