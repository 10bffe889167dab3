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
from eventmatch.pattern.operators import AnythingButMatching, ValueMatcher, Wildcard

_ANY = -1
"""The byte of a loop, and of an input byte that no literal names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What AWS keeps as one pattern: a wildcard, or the list of an anything-but."""

    is_excluded: bool
    wildcards: tuple[Wildcard, ...]

    @property
    def parts_sub_rules(self) -> bool:
        """Whether sub-rules that share this value are tried apart behind it."""
        return any(
            _has_case(character)
            for wildcard in self.wildcards
            for part in wildcard.parts[1:]
            for character in part
        )


def complexity(sub_rules: Sequence[SubRule], *, limit: int) -> int:
    """Return the complexity of the most complex field; the search ends above the limit."""
    worst = 0
    judged: set[frozenset[tuple[Entry, int]]] = set()
    for together in _tried_together(sub_rules):
        key = frozenset(together.items())
        if key not in judged:
            judged.add(key)
            worst = max(worst, _Automaton(together).complexity(limit))
        if worst > limit:
            break
    return worst


def _wildcards(leaf: Leaf) -> list[Entry]:
    found = map(_entry, leaf.matchers)
    return [entry for entry in found if entry is not None]


def _entry(matcher: ValueMatcher) -> Entry | None:
    if isinstance(matcher, Wildcard):
        return Entry(False, (matcher,))
    if isinstance(matcher, AnythingButMatching):
        wildcards = dict.fromkeys(m for m in matcher.excluded if isinstance(m, Wildcard))
        return Entry(True, tuple(wildcards)) if wildcards else None
    return None


def _tried_together(sub_rules: Sequence[SubRule]) -> Iterator[Counter[Entry]]:
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
            entry = _entry(matcher)
            is_alone = entry is not None and entry.parts_sub_rules
            groups.setdefault((matcher, member) if is_alone else matcher, set()).add(member)
    return set(map(frozenset, groups.values()))


@dataclass(frozen=True, slots=True)
class _Edge:
    number: int
    byte: int
    target: int


class _Automaton:
    """Positions and the edges that leave them; each entry has positions of its own.

    Texts of one entry share the edges of a common prefix, except that a character with case behind
    a star always gets new ones, and so counts for each copy of the text. The loop of a star is a
    position beside the one where it stands. The closing quote is one edge for each entry.
    """

    def __init__(self, together: Mapping[Entry, int]) -> None:
        self.leaving: list[list[_Edge]] = []
        self.loop_beside: dict[int, int] = {}
        self.starts: list[int] = []
        self.count = 0
        for entry, copies in together.items():
            self.starts.append(self._position())
            final = self._position()
            for wildcard in entry.wildcards * copies:
                self._add(wildcard, final)

    def _position(self) -> int:
        self.leaving.append([])
        return len(self.leaving) - 1

    def _add(self, wildcard: Wildcard, final: int) -> None:
        at = self._shared(self.starts[-1], ord('"'))
        for index, part in enumerate(wildcard.parts):
            if index:
                at = self._loop(at)
            for character in part:
                is_new = index > 0 and _has_case(character)
                for byte in character.encode("utf-8", "surrogatepass"):
                    at = self._edge(at, byte, None) if is_new else self._shared(at, byte)
        closing = _Edge(-final, ord('"'), final)
        if closing not in self.leaving[at]:
            self.leaving[at].append(closing)

    def _loop(self, at: int) -> int:
        if at not in self.loop_beside:
            loop = self.loop_beside[at] = self._position()
            self._edge(loop, _ANY, loop)
        return self.loop_beside[at]

    def _shared(self, at: int, byte: int) -> int:
        """Return where the first edge of that byte leads, adding one where there is none."""
        for edge in self.leaving[at]:
            if edge.byte == byte:
                return edge.target
        return self._edge(at, byte, None)

    def _edge(self, at: int, byte: int, target: int | None) -> int:
        self.count += 1
        target = self._position() if target is None else target
        self.leaving[at].append(_Edge(self.count, byte, target))
        return target

    def complexity(self, limit: int) -> int:
        """Return the highest score that any input reaches, or the first above the limit."""
        worst = 0
        states = [frozenset(self.starts)]
        seen: set[frozenset[int]] = set()
        while states and worst <= limit:
            for edges in self._moves(states.pop()):
                taken = frozenset(edge.number for edge in edges)
                if taken not in seen:
                    seen.add(taken)
                    worst = max(worst, self._score(edges))
                    states.append(frozenset(edge.target for edge in edges))
        return worst

    def _moves(self, positions: frozenset[int]) -> Iterator[list[_Edge]]:
        """Yield the edges that each input byte takes from the positions."""
        beside = {self.loop_beside[at] for at in positions if at in self.loop_beside}
        leaving = [edge for position in positions | beside for edge in self.leaving[position]]
        for byte in {edge.byte for edge in leaving} | {_ANY}:
            edges = [edge for edge in leaving if edge.byte in (byte, _ANY)]
            if edges:
                yield edges

    def _score(self, edges: Iterable[_Edge]) -> int:
        """Return the edges taken, plus those that lead to a loop which was not."""
        looping = {edge.target for edge in edges if edge.byte == _ANY}
        targets = {edge.number: edge.target for edge in edges if edge.byte != _ANY}
        entered = sum(
            target in self.loop_beside and self.loop_beside[target] not in looping
            for target in targets.values()
        )
        return len(looping) + len(targets) + entered


def _has_case(character: str) -> bool:
    is_cased = character.lower() != character or character.upper() != character
    return is_cased and character <= "\uffff"
