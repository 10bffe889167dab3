"""The reference engine: readable, exact, indexed, and the fallback where no other is installed.

An event is walked once for the paths that rules name, the index gives the sub-rules that its values
make possible, and only these are asked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Final

from eventmatch.engine.consistency import satisfied
from eventmatch.engine.event import EventSource, Field, find, read_event
from eventmatch.engine.index import Candidate, Index
from eventmatch.engine.lines import Lines, in_line, lines_of, split
from eventmatch.engine.matches import Matches
from eventmatch.engine.stats import MatcherStats, footprint
from eventmatch.errors import EventError
from eventmatch.jsontext import MAX_WRAPPED_DEPTH, Value
from eventmatch.pattern import AnyPattern, EventPattern, as_pattern


class PythonEngine:
    """Patterns under names. The one lock, `_lock`, guards all state; events are read outside it."""

    name: Final = "python"

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._lock = Lock()
        self._rules = Rules()
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._next_number = 0

    def add(self, name: str, pattern: AnyPattern) -> None:
        """Add a pattern under a name; raises `PatternError`, and then nothing has changed."""
        if not isinstance(name, str):
            raise TypeError(f"the name of a rule must be str, got {type(name).__name__}")
        parsed = as_pattern(pattern, self._dialect)
        with self._lock:
            if name not in self._numbers:
                self._numbers[name] = self._next_number
                self._names[self._next_number] = name
                self._next_number += 1
            self._rules.add(self._numbers[name], parsed)

    def remove(self, name: str) -> bool:
        """Remove all patterns of a name; False if there are none."""
        with self._lock:
            if name not in self._numbers:
                return False
            number = self._numbers.pop(name)
            del self._names[number]
            self._rules.remove(number)
            return True

    def match(self, event: EventSource) -> list[str]:
        """Return the names that match; raises `EventError`."""
        return self._names_matching(read_event(event))

    def match_trusted(self, event: EventSource) -> list[str]:
        """Return the same; Python reads the whole event in any case, which may be an envelope."""
        return self._names_matching(read_event(event, MAX_WRAPPED_DEPTH))

    def has_match(self, event: EventSource) -> bool:
        """Tell whether any name matches; raises `EventError`."""
        value = read_event(event)
        with self._lock:
            return self._rules.has_match(value)

    def match_lines(self, lines: Lines, _: int | None) -> list[list[str]]:
        """Return the names for each line; raises `EventError`."""
        return list(self._match_lines(lines))

    def match_many_lines(self, lines: Lines, _: int | None) -> Matches:
        """Return the names for each line; raises `EventError`."""
        return Matches.of(self._match_lines(lines))

    def match_many(self, events: Iterable[EventSource], _: int | None) -> Matches:
        """Return the names for each event; raises `EventError`."""
        return Matches.of(self._match_at(index, event) for index, event in enumerate(events))

    def _names_matching(self, value: Value) -> list[str]:
        with self._lock:
            return [self._names[number] for number in self._rules.match(value)]

    def _match_lines(self, lines: Lines) -> Iterator[list[str]]:
        for number, start, line in split(lines_of(lines)):
            try:
                yield self.match(line) if line.strip() else []
            except EventError as error:
                raise in_line(error, number, start) from None

    def _match_at(self, index: int, event: EventSource) -> list[str]:
        try:
            return self.match(event)
        except EventError as error:
            error.index = index
            raise

    def names(self) -> list[str]:
        """Return the names in the order in which they were first added."""
        with self._lock:
            return list(self._numbers)

    def stats(self) -> MatcherStats:
        """Return the figures; looks at everything that is held."""
        with self._lock:
            held, texts = footprint([self._rules, self._numbers, self._names])
            lengths = self._rules.posting_lengths()
            return MatcherStats(
                rules=len(self._numbers),
                predicates=len(lengths),
                bytes=held,
                text_bytes=texts,
                longest_list=max(lengths, default=0),
            )

    def __len__(self) -> int:
        with self._lock:
            return len(self._numbers)

    def __contains__(self, name: object) -> bool:
        with self._lock:
            return name in self._numbers


class Rules:
    """Patterns under numbers, and the numbers that match an event. Not for concurrent use."""

    def __init__(self) -> None:
        self._root = Field()
        self._index = Index()
        self._paths: Counter[str] = Counter()
        self._candidates: dict[int, list[Candidate]] = {}

    def add(self, number: int, pattern: EventPattern) -> None:
        """Add a pattern; a number may have several and matches if any of them does."""
        for rule in pattern.sub_rules:
            candidate = Candidate(number, rule)
            self._candidates.setdefault(number, []).append(candidate)
            self._index.add(candidate)
            for leaf in rule.leaves:
                if not self._paths[leaf.path]:
                    self._root.grow(leaf.path)
                self._paths[leaf.path] += 1

    def remove(self, number: int) -> None:
        """Forget all patterns of a number."""
        for candidate in self._candidates.pop(number):
            self._index.discard(candidate)
            for leaf in candidate.rule.leaves:
                self._paths[leaf.path] -= 1
                if not self._paths[leaf.path]:
                    del self._paths[leaf.path]
                    self._root.prune(leaf.path)

    def match(self, event: Value) -> list[int]:
        """Return the numbers that match what `read_event` returned, ascending."""
        return sorted(set(self._matching(event)))

    def has_match(self, event: Value) -> bool:
        """Tell whether any number matches what `read_event` returned."""
        return any(True for _ in self._matching(event))

    def posting_lengths(self) -> list[int]:
        """Return how many sub-rules stand behind each value or test of the index."""
        return self._index.posting_lengths()

    def _matching(self, event: Value) -> Iterator[int]:
        found = find(event, self._root)
        settled: set[Candidate] = set()
        matched: set[int] = set()
        for candidate in self._index.candidates(found):
            if candidate.number not in matched and candidate not in settled:
                settled.add(candidate)
                if candidate.is_decided_by_anchor or satisfied(candidate.rule.leaves, found):
                    matched.add(candidate.number)
                    yield candidate.number
