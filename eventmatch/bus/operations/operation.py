"""What an operation is, and what all of them share."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from eventmatch.bus.constraints import Members, Shape
from eventmatch.bus.paging import Page
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.shapes import LIMIT, NEXT_TOKEN

Parameters = Mapping[str, Any]
"""The members of a request, read by the operation's shape."""

Answer = dict[str, Any]

Owner = TypeVar("Owner")

PAGING: Final[Mapping[str, Shape]] = {"NextToken": NEXT_TOKEN, "Limit": LIMIT}


class Operation(NamedTuple):
    """An operation: the shape of its parameters, and what it does with them."""

    shape: Members
    run: Callable[[ControlPlane, Parameters], Awaitable[Answer]]


def of(
    owner: Owner, shape: Members, run: Callable[[Owner, Parameters], Awaitable[Answer]]
) -> Operation:
    """Return an operation on something beside the plane, which it does not ask."""
    return Operation(shape, lambda _, parameters: run(owner, parameters))


def request(name: str, members: Mapping[str, Shape], *required: str) -> Members:
    """Return the shape of an operation's parameters."""
    return Members(name=f"{name}Request", members=members, required=required)


def chosen(parameters: Parameters, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters that are there as keyword arguments; `names` has AWS's to ours."""
    return {ours: parameters[theirs] for theirs, ours in names.items() if theirs in parameters}


def paging(parameters: Parameters) -> dict[str, Any]:
    """Return where a page begins and how long it is as keyword arguments."""
    return chosen(parameters, {"NextToken": "next_token", "Limit": "limit"})


def filters(parameters: Parameters, state: Callable[[str], object]) -> dict[str, Any]:
    """Return which of a list are wanted, and which page of them, as keyword arguments."""
    wanted = chosen(
        parameters,
        {"NamePrefix": "name_prefix", "EventSourceArn": "event_source_arn", "State": "state"},
    )
    if "state" in wanted:
        wanted["state"] = state(wanted["state"])
    return {**wanted, **paging(parameters)}


def page(member: str, items: list[Any], found: Page[Any]) -> Answer:
    """Return the answer that is a page."""
    token = {} if found.next_token is None else {"NextToken": found.next_token}
    return {member: items, **token}


def present(**members: Any) -> Answer:
    """Return the members that are set."""
    return {name: value for name, value in members.items() if value is not None}
