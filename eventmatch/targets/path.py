"""Parameters of targets that may be a path into the event, such as `$.detail.customer`."""

from collections.abc import Callable

from eventmatch.bus.paths import MISSING, InvalidPath, Path, parse_path, select
from eventmatch.delivery.model import Event
from eventmatch.jsontext import Value, is_string, read_merged, to_compact

Parameter = Callable[[Event], str | None]
"""Gives the text of a parameter for an event; None where its path leads to nothing or null."""


def parameter(text: str) -> Parameter:
    """Return what gives the text of a parameter: always the same, or what its path leads to.

    A string is given as it is, any other value as compact JSON. What is no path of
    `eventmatch.bus.paths` is a text.
    """
    try:
        path = parse_path(text)
    except InvalidPath:
        return lambda _event: text
    return lambda event: _text(path, event)


def group_of(group: Parameter | None, event: Event) -> str | None:
    """Return the message group of an event; one that the event lacks is `{}`."""
    return None if group is None else group(event) or "{}"


def selected(path: Path, event: Event) -> Value | None:
    """Return the value that the path leads to in an event; None if that is nothing or null."""
    try:
        value = select(path, read_merged(event.body))
    except ValueError:
        return None
    return None if value is MISSING else value


def _text(path: Path, event: Event) -> str | None:
    value = selected(path, event)
    if value is None:
        return None
    return value if is_string(value) else to_compact(value).decode()
