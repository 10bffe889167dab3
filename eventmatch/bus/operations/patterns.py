"""TestEventPattern, which asks nothing of the plane. Meaning: service reference §2.7."""

from collections.abc import Mapping
from typing import Final

from eventmatch.bus import refusals
from eventmatch.bus.constraints import Text
from eventmatch.bus.operations.operation import Answer, Operation, Parameters, request
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.rules import parsed
from eventmatch.bus.shapes import EVENT_PATTERN
from eventmatch.engine.matcher import matches
from eventmatch.errors import EventError
from eventmatch.jsontext import read_plain
from eventmatch.pattern import EventPattern

_NEEDED: Final = frozenset({"id", "account", "source", "time", "region", "detail-type"})


async def _test(plane: ControlPlane, parameters: Parameters) -> Answer:
    del plane
    return {"Result": _result(parsed(parameters["EventPattern"]), parameters["Event"])}


def _result(pattern: EventPattern, text: str) -> bool:
    try:
        event = read_plain(text)
        if isinstance(event, dict) and event.keys() >= _NEEDED:
            return matches(pattern, text)
    except (ValueError, EventError):
        pass
    raise refusals.bad_parameter("Event")


OPERATIONS: Final[Mapping[str, Operation]] = {
    "TestEventPattern": Operation(
        request(
            "TestEventPattern",
            {"EventPattern": EVENT_PATTERN, "Event": Text()},
            "EventPattern",
            "Event",
        ),
        _test,
    )
}
