"""One call of an adapter: payloads in, an outcome for each delivery out."""

import logging
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from eventmatch.clock import Clock
from eventmatch.delivery.model import DELIVERED, Attempt, Delivery, ErrorCode, Event, Outcome
from eventmatch.delivery.ports import Destination, InvalidPayload

Render = Callable[[Event], bytes | None]

_log: Final = logging.getLogger("eventmatch.delivery")

_INVALID: Final = Outcome(ErrorCode.INVALID_JSON, "Invalid input for target.")


class Tried(NamedTuple):
    """What became of a delivery that was tried, and the payload that was."""

    delivery: Delivery
    payload: bytes
    outcome: Outcome


async def attempt(
    destination: Destination, deliveries: Sequence[Delivery], clock: Clock
) -> Sequence[Tried]:
    """Try deliveries in one call; those without a sound payload are not handed over."""
    ready = deliveries
    tried: list[Tried] = []
    if destination.render is None:
        batch = [Attempt(each.event.body, each.event, each.attempts + 1) for each in deliveries]
    else:
        ready, batch, tried = _rendered(destination, destination.render, deliveries)
    if batch:
        outcomes = await _outcomes(destination, batch, clock)
        tried += map(Tried, ready, [each.payload for each in batch], outcomes)
    return tried


def _rendered(
    destination: Destination, render: Render, deliveries: Sequence[Delivery]
) -> tuple[list[Delivery], list[Attempt], list[Tried]]:
    """Return what is to be tried, with its payloads, and what has ended without."""
    ready: list[Delivery] = []
    batch: list[Attempt] = []
    tried: list[Tried] = []
    for delivery in deliveries:
        try:
            payload = render(delivery.event)
        except InvalidPayload as refused:
            tried.append(Tried(delivery, refused.text, _INVALID))
            continue
        except Exception as error:
            _log.exception("%s: the payload could not be made", destination.name)
            outcome = Outcome(ErrorCode.UNKNOWN, repr(error))
            tried.append(Tried(delivery, delivery.event.body, outcome))
            continue
        if payload is None:
            tried.append(Tried(delivery, b"", DELIVERED))
        else:
            ready.append(delivery)
            batch.append(Attempt(payload, delivery.event, delivery.attempts + 1))
    return ready, batch, tried


async def _outcomes(
    destination: Destination, batch: Sequence[Attempt], clock: Clock
) -> Sequence[Outcome]:
    adapter = destination.adapter
    try:
        async with clock.timeout(adapter.timeout):
            outcomes = await adapter.deliver(batch)
    except TimeoutError:
        message = f"The target did not answer within {adapter.timeout:g} seconds."
        return [Outcome(ErrorCode.TIMEOUT, message)] * len(batch)
    except Exception as error:
        _log.exception("%s: the adapter failed", destination.name)
        return [Outcome(ErrorCode.UNKNOWN, repr(error))] * len(batch)
    if len(outcomes) != len(batch):
        message = f"The adapter gave {len(outcomes)} outcomes for {len(batch)} attempts."
        _log.error("%s: %s", destination.name, message)
        return [Outcome(ErrorCode.UNKNOWN, message)] * len(batch)
    return outcomes
