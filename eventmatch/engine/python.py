"""The reference engine: readable, exact, indexed, and the fallback where no other is installed.

An event is walked once for the paths that rules name, the index gives the sub-rules that its values
make possible, and only these are asked. Not safe for concurrent use; `Matcher` holds the lock.
"""

from collections import Counter
from collections.abc import Iterator

from eventmatch.engine.consistency import satisfied
from eventmatch.engine.event import EventSource, Field, find, read_event
from eventmatch.engine.index import Candidate, Index
from eventmatch.pattern import EventPattern


class PythonEngine:
    """Patterns under numbers, and the numbers that match an event."""

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

    def match(self, event: EventSource) -> list[int]:
        """Return the numbers that match, ascending; raises `EventError`."""
        return sorted(set(self._matching(event)))

    def has_match(self, event: EventSource) -> bool:
        """Tell whether any number matches; raises `EventError`."""
        return any(True for _ in self._matching(event))

    def _matching(self, event: EventSource) -> Iterator[int]:
        found = find(read_event(event), self._root)
        settled: set[Candidate] = set()
        names: set[int] = set()
        for candidate in self._index.candidates(found):
            if candidate.name not in names and candidate not in settled:
                settled.add(candidate)
                if candidate.is_decided_by_anchor or satisfied(candidate.rule.leaves, found):
                    names.add(candidate.name)
                    yield candidate.name
