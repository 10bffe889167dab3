"""Whether one event satisfies one sub-rule: the definition of matching, in low polynomial time.

The definition (event-pattern language reference §3) picks an occurrence for each path, in the
order of the paths, such that no two come from different elements of the same array; a path may be
absent where no occurrence fits the choices made before. Trying all picks is exponential. Instead:

- an occurrence counts only by the array elements that later paths can still disagree about;
- paths that share no array are independent of each other and are decided one by one;
- once an element is chosen, only what lies in it, or outside its array, remains.

Where names repeat or dotted names collide with arrays, one path can have occurrences in several
arrays and the question is NP-hard; the work is therefore bounded.
"""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from eventmatch.engine.event import Found, Occurrences, Trail
from eventmatch.errors import EventCode, EventError
from eventmatch.pattern.model import Leaf

_WORK: Final = 100_000
_WORK_PER_OCCURRENCE: Final = 64
"""How many trails one question may look at; what has no repeated names needs a few for each."""


def satisfied(leaves: Sequence[Leaf], found: Found) -> bool:
    """Tell whether the occurrences satisfy all leaves together; raises `EventError`."""
    in_arrays = False
    for leaf in leaves:
        occurrences = found.get(leaf.path)
        if not accepts_alone(leaf, occurrences):
            return False
        in_arrays = in_arrays or (occurrences is not None and not occurrences.is_plain)
    if not in_arrays:
        return True
    paths = tuple(_path_of(leaf, found.get(leaf.path)) for leaf in leaves)
    return _Search(paths).run()


def accepts_alone(leaf: Leaf, occurrences: Occurrences | None) -> bool:
    """Tell whether a leaf could be satisfied if its path were the only one.

    Inside arrays of objects an element without the field may be chosen, so absence stays possible.
    """
    if occurrences is None:
        return leaf.allows_absence
    if leaf.allows_absence and not occurrences.is_plain:
        return True
    return any(matcher.accepts(value) for value in occurrences.values for matcher in leaf.matchers)


@dataclass(frozen=True, slots=True)
class _Path:
    """What is left of one leaf: the trails of its occurrences, as far as they are undecided.

    Occurrences with equal trails count once. Those that the leaf does not accept matter only
    where it allows absence.
    """

    allows_absence: bool
    accepted: frozenset[Trail]
    others: frozenset[Trail]

    def arrays(self) -> set[int]:
        return {array for trail in self.accepted | self.others for array, _ in trail}

    def is_hopeless(self) -> bool:
        return not self.accepted and not self.allows_absence

    def split(self, array: int) -> "_Parts":
        """Return what is left of the path for each element of an array, which it drops.

        Under None stand the occurrences outside the array.
        """
        accepted, others = _by_element(self.accepted, array), _by_element(self.others, array)
        return {
            index: _Path(
                self.allows_absence,
                frozenset(accepted.get(index, ())),
                frozenset(others.get(index, ())),
            )
            for index in accepted.keys() | others.keys()
        }

    def joined(self, other: "_Path | None") -> "_Path":
        """Return the path with the occurrences of both."""
        if other is None:
            return self
        accepted, others = self.accepted | other.accepted, self.others | other.others
        return _Path(self.allows_absence, accepted, others)


_Paths = tuple[_Path, ...]


def _by_element(trails: Iterable[Trail], array: int) -> dict[int | None, list[Trail]]:
    groups: dict[int | None, list[Trail]] = {}
    for trail in trails:
        index = dict(trail).get(array)
        rest = trail if index is None else tuple(step for step in trail if step[0] != array)
        groups.setdefault(index, []).append(rest)
    return groups


def _path_of(leaf: Leaf, occurrences: Occurrences | None) -> _Path:
    accepted: set[Trail] = set()
    others: set[Trail] = set()
    if occurrences is not None:
        for value, trail in zip(occurrences.values, occurrences.trails, strict=True):
            is_accepted = any(matcher.accepts(value) for matcher in leaf.matchers)
            (accepted if is_accepted else others).add(trail)
    allows_absence = leaf.allows_absence
    return _Path(allows_absence, frozenset(accepted), frozenset(others if allows_absence else ()))


_Question = Generator[_Paths, bool, bool]
"""Decides whether paths hold together; yields the smaller questions that it needs answered."""


