"""What an operation on functions is, and what all of them share."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from inspect import Parameter, signature
from typing import Any, Final, NamedTuple

from eventmatch.bus.moments import precise_moment_text
from eventmatch.functions.configuration import NAMES
from eventmatch.functions.paging import Page
from eventmatch.functions.permissions import CONDITIONS
from eventmatch.functions.plane import Functions

Parameters = Mapping[str, Any]
"""The members of a request; those of the path and the query are members too."""

Answer = dict[str, Any]

# What a method takes under one name: `**configuration`, `**conditions`.
_OTHERS: Final = {"configuration": NAMES, "conditions": CONDITIONS}
_SPELLED: Final = {"principal_org_id": "PrincipalOrgID"}


class Operation(NamedTuple):
    """An operation: what it does with its parameters."""

    run: Callable[[Functions, Parameters], Awaitable[Answer]]


def operation(
    method: Callable[[Functions], Callable[..., Awaitable[Any]]],
    answer: Callable[[Any], Answer] = lambda _: {},
) -> Operation:
    """Return the operation that is a method of the functions, by what it answers to its result."""

    async def run(functions: Functions, parameters: Parameters) -> Answer:
        return answer(await ask(method(functions), parameters))

    return Operation(run)


async def ask(method: Callable[..., Awaitable[Any]], parameters: Parameters) -> Any:
    """Return the result of a method for the members of a request; it passes over others."""
    arguments: dict[str, Any] = {}
    for name, is_needed in _names(method):
        value = parameters.get(member(name))
        if value is not None or is_needed:
            arguments[name] = value
    return await method(**arguments)


def _names(method: Callable[..., Awaitable[Any]]) -> Iterator[tuple[str, bool]]:
    """Return what a method takes, and whether it needs it."""
    for name, parameter in signature(method).parameters.items():
        if parameter.kind is Parameter.VAR_KEYWORD:
            yield from ((other, False) for other in _OTHERS[name])
        else:
            yield name, parameter.default is Parameter.empty


def member(name: str) -> str:
    """Return AWS's name of a member by ours."""
    return _SPELLED.get(name) or "".join(part.capitalize() for part in name.split("_"))


def paged(name: str, item: Callable[[Any], Answer]) -> Callable[[Page[Any]], Answer]:
    """Return what answers with a page of a list, its items as `item` shows them."""

    def answer(found: Page[Any]) -> Answer:
        items: Sequence[Answer] = [item(each) for each in found.items]
        return present({name: items, "NextMarker": found.next_marker})

    return answer


def present(members: Mapping[str, Any]) -> Answer:
    """Return the members that are set."""
    return {name: value for name, value in members.items() if value is not None}


def moment(seconds: float) -> str:
    """Return a moment as Lambda shows it, such as `2026-01-02T03:04:05.678+0000`."""
    return f"{precise_moment_text(seconds)[:-1]}+0000"
