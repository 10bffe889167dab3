"""How complex the wildcards of a pattern are, as AWS counts before it refuses a rule.

For one field, all wildcards that may be tried together form one automaton over UTF-8 bytes, the
quotes included: an edge for each literal byte, and a loop where a star stands. The complexity is
the largest number of edges that any input can take at once, plus one for each edge that leads to
a loop that was not taken. Meaning: event-pattern language reference §9.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from eventmatch.pattern.model import Leaf, SubRule
from eventmatch.pattern.operators import AnythingButMatching, Wildcard

_ANY = -1
"""The byte of a loop, and of an input byte that no literal names."""

Alternatives = tuple[Wildcard, ...]
"""Wildcards that AWS keeps as one pattern: a single one, or the list of an anything-but."""


def complexity(sub_rules: Sequence[SubRule], *, limit: int) -> int:
    """Return the complexity of the most complex field; the search ends above the limit."""
    worst = 0
    judged: set[frozenset[tuple[Alternatives, int]]] = set()
    for together in _tried_together(sub_rules):
        key = frozenset(together.items())
        if key not in judged:
            judged.add(key)
            worst = max(worst, _Automaton(together).complexity(limit))
        if worst > limit:
            break
    return worst


def _wildcards(leaf: Leaf) -> list[Alternatives]:
    found: list[Alternatives] = []
    for matcher in leaf.matchers:
        if isinstance(matcher, Wildcard):
            found.append((matcher,))
        elif isinstance(matcher, AnythingButMatching):
            found.append(tuple(m for m in matcher.excluded if isinstance(m, Wildcard)))
    return [alternatives for alternatives in found if alternatives]


def _tried_together(sub_rules: Sequence[SubRule]) -> Iterator[Counter[Alternatives]]:
    """Yield the wildcards of each field that one input can meet at the same time, with how often.

    The sub-rules of a pattern are tried together as long as they name the same fields and share
    a value in each field before. Groups whose sub-rules have the same leaves left count once.
    """
    last = [_last_wildcard(rule) for rule in sub_rules]
    groups = [(0, frozenset(range(len(sub_rules))))]
    seen: set[_Remaining] = set()
    while groups:
        depth, members = groups.pop()
        members = frozenset(member for member in members if last[member] >= depth)
        remaining = _remaining(sub_rules, members, depth)
        if remaining in seen:
            continue
        seen.add(remaining)
        for leaves in _by_path(sub_rules, members, depth):
            yield Counter(found for leaf in leaves.values() for found in _wildcards(leaf))
            groups.extend((depth + 1, sharing) for sharing in _sharing_a_value(leaves))


def _last_wildcard(rule: SubRule) -> int:
    """Return the depth of the last leaf with a wildcard; -1 if there is none."""
    return max((depth for depth, leaf in enumerate(rule.leaves) if _wildcards(leaf)), default=-1)


_Remaining = tuple[tuple[int, ...], ...]


def _remaining(sub_rules: Sequence[SubRule], members: Iterable[int], depth: int) -> _Remaining:
    """Return which leaves are left to the sub-rules, as the identities of the leaves."""
    return tuple(sorted(tuple(map(id, sub_rules[m].leaves[depth:])) for m in members))


def _by_path(
    sub_rules: Sequence[SubRule], members: Iterable[int], depth: int
) -> Iterable[dict[int, Leaf]]:
    """Group the leaves at that depth by their path, each with the number of its sub-rule."""
    groups: dict[str, dict[int, Leaf]] = {}
    for member in members:
        leaves = sub_rules[member].leaves
        if depth < len(leaves):
            groups.setdefault(leaves[depth].path, {})[member] = leaves[depth]
    return groups.values()


def _sharing_a_value(leaves: dict[int, Leaf]) -> set[frozenset[int]]:
    groups: dict[object, set[int]] = {}
    for member, leaf in leaves.items():
        for matcher in leaf.matchers:
            groups.setdefault(matcher, set()).add(member)
    return set(map(frozenset, groups.values()))


@dataclass(frozen=True, slots=True)
class _Edge:
    number: int
    byte: int
    target: int


class _Automaton:
    """Positions and the edges that leave them.

    Alternatives share the positions of a common prefix. The same wildcard in several sub-rules
    or twice in a list shares them up to its first star only. The closing quote is one edge for
    all alternatives.
    """

    def __init__(self, together: Mapping[Alternatives, int]) -> None:
        self.leaving: list[list[_Edge]] = []
        self.starts: list[int] = []
        self.count = 0
        for alternatives, copies in together.items():
            self.starts.append(self._position())
            final = self._position()
            for wildcard in alternatives:
                for copy in range(copies):
                    self._add(wildcard, final, is_copy=copy > 0)

    def _position(self) -> int:
        self.leaving.append([])
        return len(self.leaving) - 1

    def _add(self, wildcard: Wildcard, final: int, *, is_copy: bool) -> None:
        at = self._shared(self.starts[-1], ord('"'))
        for index, part in enumerate(wildcard.parts):
            if index and not self._loops(at):
                self._edge(at, _ANY, at)
            for byte in part.encode("utf-8", "surrogatepass"):
                is_new = is_copy and index
                at = self._edge(at, byte, self._position()) if is_new else self._shared(at, byte)
        self._close(at, final)

    def _loops(self, at: int) -> bool:
        return any(edge.byte == _ANY for edge in self.leaving[at])

    def _shared(self, at: int, byte: int) -> int:
        """Return where the first edge of that byte leads, adding one where there is none."""
        for edge in self.leaving[at]:
            if edge.byte == byte:
                return edge.target
        return self._edge(at, byte, self._position())

    def _edge(self, at: int, byte: int, target: int) -> int:
        self.count += 1
        self.leaving[at].append(_Edge(self.count, byte, target))
        return target

    def _close(self, at: int, final: int) -> None:
        edge = _Edge(-final, ord('"'), final)
        if edge not in self.leaving[at]:
            self.leaving[at].append(edge)

    def complexity(self, limit: int) -> int:
        """Return the highest score that any input reaches, or the first above the limit."""
        worst = 0
        states = [frozenset(self.starts)]
        seen: set[frozenset[int]] = set()
        while states and worst <= limit:
            positions = states.pop()
            for edges in self._moves(positions):
                taken = frozenset(edge.number for edge in edges)
                if taken not in seen:
                    seen.add(taken)
                    worst = max(worst, self._score(edges))
                    states.append(frozenset(edge.target for edge in edges))
        return worst

    def _moves(self, positions: Iterable[int]) -> Iterator[list[_Edge]]:
        """Yield the edges that each input byte takes from the positions."""
        leaving = [edge for position in positions for edge in self.leaving[position]]
        for byte in {edge.byte for edge in leaving} | {_ANY}:
            edges = [edge for edge in leaving if edge.byte in (byte, _ANY)]
            if edges:
                yield edges

    def _score(self, edges: Iterable[_Edge]) -> int:
        """Return the edges taken, plus those that lead to a loop which was not."""
        numbers = {edge.number for edge in edges}
        entered = sum(
            any(loop.byte == _ANY and loop.number not in numbers for loop in self.leaving[target])
            for target in {edge.number: edge.target for edge in edges}.values()
        )
        return len(numbers) + entered
