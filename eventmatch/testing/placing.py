"""Values at paths, made into one event.

Every array that comes of it holds at most one object, so whatever two paths ask for is found in
the same element. Meaning: event-pattern language reference §2.1, §3.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from hypothesis import strategies as st

from eventmatch.testing.events import json_values
from eventmatch.testing.vocabulary import Json, JsonObject

Place: TypeAlias = tuple[Sequence[str], Json]
"""The names that lead to a value, and the value: a scalar or an array of scalars."""

_VALUES: Final = json_values()


@dataclass(frozen=True, slots=True)
class Placing:
    """Builds an event around its values: plainly, or with all that `draw` chooses to add.

    Plain events take no draws, so they are what Hypothesis ends with.
    """

    unused_name: str
    draw: st.DrawFn | None = None

    def event(self, contents: Iterable[tuple[str, Json]]) -> JsonObject:
        """Build an event with each of the values at its path."""
        return self.object([(self.names(path), value) for path, value in contents])

    def names(self, path: str) -> Sequence[str]:
        """Choose how to write a path: nested objects or one dotted name."""
        return [path] if "." in path and self.chance() else path.split(".")

    def chance(self) -> bool:
        """Choose whether to do more than is necessary."""
        return self.draw is not None and self.draw(st.booleans())

    def object(self, places: Iterable[Place]) -> JsonObject:
        """Build an object, with or without an unrelated member."""
        members: dict[str, list[Place]] = {}
        for (name, *rest), value in places:
            members.setdefault(name, []).append((rest, value))
        built = {name: self.member(below) for name, below in members.items()}
        return built | self.unrelated()

    def unrelated(self) -> JsonObject:
        """Choose no member, or one that no path leads to."""
        if self.draw is None or not self.chance():
            return {}
        return {self.unused_name: self.draw(_VALUES)}

    def member(self, places: list[Place]) -> Json:
        """Build what stands below one name: a value, an object, or both in an array."""
        here = [value for names, value in places if not names]
        below = [(names, value) for names, value in places if names]
        if not below:
            return here[0]
        inner = self.object(below)
        elements = [element for value in here for element in _elements(value)]
        return [*elements, inner] if elements or self.chance() else inner


def _elements(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]
