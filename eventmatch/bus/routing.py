"""Which rules of a bus an event matches, and the lanes of their targets: what the hot path reads.

Readers and writers share the event loop. A writer changes one rule between two awaits, so that a
reader sees it either as it was or as it is.
"""

import logging
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Final, NamedTuple

from eventmatch.bus.model import Rule
from eventmatch.engine.matcher import Matcher
from eventmatch.errors import EventError

_log: Final = logging.getLogger("eventmatch.bus")


class Route(NamedTuple):
    """A rule, the number of the lane of each of its targets, and the dimensions of its metrics."""

    rule: Rule
    lanes: tuple[int, ...]
    dimensions: Mapping[str, str]

    @property
    def bus_dimensions(self) -> Mapping[str, str]:
        """The dimensions of what is counted for the bus alone."""
        return {"EventBusName": self.rule.bus}


class Routes:
    """The rules of one bus, matched together."""

    def __init__(self) -> None:
        self._matcher = Matcher()
        self._match = self._matcher.match_trusted
        self._routes: dict[str, Route] = {}
        # Patterns have keys of their own, so that a new one is there before the old one goes.
        self._new_key = map(str, count())
        self._keys: dict[str, str] = {}
        self._served: dict[str, Route] = {}

    def matching(self, body: bytes) -> Sequence[Route]:
        """Return the enabled rules whose pattern matches an envelope, which is a valid event."""
        served = self._served
        try:
            return [served[key] for key in self._match(body)]
        except EventError:
            # It is too complex for a rule, but not for the others.
            return [route for route in served.values() if _matches(route, body)]

    def route(self, name: str) -> Route | None:
        """Return a rule by its name, whether it matches anything or not."""
        return self._routes.get(name)

    def put(self, rule: Rule, lanes: tuple[int, ...]) -> None:
        """Add a rule, or replace the one of its name. Its pattern is valid.

        Raises `MemoryError` where the matcher is full, and then nothing has changed.
        """
        old, key = self._routes.get(rule.name), self._keys.get(rule.name)
        if (old.rule.served_pattern if old else None) != rule.served_pattern:
            key = self._serve(rule.served_pattern)
            self._withdraw(rule.name)
        dimensions = {"EventBusName": rule.bus, "RuleName": rule.name}
        route = self._routes[rule.name] = Route(rule, lanes, dimensions)
        if key is not None:
            self._keys[rule.name] = key
            self._served[key] = route

    def remove(self, name: str) -> None:
        """Forget a rule."""
        del self._routes[name]
        self._withdraw(name)

    def _serve(self, pattern: str | None) -> str | None:
        """Let the matcher have a pattern; return its key there."""
        if pattern is None:
            return None
        key = next(self._new_key)
        self._matcher.add(key, pattern)
        return key

    def _withdraw(self, name: str) -> None:
        """Take the pattern of a rule out of the matcher, if it has one there."""
        key = self._keys.pop(name, None)
        if key is not None:
            self._matcher.remove(key)
            del self._served[key]

    def __len__(self) -> int:
        return len(self._routes)


def _matches(route: Route, body: bytes) -> bool:
    """Tell whether an envelope matches a rule; not if that is too much for any engine."""
    pattern = route.rule.served_pattern
    try:
        return pattern is not None and bool(Matcher({"": pattern}).match_trusted(body))
    except EventError:
        _log.exception("%s: an event cannot be matched and is passed over", route.rule.arn)
        return False
