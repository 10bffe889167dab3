"""All rules of a control plane, however many pages they fill."""

from collections.abc import AsyncIterator

from eventmatch.bus.model import Rule
from eventmatch.bus.plane import ControlPlane


async def every_rule(plane: ControlPlane, bus: str | None = None) -> AsyncIterator[Rule]:
    """Yield the rules of a bus, or of all, by name; raises `ServiceError` if it is not there."""
    for name in [bus] if bus is not None else await _buses(plane):
        token: str | None = None
        while True:
            page = await plane.list_rules(event_bus_name=name, next_token=token)
            for rule in page.items:
                yield rule
            token = page.next_token
            if token is None:
                break


async def _buses(plane: ControlPlane) -> list[str]:
    names: list[str] = []
    token: str | None = None
    while True:
        page = await plane.list_event_buses(next_token=token)
        names += [bus.name for bus in page.items]
        token = page.next_token
        if token is None:
            return names
