"""Which sub-rules an event could satisfy, without asking each of them.

Every sub-rule is anchored at one of its leaves, the one whose values fewest others are anchored
at: it can match only if a value of that leaf occurs. Plain values, addresses, prefixes and suffixes
are found by lookup; the rest of a field's anchors are tried one by one, equal ones once. A
sub-rule without a leaf that needs a value is always a candidate.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eventmatch.engine.event import Found
from eventmatch.pattern.ip import parse_address
from eventmatch.pattern.model import Leaf, SubRule
from eventmatch.pattern.operators import (
    Equals,
    EqualsAddress,
    Exactly,
    Numeric,
    Prefix,
    Suffix,
    ValueMatcher,
)
from eventmatch.pattern.scalar import Scalar

_SCANNED: Final = 8
"""What an anchor that must be tried costs, compared with one that is looked up."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A sub-rule in the index, and the number that it belongs to."""

    number: int
    rule: SubRule

    @property
    def is_decided_by_anchor(self) -> bool:
        """Whether a value of its anchor is all that the sub-rule asks for."""
        return len(self.rule.leaves) == 1 and not self.rule.leaves[0].allows_absence


Posting = dict[Candidate, None]
"""The candidates behind one value, in the order in which they were added."""


class _Affixes:
    """Candidates by prefix or suffix: a lookup for each distinct length."""

    def __init__(self, cut: Callable[[str, int], str]) -> None:
        self.cut = cut
        self.postings: dict[str, Posting] = {}
        self.lengths: Counter[int] = Counter()

    def at(self, affix: str) -> Posting:
        if affix not in self.postings:
            self.lengths[len(affix)] += 1
        return self.postings.setdefault(affix, {})

    def forget(self, affix: str) -> None:
        del self.postings[affix]
        self.lengths[len(affix)] -= 1
        if not self.lengths[len(affix)]:
            del self.lengths[len(affix)]

    def find(self, value: str) -> Iterator[Posting]:
        for length in self.lengths:
            if length <= len(value):
                posting = self.postings.get(self.cut(value, length))
                if posting is not None:
                    yield posting


class _Exact:
    """Candidates by a key that is looked up as it is."""

    def __init__(self) -> None:
        self.postings: dict[Any, Posting] = {}

    def at(self, key: Hashable) -> Posting:
        return self.postings.setdefault(key, {})

    def forget(self, key: Hashable) -> None:
        del self.postings[key]


class Anchors:
    """The anchors at one field."""

    def __init__(self) -> None:
        self.values = _Exact()
        self.addresses = _Exact()
        self.scanned = _Exact()
        self.prefixes = _Affixes(lambda value, length: value[:length])
        self.suffixes = _Affixes(lambda value, length: value[len(value) - length :])
        self.count = 0

    def cost(self, leaf: Leaf) -> int:
        """Return how many candidates would stand beside one anchored at the leaf."""
        return sum(self._cost(matcher) for matcher in leaf.matchers)

    def _cost(self, matcher: ValueMatcher) -> int:
        table, key = self._place(matcher)
        posting = table.postings.get(key, {})
        return len(posting) + (_SCANNED if table is self.scanned else 0)

    def add(self, candidate: Candidate, leaf: Leaf) -> None:
        """Anchor a candidate at its leaf."""
        self.count += 1
        for matcher in leaf.matchers:
            table, key = self._place(matcher)
            table.at(key)[candidate] = None

    def discard(self, candidate: Candidate, leaf: Leaf) -> None:
        """Forget a candidate that is anchored at the leaf."""
        self.count -= 1
        for matcher in set(leaf.matchers):
            table, key = self._place(matcher)
            posting = table.at(key)
            posting.pop(candidate, None)
            if not posting:
                table.forget(key)

    def _place(self, matcher: ValueMatcher) -> "tuple[_Exact | _Affixes, Any]":
        match matcher:
            case Equals(value) | Exactly(value):
                return self.values, value
            case EqualsAddress(address):
                return self.addresses, address
            case Prefix(text):
                return self.prefixes, text
            case Suffix(text):
                return self.suffixes, text
        return self.scanned, matcher

    def find(self, values: Collection[Scalar]) -> Iterator[Posting]:
        """Yield the candidates that the values of this field make possible."""
        for value in values:
            if posting := self.values.postings.get(value):
                yield posting
            if isinstance(value, str):
                yield from self._find_text(value)
        if self.scanned.postings:
            numbers = sorted(value for value in values if isinstance(value, float))
            for matcher, posting in self.scanned.postings.items():
                if _accepts_any(matcher, values, numbers):
                    yield posting

    def postings(self) -> Iterator[Posting]:
        """Yield the candidates behind each value or test that is looked for at this field."""
        tables = self.values, self.addresses, self.scanned, self.prefixes, self.suffixes
        for table in tables:
            yield from table.postings.values()

    def _find_text(self, value: str) -> Iterator[Posting]:
        if self.addresses.postings:
            address = parse_address(value)
            if address is not None and address in self.addresses.postings:
                yield self.addresses.postings[address]
        yield from self.prefixes.find(value)
        yield from self.suffixes.find(value)


def _accepts_any(matcher: ValueMatcher, values: Iterable[Scalar], numbers: Sequence[float]) -> bool:
    """Tell whether a matcher accepts one of the values; `numbers` are those, in order."""
    if not isinstance(matcher, Numeric):
        return any(map(matcher.accepts, values))
    first = matcher.bounds[0]
    at = {"<": 0, "<=": 0, ">": bisect_right(numbers, first.limit)}.get(first.comparison)
    at = bisect_left(numbers, first.limit) if at is None else at
    return at < len(numbers) and matcher.accepts(numbers[at])


class Index:
    """All candidates, by the leaf each is anchored at. Not safe for concurrent use."""

    def __init__(self) -> None:
        self.anchors: dict[str, Anchors] = {}
        self.always: Posting = {}
        self.anchored_at: dict[Candidate, Leaf] = {}

    def add(self, candidate: Candidate) -> None:
        """Take in a sub-rule."""
        leaf = self._cheapest(candidate.rule)
        if leaf is None:
            self.always[candidate] = None
        else:
            self.anchored_at[candidate] = leaf
            self.anchors.setdefault(leaf.path, Anchors()).add(candidate, leaf)

    def discard(self, candidate: Candidate) -> None:
        """Forget a sub-rule."""
        leaf = self.anchored_at.pop(candidate, None)
        if leaf is None:
            self.always.pop(candidate, None)
            return
        anchors = self.anchors[leaf.path]
        anchors.discard(candidate, leaf)
        if not anchors.count:
            del self.anchors[leaf.path]

    def _cheapest(self, rule: SubRule) -> Leaf | None:
        leaves = [leaf for leaf in rule.leaves if not leaf.allows_absence]
        return min(leaves, key=self._cost, default=None)

    def _cost(self, leaf: Leaf) -> int:
        return self.anchors.get(leaf.path, _NO_ANCHORS).cost(leaf)

    def candidates(self, found: Found) -> Iterator[Candidate]:
        """Yield every candidate that the occurrences could satisfy, some more than once."""
        yield from self.always
        for path, occurrences in found.items():
            anchors = self.anchors.get(path)
            if anchors is not None:
                for posting in anchors.find(set(occurrences.values)):
                    yield from posting

    def posting_lengths(self) -> list[int]:
        """Return how many candidates stand behind each value or test that is looked for."""
        fields = self.anchors.values()
        return [len(posting) for anchors in fields for posting in anchors.postings()]


_NO_ANCHORS: Final = Anchors()