class _Search:
    """One question: the answers so far, and how much more work it may take."""

    def __init__(self, paths: _Paths) -> None:
        self.paths = _without_agreement(paths)
        occurrences = sum(len(path.accepted) + len(path.others) for path in paths)
        self.work_left = _WORK + _WORK_PER_OCCURRENCE * occurrences
        self.known: dict[_Paths, bool] = {}

    def run(self) -> bool:
        """Answer the question with a stack of our own, however deep the arrays."""
        asked, open_questions = [self.paths], [self._hold(self.paths)]
        answer: bool | None = None
        while open_questions:
            try:
                # A generator is started with None, and then sent each answer it asked for.
                smaller = open_questions[-1].send(answer)  # type: ignore[arg-type]
            except StopIteration as done:
                answer = self.known[asked.pop()] = done.value
                open_questions.pop()
                continue
            answer = self.known.get(smaller)
            if answer is None:
                asked.append(smaller)
                open_questions.append(self._hold(smaller))
        assert answer is not None
        return answer

    def _hold(self, paths: _Paths) -> _Question:
        if any(path.is_hopeless() for path in paths):
            return False
        components = _components(paths)
        if len(components) == 1:
            return (yield from self._decide(paths[0], paths[1:]))
        for component in components:
            if not (yield component):
                return False
        return True

    def _decide(self, first: _Path, rest: _Paths) -> _Question:
        """Tell whether the first path can be taken, or be absent, such that the rest hold."""
        if not first.accepted:
            return first.allows_absence and not first.others and (yield rest)
        live = {array for path in rest for array in path.arrays()}
        choices = {tuple(step for step in trail if step[0] in live) for trail in first.accepted}
        if () in choices:
            if (yield rest):
                return True
            if not any(path.allows_absence for path in rest):
                return False
        for array in {trail[0][0] for trail in choices if trail}:
            if (yield from self._some_element_holds(array, choices, rest)):
                return True
        return False

    def _some_element_holds(self, array: int, choices: set[Trail], rest: _Paths) -> _Question:
        """Tell whether the first path can be taken from some element, such that the rest hold."""
        chosen = _by_element((trail for trail in choices if trail and trail[0][0] == array), array)
        self._spend(sum(len(path.accepted) + len(path.others) for path in rest))
        parts = [(path, path.split(array)) for path in rest]
        for index in _viable(chosen.keys(), parts):
            self._spend(len(rest))
            first = _Path(False, frozenset(chosen[index]), frozenset())
            paths = tuple(_within(path, by_element, index) for path, by_element in parts)
            if (yield (first, *paths)):
                return True
        return False

    def _spend(self, work: int) -> None:
        self.work_left -= work
        if self.work_left < 0:
            raise too_complex()


_Parts = dict[int | None, _Path]
"""What is left of a path for each element of an array; see `_Path.split`."""


def _viable(
    indexes: Iterable[int | None], parts: Iterable[tuple[_Path, _Parts]]
) -> set[int | None]:
    """Return the elements in which no path is left without an occurrence that it needs."""
    viable = set(indexes)
    for path, by_element in parts:
        outside = by_element.get(None)
        if not path.allows_absence and not (outside and outside.accepted):
            viable &= {index for index, part in by_element.items() if part.accepted}
    return viable


def _without_agreement(paths: _Paths) -> _Paths:
    """Drop the arrays of which all occurrences lie in one element: nobody can disagree there."""
    first: dict[int, int] = {}
    trails = [trail for path in paths for trail in path.accepted | path.others]
    disputed = {
        array
        for trail in trails
        for array, index in trail
        if first.setdefault(array, index) != index
    }

    def cut(places: frozenset[Trail]) -> frozenset[Trail]:
        return frozenset(tuple(step for step in trail if step[0] in disputed) for trail in places)

    return tuple(_Path(p.allows_absence, cut(p.accepted), cut(p.others)) for p in paths)


_NOWHERE: Final = {
    allows_absence: _Path(allows_absence, frozenset(), frozenset())
    for allows_absence in (False, True)
}


def _within(path: _Path, by_element: _Parts, index: int | None) -> _Path:
    """Return what is left of a path once an element of an array is chosen."""
    inside, outside = by_element.get(index), by_element.get(None)
    if outside is None:
        return inside or _NOWHERE[path.allows_absence]
    return outside.joined(inside)


def _components(paths: _Paths) -> list[_Paths]:
    """Group the paths that share arrays, directly or through others, keeping their order."""
    groups: list[tuple[set[int], list[int]]] = []
    for number, path in enumerate(paths):
        arrays, members = path.arrays(), [number]
        apart = []
        for group in groups:
            if arrays.isdisjoint(group[0]):
                apart.append(group)
            else:
                arrays |= group[0]
                members += group[1]
        groups = [*apart, (arrays, members)]
    return [tuple(paths[number] for number in sorted(members)) for _, members in groups]


def too_complex() -> EventError:
    """Return the error for an event that asks for more work than any real event does."""
    message = "the event repeats names so that its arrays can be combined in too many ways"
    return EventError(EventCode.TOO_COMPLEX, message)
