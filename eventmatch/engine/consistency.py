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

from collections.abc import Iterable, Sequence
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

    def split(self, array: int) -> "dict[int | None, _Path]":
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


class _Search:
    """One question: the answers so far, and how much more work it may take."""

    def __init__(self, paths: _Paths) -> None:
        self.paths = paths
        occurrences = sum(len(path.accepted) + len(path.others) for path in paths)
        self.work_left = _WORK + _WORK_PER_OCCURRENCE * occurrences
        self.known: dict[_Paths, bool] = {}

    def run(self) -> bool:
        try:
            return self._hold(self.paths)
        except RecursionError:
            raise _too_complex() from None

    def _hold(self, paths: _Paths) -> bool:
        """Tell whether all paths can be satisfied together."""
        answer = self.known.get(paths)
        if answer is None:
            answer = self.known[paths] = self._hold_unknown(paths)
        return answer

    def _hold_unknown(self, paths: _Paths) -> bool:
        if not paths:
            return True
        if any(path.is_hopeless() for path in paths):
            return False
        first, *others = _components(paths)
        if others:
            return all(map(self._hold, (first, *others)))
        return self._decide(first[0], first[1:])

    def _decide(self, first: _Path, rest: _Paths) -> bool:
        """Tell whether the first path can be taken, or be absent, such that the rest hold."""
        if not first.accepted:
            return first.allows_absence and not first.others and self._hold(rest)
        live = {array for path in rest for array in path.arrays()}
        choices = {tuple(step for step in trail if step[0] in live) for trail in first.accepted}
        if () in choices:
            if self._hold(rest):
                return True
            if not any(path.allows_absence for path in rest):
                return False
        outermost = {trail[0][0] for trail in choices if trail}
        return any(self._some_element_holds(array, choices, rest) for array in outermost)

    def _spend(self, work: int) -> None:
        self.work_left -= work
        if self.work_left < 0:
            raise _too_complex()

    def _some_element_holds(self, array: int, choices: set[Trail], rest: _Paths) -> bool:
        """Tell whether the first path can be taken from some element, such that the rest hold."""
        chosen = _by_element((trail for trail in choices if trail and trail[0][0] == array), array)
        self._spend(sum(len(path.accepted) + len(path.others) for path in rest))
        parts = [(path, path.split(array)) for path in rest]
        for index, trails in chosen.items():
            self._spend(len(rest))
            paths = tuple(_within(path, by_element, index) for path, by_element in parts)
            if not any(path.is_hopeless() for path in paths):
                first = _Path(False, frozenset(trails), frozenset())
                if self._hold((first, *paths)):
                    return True
        return False


_NOWHERE: Final = {
    allows_absence: _Path(allows_absence, frozenset(), frozenset())
    for allows_absence in (False, True)
}


def _within(path: _Path, by_element: dict[int | None, _Path], index: int | None) -> _Path:
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


def _too_complex() -> EventError:
    message = "the event repeats names so that its arrays can be combined in too many ways"
    return EventError(EventCode.TOO_COMPLEX, message)
