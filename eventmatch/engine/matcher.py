"""`Matcher`: many patterns under names against one event at a time."""

from collections.abc import Iterable, Mapping

from eventmatch.engine.choice import EngineChoice, engine_class
from eventmatch.engine.consistency import satisfied
from eventmatch.engine.event import EventSource, Field, find, read_event
from eventmatch.engine.lines import Lines
from eventmatch.engine.matches import Matches
from eventmatch.engine.stats import MatcherStats
from eventmatch.errors import NotFound
from eventmatch.pattern import AnyPattern, EventPattern, as_pattern, dialect_named


def matches(pattern: AnyPattern, event: EventSource) -> bool:
    """Tell whether one event matches one pattern; raises `PatternError` or `EventError`."""
    parsed = as_pattern(pattern)
    found = find(read_event(event), fields_of(parsed))
    return any(satisfied(rule.leaves, found) for rule in parsed.sub_rules)


def fields_of(pattern: EventPattern) -> Field:
    """Return the tree of the paths that a pattern names."""
    root = Field()
    for path in {leaf.path for rule in pattern.sub_rules for leaf in rule.leaves}:
        root.grow(path)
    return root


class Matcher:
    """Rules by name, matched together: the time for an event hardly grows with their number.

    `rules` are added at once. `engine` is "native" (compiled), "python" or "auto": native where it
    is installed, else Python, which is slower and gives the same answers; one that is not there
    raises `EngineUnavailable`. Any thread may call any method at any time: the engine guards
    all state.
    """

    def __init__(
        self,
        rules: Mapping[str, AnyPattern] | None = None,
        *,
        engine: EngineChoice = "auto",
        dialect: str = "eventbridge",
    ) -> None:
        self._engine = engine_class(engine)(dialect_named(dialect).name)
        if type(self) is Matcher:
            # The engine's own methods stand before those below, which would add a call: 25 ns to
            # the 115 ns that the native engine takes for the smallest event.
            vars(self).update(
                match=self._engine.match,
                match_trusted=self._engine.match_trusted,
                has_match=self._engine.has_match,
            )
        add = self._engine.add
        for name, pattern in (rules or {}).items():
            add(name, pattern)

    @property
    def engine(self) -> str:
        """The name of the engine that runs."""
        return self._engine.name

    def add(self, name: str, pattern: AnyPattern) -> None:
        """Add a pattern under a name; a name with several patterns matches if any of them does.

        Raises `PatternError`, or `MemoryError` if the index of the native engine is full (about
        4 GiB); then nothing has changed.
        """
        self._engine.add(name, pattern)

    def remove(self, name: str) -> None:
        """Remove all patterns of a name; raises `NotFound`, which is a KeyError."""
        if not self._engine.remove(name):
            raise NotFound("rule", name)

    def match(self, event: EventSource) -> list[str]:
        """Return the names that match, each once, in the order in which they were first added.

        Takes JSON text (str, or UTF-8 as bytes, bytearray or memoryview) or the parsed object.
        Raises `EventError`.
        """
        return self._engine.match(event)

    def match_trusted(self, event: EventSource) -> list[str]:
        """Return what `match` returns for an event that was validated before, sooner.

        What no rule reads may be skipped without validation. For anything but a JSON object the
        result means nothing, and `EventError` need not be raised. An event that holds what was
        validated as its detail may be a level deeper than any other.
        """
        return self._engine.match_trusted(event)

    def has_match(self, event: EventSource) -> bool:
        """Tell whether any pattern matches; may stop at the first. Raises `EventError`."""
        return self._engine.has_match(event)

    def match_lines(self, lines: Lines, *, threads: int | None = None) -> list[list[str]]:
        """Return the names for each line of NDJSON, in the order of the lines.

        A blank line has no names. A line that is no event raises `EventError`, whose position and
        line count from the beginning of the text. The native engine uses up to `threads` threads,
        by default one for each core.
        """
        return self._engine.match_lines(lines, _checked(threads))

    def match_many(self, events: Iterable[EventSource], *, threads: int | None = None) -> Matches:
        """Return the names for each event in one compact object.

        The first that is no event raises `EventError`, whose `index` says which. `threads` is as
        for `match_lines`.
        """
        return self._engine.match_many(events, _checked(threads))

    def match_many_lines(self, lines: Lines, *, threads: int | None = None) -> Matches:
        """Return what `match_lines` returns in one compact object; raises the same errors."""
        return self._engine.match_many_lines(lines, _checked(threads))

    def stats(self) -> MatcherStats:
        """Return how many rules and predicates there are, and the memory that they take."""
        return self._engine.stats()

    def names(self) -> list[str]:
        """Return the names in the order in which they were first added."""
        return self._engine.names()

    def __len__(self) -> int:
        return len(self._engine)

    def __contains__(self, name: object) -> bool:
        return name in self._engine

    def __repr__(self) -> str:
        return f"<Matcher of {len(self)} rules, {self.engine} engine>"


def _checked(threads: int | None) -> int | None:
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    return threads
