"""One call of an adapter: payloads in, an outcome for each delivery out."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from eventmatch.clock import Clock
from eventmatch.delivery.failures import log_failure
from eventmatch.delivery.model import DELIVERED, Attempt, Delivery, ErrorCode, Event, Outcome
from eventmatch.delivery.ports import Destination, InvalidPayload

Render = Callable[[Event], bytes | None]

_log: Final = logging.getLogger("eventmatch.delivery")

# They end the process or the loop, whoever raises them.
_ENDS: Final = (GeneratorExit, KeyboardInterrupt, SystemExit)

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
            log_failure(_log, f"{destination.name}: the payload could not be made", error)
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
        return _checked(outcomes, len(batch))
    except TimeoutError:
        message = f"The target did not answer within {adapter.timeout:g} seconds."
        return [Outcome(ErrorCode.TIMEOUT, message)] * len(batch)
    except _ENDS:
        raise
    except BaseException as error:
        is_cancelled = isinstance(error, asyncio.CancelledError)
        if is_cancelled and _is_called_off():
            raise
        log_failure(_log, f"{destination.name}: the adapter failed", error)
        outcome = Outcome(ErrorCode.UNKNOWN, repr(error), retryable=is_cancelled or None)
        return [outcome] * len(batch)


def _checked(outcomes: Sequence[Outcome], count: int) -> Sequence[Outcome]:
    """Return what an adapter gave, or raise TypeError if it is not an outcome for each attempt."""
    if len(outcomes) != count:
        raise TypeError(f"The adapter gave {len(outcomes)} outcomes for {count} attempts.")
    for outcome in outcomes:
        if outcome is not DELIVERED and not _is_outcome(outcome):
            raise TypeError(f"The adapter gave {outcome!r}, which is no outcome.")
    return outcomes


def _is_outcome(given: object) -> bool:
    return isinstance(given, Outcome) and (given.code is None or isinstance(given.code, ErrorCode))


def _is_called_off() -> bool:
    """Whether it is this task that is cancelled, and not something that an adapter waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
