"""One batch, and what the function made of it."""

import logging
from collections.abc import Sequence
from typing import Final

from eventmatch.errors import StoreError
from eventmatch.functions.errors import LambdaError
from eventmatch.functions.model import Invoked
from eventmatch.mappings import refusals
from eventmatch.mappings.batches import Item, event_of
from eventmatch.mappings.model import EventSourceMapping
from eventmatch.mappings.ports import SourceFailure, World

OK: Final = "OK"
_log: Final = logging.getLogger("eventmatch.mappings")


async def invoke(
    world: World, mapping: EventSourceMapping, items: Sequence[Item]
) -> Invoked | None:
    """Invoke the function with records, and report how it went.

    None if nothing was run: the invocation was refused, as by a throttle.
    """
    try:
        invoked = await world.invoke(mapping.function, event_of(items))
    except Exception as error:
        problem(world, mapping, error)
        return None
    if invoked.error is None:
        world.report(mapping.uuid, OK)
    else:
        world.report(mapping.uuid, f"PROBLEM: {refusals.FUNCTION_FAILED}")
    return invoked


def problem(world: World, mapping: EventSourceMapping, error: Exception) -> None:
    """Report what keeps a mapping from its work."""
    world.report(mapping.uuid, f"PROBLEM: {_text(mapping, error)}")


def _text(mapping: EventSourceMapping, error: Exception) -> str:
    if isinstance(error, LambdaError):
        return error.message
    if isinstance(error, SourceFailure | StoreError):
        return str(error)
    _log.error("event source mapping %s: unforeseen", mapping.uuid, exc_info=error)
    return f"{type(error).__name__}: {error}"
