"""Mappings go on whatever happens to them."""

from collections.abc import Awaitable, Callable
from typing import Final

from eventmatch.mappings.invoking import problem
from eventmatch.mappings.model import EventSourceMapping
from eventmatch.mappings.ports import World
from eventmatch.mappings.rest import Rest

_TRY_AGAIN: Final = 10.0


async def persist(
    step: Callable[[], Awaitable[bool]], world: World, mapping: EventSourceMapping, rest: Rest
) -> None:
    """Take a step of a mapping until one answers that it was the last; rest after each failure."""
    is_over = False
    while not is_over:
        try:
            is_over = await step()
        except Exception as error:
            # Whatever it is: a mapping that ended here would stand still, and nobody would know.
            problem(world, mapping, error)
            await rest.until(world.clock, world.clock.now() + _TRY_AGAIN)
