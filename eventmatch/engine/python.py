"""The reference engine: readable, exact, indexed, and the fallback where no other is installed.

An event is walked once for the paths that rules name, the index gives the sub-rules that its values
make possible, and only these are asked. Not safe for concurrent use; `Matcher` holds the lock.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from eventmatch.engine.consistency import satisfied
from eventmatch.engine.event import Field, find
from eventmatch.engine.index import Candidate, Index
from eventmatch.jsontext import Value
from eventmatch.pattern import EventPattern


class PythonEngine:
    """Patterns under numbers, and the numbers that match an event."""

    name: Final = "python"

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
