"""An event pattern as a value: what was written, and the sub-rules that it stands for.

Meaning: event-pattern language reference §2 and §7. A pattern does not know how it is run.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from eventmatch.jsontext import to_text, utf16_key
from eventmatch.pattern.operators import Exists, ValueMatcher


@dataclass(frozen=True, slots=True)
class Leaf:
    """A path and its value list: the path holds a value that one of the matchers accepts.

    The path is the member names from the root, joined by dots.
    """

    path: str
    matchers: tuple[ValueMatcher, ...]

    @property
    def allows_absence(self) -> bool:
        """Whether the leaf is satisfied where no value stands at its path."""
        return Exists(False) in self.matchers

    def text(self) -> str:
        """Return the leaf as a member of a JSON object."""
        return f"{to_text(self.path)}:[{','.join(matcher.text() for matcher in self.matchers)}]"


class OrMark(Enum):
    """Where a `$or` begins, where each of its branches begins, and where it ends."""

    BEGIN = "begin"
    BRANCH = "branch"
    END = "end"


Step = Leaf | OrMark
"""A pattern in document order; a flat sequence, so no depth of nesting can overflow a stack."""


@dataclass(frozen=True, slots=True)
class SubRule:
    """One way to satisfy a pattern: all its leaves, which are sorted as §3 orders paths."""

    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class EventPattern:
    """A valid event pattern. Equal patterns mean the same, written in the same order."""

    steps: tuple[Step, ...]
    dialect: str = "eventbridge"
    sub_rules: tuple[SubRule, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sub_rules", expand(self.steps))

    def to_json(self) -> str:
        """Return compact JSON of an equal pattern; nested names are joined by dots.

        So it can be longer than what was parsed, and longer than a service accepts.
        """
        return "{" + "".join(_fragments(self.steps)) + "}"

    def __str__(self) -> str:
        return self.to_json()


def _fragments(steps: Sequence[Step]) -> Iterator[str]:
    """Yield the text of each step, with the punctuation that its predecessor asks for."""
    before: OrMark | None = OrMark.BRANCH
    for step in steps:
        if isinstance(step, Leaf):
            yield step.text() if before is OrMark.BRANCH else f",{step.text()}"
            before = None
        else:
            yield _OR_TEXT[step, before]
            before = step


_OR_TEXT: Final = {
    (OrMark.BEGIN, OrMark.BRANCH): '"$or":[',
    (OrMark.BEGIN, OrMark.END): ',"$or":[',
    (OrMark.BEGIN, None): ',"$or":[',
    (OrMark.BRANCH, OrMark.BEGIN): "{",
    (OrMark.BRANCH, OrMark.END): "},{",
    (OrMark.BRANCH, None): "},{",
    (OrMark.END, OrMark.END): "}]",
    (OrMark.END, None): "}]",
}
"""The text of a `$or` mark behind what came before it; an object always has a member."""


def combinations(steps: Iterable[Step]) -> int:
    """Return how many sub-rules the steps expand to."""
    count, enclosing = 1, list[tuple[int, int]]()
    for step in steps:
        if step is OrMark.BEGIN:
            enclosing.append((count, 0))
            count = 0
        elif step is OrMark.BRANCH:
            before, finished = enclosing.pop()
            enclosing.append((before, finished + count))
            count = before
        elif step is OrMark.END:
            count += enclosing.pop()[1]
    return count


def expand(steps: Iterable[Step]) -> tuple[SubRule, ...]:
    """Return the sub-rules: `$or` branches multiply, and the last leaf of a path wins (§7)."""
    partial: list[dict[str, Leaf]] = [{}]
    enclosing: list[tuple[list[dict[str, Leaf]], list[dict[str, Leaf]]]] = []
    for step in steps:
        match step:
            case Leaf():
                for leaves in partial:
                    leaves[step.path] = step
            case OrMark.BEGIN:
                enclosing.append((partial, []))
                partial = []
            case OrMark.BRANCH:
                before, finished = enclosing[-1]
                finished.extend(partial)
                partial = [dict(leaves) for leaves in before]
            case OrMark.END:
                _, finished = enclosing.pop()
                partial = finished + partial
    return tuple(_sub_rule(leaves.values()) for leaves in partial)


def _sub_rule(leaves: Iterable[Leaf]) -> SubRule:
    return SubRule(tuple(sorted(leaves, key=lambda leaf: utf16_key(leaf.path))))
