"""Why an event matches a pattern, or what it lacks.

The verdict is the engine's own: every leaf is put to the same functions that match. Source of the
meaning: event-pattern language reference §3 to §6.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from eventmatch.engine.consistency import satisfied
from eventmatch.engine.event import EventSource, Found, find, read_event
from eventmatch.engine.matcher import fields_of
from eventmatch.engine.reason import PHRASES, Reason, reason_for
from eventmatch.jsontext import Value
from eventmatch.pattern import AnyPattern, as_pattern
from eventmatch.pattern.model import EventPattern, Leaf, SubRule
from eventmatch.pattern.operators import Exists
from eventmatch.pattern.scalar import scalar_text

_MOST_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafExplanation:
    """One path of a pattern: what it expects, what the event holds there, and the verdict.

    `expected` and `found` are JSON texts, at most a handful; `detail` is one line for people.
    """

    path: str
    matched: bool
    reason: Reason
    expected: tuple[str, ...]
    found: tuple[str, ...]
    detail: str

    def __str__(self) -> str:
        return f"{self.path}: {self.detail}"


@dataclass(frozen=True, slots=True)
class BranchExplanation:
    """One sub-rule of a pattern; a pattern without `$or` has exactly one."""

    matched: bool
    leaves: tuple[LeafExplanation, ...]

    @property
    def distance(self) -> tuple[int, int]:
        """How far the event is from matching: leaves that fail, then how badly they do."""
        failed = [leaf.reason for leaf in self.leaves if not leaf.matched]
        return len(failed), sum(map(list(Reason).index, failed))


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict for one pattern and one event; `branches` holds the nearest sub-rule first."""

    matched: bool
    summary: str
    branches: tuple[BranchExplanation, ...]

    def __str__(self) -> str:
        lines = [self.summary]
        lines += [f"  {_MARKS[leaf.matched]} {leaf}" for leaf in self.branches[0].leaves]
        others = len(self.branches) - 1
        if others:
            lines.append(f"  ({others} other $or {_plural('combination', others)} considered)")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as JSON-ready values."""
        branches = [
            {"matched": branch.matched, "leaves": [_leaf_dict(leaf) for leaf in branch.leaves]}
            for branch in self.branches
        ]
        return {"matched": self.matched, "summary": self.summary, "branches": branches}


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """The explanation of a rule of a rule set."""

    name: str
    explanation: Explanation

    def __str__(self) -> str:
        return f"{self.name}: {self.explanation}"


_MARKS: Final = {True: "+", False: "-"}


def _leaf_dict(leaf: LeafExplanation) -> dict[str, Any]:
    return {
        "path": leaf.path,
        "matched": leaf.matched,
        "reason": leaf.reason.value,
        "expected": list(leaf.expected),
        "found": list(leaf.found),
        "detail": leaf.detail,
    }


def explain(pattern: AnyPattern, event: EventSource) -> Explanation:
    """Say for every leaf of a pattern why an event satisfies it or not.

    `explain(p, e).matched` is `matches(p, e)`. Raises `PatternError` or `EventError`.
    """
    return _explain(as_pattern(pattern), read_event(event))


def nearest(
    rules: Mapping[str, AnyPattern], event: EventSource, *, limit: int = 5
) -> list[RuleExplanation]:
    """Return the rules that an event does not match, the nearest first, at most `limit`."""
    value = read_event(event)
    explained = (
        RuleExplanation(name, _explain(as_pattern(pattern), value))
        for name, pattern in rules.items()
    )
    missed = [rule for rule in explained if not rule.explanation.matched]
    return sorted(missed, key=lambda rule: rule.explanation.branches[0].distance)[:limit]


def _explain(pattern: EventPattern, event: Value) -> Explanation:
    found = find(event, fields_of(pattern))
    known: dict[int, LeafExplanation] = {}
    for rule in pattern.sub_rules:
        for leaf in rule.leaves:
            if id(leaf) not in known:
                known[id(leaf)] = _leaf(leaf, found, event)
    branches = [_branch(rule, found, known) for rule in pattern.sub_rules]
    branches.sort(key=_order)
    return Explanation(branches[0].matched, _summary(branches[0]), tuple(branches))


def _order(branch: BranchExplanation) -> tuple[bool, tuple[int, int]]:
    return not branch.matched, branch.distance


def _branch(rule: SubRule, found: Found, known: Mapping[int, LeafExplanation]) -> BranchExplanation:
    leaves = [known[id(leaf)] for leaf in rule.leaves]
    matched = satisfied(rule.leaves, found)
    if not matched and all(leaf.matched for leaf in leaves):
        number = _first_disagreement(rule, found)
        leaves[number] = _disagreement(leaves[number], leaves[:number])
    return BranchExplanation(matched, tuple(leaves))


def _first_disagreement(rule: SubRule, found: Found) -> int:
    """Return the first leaf that cannot hold together with those before it."""
    for number in range(1, len(rule.leaves)):
        if not satisfied(rule.leaves[: number + 1], found):
            return number
    raise AssertionError("leaves that hold one by one disagree only together")


def _leaf(leaf: Leaf, found: Found, event: Value) -> LeafExplanation:
    occurrences = found.get(leaf.path)
    values = list(dict.fromkeys(occurrences.values)) if occurrences else []
    matched = satisfied((leaf,), found)
    container = None if values else _container_at(event, leaf.path)
    reason = Reason.MATCHED if matched else reason_for(leaf, values)
    if reason is Reason.MISSING_FIELD and container:
        reason = Reason.NOT_A_VALUE
    texts = [scalar_text(value) for value in values[:_MOST_SHOWN]]
    return LeafExplanation(
        path=leaf.path,
        matched=matched,
        reason=reason,
        expected=tuple(matcher.text() for matcher in leaf.matchers),
        found=tuple(texts),
        detail=_detail(leaf, reason, _listed(texts, len(values)) if texts else container),
    )


def _container_at(event: Value, path: str) -> str | None:
    """Name what stands at a path that holds no value, if anything does."""
    nodes = [event]
    for step in path.split("."):
        nodes = [child for node in _unpacked(nodes) for child in _members(node, step)]
    if any(isinstance(node, dict | tuple) for node in _unpacked(nodes)):
        return "an object"
    return "an empty array" if nodes else None


def _unpacked(nodes: list[Value]) -> list[Value]:
    """Return the nodes with the elements of arrays in place of the arrays."""
    for node in (nodes := list(nodes)):
        if isinstance(node, list):
            nodes.extend(node)
    return [node for node in nodes if not isinstance(node, list)]


def _members(node: Value, name: str) -> list[Value]:
    if isinstance(node, dict):
        return [node[name]] if name in node else []
    return [value for key, value in node if key == name] if isinstance(node, tuple) else []


def _disagreement(leaf: LeafExplanation, others: Iterable[LeafExplanation]) -> LeafExplanation:
    paths = ", ".join(other.path for other in others)
    detail = f"{_expected(leaf.expected)} in the same array element as {paths}"
    return replace(leaf, matched=False, reason=Reason.ARRAY_ELEMENTS_DISAGREE, detail=detail)


def _detail(leaf: Leaf, reason: Reason, found: str | None) -> str:
    if reason is Reason.MATCHED:
        return f"found {found}" if found else "absent, as expected"
    if leaf.matchers == (Exists(False),):
        return f"expected no value, found {found}"
    expected = _expected(tuple(matcher.text() for matcher in leaf.matchers))
    phrase = f" ({PHRASES[reason]})" if reason in PHRASES else ""
    return f"{expected}, found {found or 'nothing'}{phrase}"


def _expected(texts: tuple[str, ...]) -> str:
    return f"expected {_listed(texts, len(texts), ' or ')}"


def _listed(texts: Sequence[str], count: int, separator: str = ", ") -> str:
    """Join the first of `count` texts, and say how many are left out."""
    shown = [text if len(text) <= 60 else f"{text[:57]}..." for text in texts[:_MOST_SHOWN]]
    more = count - len(shown)
    return separator.join(shown) + (f" and {more} more" if more else "")


def _summary(nearest_branch: BranchExplanation) -> str:
    if nearest_branch.matched:
        return "matched"
    failed = [leaf for leaf in nearest_branch.leaves if not leaf.matched]
    more = len(failed) - 1
    return str(failed[0]) + (f" (and {more} more {_plural('field', more)})" if more else "")


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"
