"""Valid event patterns and rule sets. Meaning: event-pattern language reference §2, §5 to §9."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from hypothesis import strategies as st

from eventmatch.pattern.dialect import Dialect, dialect_named
from eventmatch.testing.events import scalars
from eventmatch.testing.vocabulary import (
    ADDRESSES,
    COMPARABLE_NUMBERS,
    FIELDS,
    NETWORKS,
    NONEMPTY_STRINGS,
    RANGES,
    STRINGS,
    WILDCARD_CHARACTERS,
    Json,
    JsonObject,
)

_MAX_DEPTH: Final = 3
_MAX_ORS: Final = 3
_MAX_BRANCHES: Final = 3
_MAX_STARS: Final = 2

# Made once: to validate a strategy takes Hypothesis far longer than to draw from it.
_BOOLEANS: Final = st.booleans()
_DESCENDS: Final = st.sampled_from((False, False, True))
_SIZES: Final = st.sampled_from((1, 1, 2, 3))
_SCALARS: Final = scalars()
_STRINGS: Final = st.sampled_from((*STRINGS, *ADDRESSES))
_AFFIXES: Final = st.sampled_from(STRINGS)
_NONEMPTY_AFFIXES: Final = st.sampled_from(NONEMPTY_STRINGS)
_NUMBERS: Final = st.sampled_from(COMPARABLE_NUMBERS)
_RANGES: Final = st.sampled_from(RANGES)
_COMPARISONS: Final = st.sampled_from(("=", "<", "<=", ">", ">="))
_LOWER: Final = st.sampled_from((">=", ">"))
_UPPER: Final = st.sampled_from(("<", "<="))
_NETWORKS: Final = st.sampled_from(NETWORKS)
_CHARACTERS: Final = st.lists(st.sampled_from(WILDCARD_CHARACTERS), max_size=3, unique=True)


@cache
def _one_name(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from(names)


@cache
def _distinct_names(names: tuple[str, ...], size: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=size, max_size=size, unique=True)


@cache
def _up_to(limit: int, least: int = 0) -> st.SearchStrategy[int]:
    return st.integers(least, limit)


@cache
def _gaps(count: int, most: int) -> st.SearchStrategy[set[int]]:
    return st.sets(st.integers(0, count - 1), max_size=most)


def event_patterns(*, dialect: str = "eventbridge") -> st.SearchStrategy[JsonObject]:
    """Valid patterns of every operator and form that the dialect knows.

    Their paths collide, their `$or`s nest, and their wildcards stay below the complexity limit.
    """
    return _patterns(dialect_named(dialect))


def rule_sets(
    *, min_size: int = 1, max_size: int = 20, dialect: str = "eventbridge"
) -> st.SearchStrategy[dict[str, JsonObject]]:
    """Rules as `eventmatch.Matcher` takes them: names with valid patterns."""
    patterns = event_patterns(dialect=dialect)
    return st.lists(patterns, min_size=min_size, max_size=max_size).map(_named)


def _named(patterns: list[JsonObject]) -> dict[str, JsonObject]:
    return {f"rule-{number}": pattern for number, pattern in enumerate(patterns, start=1)}


@st.composite
def _patterns(draw: st.DrawFn, dialect: Dialect) -> JsonObject:
    return _Writer(draw, dialect).object(depth=1)


@dataclass(slots=True)
class _Writer:
    """Draws one pattern and keeps it valid.

    A wildcard whose characters all differ has a complexity of one more than its stars, and no more
    copies than the pattern has sub-rules (§9); so `complexity * sub_rules` is never too much.
    """

    draw: st.DrawFn
    dialect: Dialect
    complexity: int = 0
    sub_rules: int = 1
    ors: int = 0

    def object(self, depth: int) -> JsonObject:
        """Draw the members of one level, in any order."""
        most_branches = self.most_branches() if depth < _MAX_DEPTH else 0
        names = (*FIELDS, "$or") if most_branches >= 2 else FIELDS
        chosen = self.draw(_distinct_names(names, self.draw(_SIZES)))
        count = self.draw(_up_to(most_branches, least=2)) if "$or" in chosen else 1
        self.ors += count > 1
        self.sub_rules *= count
        return {
            name: self.branches(count, depth) if name == "$or" else self.field(depth)
            for name in chosen
        }

    def most_branches(self) -> int:
        """Return how many branches a `$or` may have now; it must have two."""
        if self.ors >= _MAX_ORS:
            return 0
        copies = max(1, self.complexity * self.sub_rules)
        return min(_MAX_BRANCHES, self.dialect.max_complexity // copies)

    def branches(self, count: int, depth: int) -> Json:
        """Draw the branches of a `$or`."""
        return [self.object(depth + 1) for _ in range(count)]

    def field(self, depth: int) -> Json:
        """Draw an object or a value list."""
        if depth < _MAX_DEPTH and self.draw(_DESCENDS):
            return self.object(depth + 1)
        return [self.value() for _ in range(self.draw(_SIZES))]

    def value(self) -> Json:
        """Draw a plain value or an operator."""
        if not self.draw(_BOOLEANS):
            return self.draw(_SCALARS)
        known = (name for name in _OPERANDS if name in self.dialect.operators)
        name = self.draw(_one_name(self.affordable(known)))
        return {name: _OPERANDS[name](self)}

    def affordable(self, names: Iterable[str]) -> tuple[str, ...]:
        """Leave out `wildcard` once the complexity is used up."""
        return tuple(name for name in names if name != "wildcard" or self.stars_left() >= 0)

    def stars_left(self) -> int:
        """Return how many stars the next wildcard may have; negative if there may be none."""
        return self.dialect.max_complexity // self.sub_rules - self.complexity - 1

    def string(self) -> Json:
        """Draw a string, now and then an address."""
        return self.draw(_STRINGS)

    def nonempty_affix(self) -> Json:
        """Draw the operand of a prefix or suffix inside `anything-but`."""
        return self.draw(_NONEMPTY_AFFIXES)

    def affix(self) -> Json:
        """Draw the operand of `prefix` and `suffix`."""
        text = self.draw(_AFFIXES)
        return {"equals-ignore-case": text} if self.draw(_BOOLEANS) else text

    def wildcard(self) -> Json:
        """Draw characters that differ from each other, with stars between them."""
        characters = self.draw(_CHARACTERS)
        count = len(characters) + 1
        stars = self.draw(_gaps(count, min(_MAX_STARS, self.stars_left(), count)))
        self.complexity += len(stars) + 1
        texts = ("*" * (gap in stars) + text for gap, text in enumerate([*characters, ""]))
        return "".join(texts)

    def numeric(self) -> Json:
        """Draw a comparison or a range."""
        if self.draw(_BOOLEANS):
            low, high = self.draw(_RANGES)
            return [self.draw(_LOWER), low, self.draw(_UPPER), high]
        return [self.draw(_COMPARISONS), self.number()]

    def number(self) -> Json:
        """Draw a number that operators take."""
        return self.draw(_NUMBERS)

    def cidr(self) -> Json:
        """Draw a network."""
        return self.draw(_NETWORKS)

    def exists(self) -> Json:
        """Draw the operand of `exists`."""
        return not self.draw(_BOOLEANS)

    def anything_but(self) -> Json:
        """Draw strings, numbers or a nested form."""
        nested = (name for name in _NESTED if name in self.dialect.anything_but_forms)
        form = self.draw(_one_name((*_PLAIN, *self.affordable(nested))))
        if form in _PLAIN:
            return self.one_or_two(_PLAIN[form])
        return {form: self.one_or_two(_NESTED[form])}

    def one_or_two(self, draw_one: "Callable[[_Writer], Json]") -> Json:
        """Draw one operand, alone or in a list, or a list of two."""
        first = draw_one(self)
        if not self.draw(_BOOLEANS):
            return first
        has_second = draw_one is not _Writer.wildcard or self.stars_left() >= 0
        return [first, draw_one(self)] if has_second and self.draw(_BOOLEANS) else [first]


_OPERANDS: Final[Mapping[str, Callable[[_Writer], Json]]] = {
    "exists": _Writer.exists,
    "prefix": _Writer.affix,
    "suffix": _Writer.affix,
    "equals-ignore-case": _Writer.string,
    "anything-but": _Writer.anything_but,
    "numeric": _Writer.numeric,
    "wildcard": _Writer.wildcard,
    "cidr": _Writer.cidr,
    "exactly": _Writer.string,
}

_PLAIN: Final[Mapping[str, Callable[[_Writer], Json]]] = {
    "string": _Writer.string,
    "number": _Writer.number,
}

_NESTED: Final[Mapping[str, Callable[[_Writer], Json]]] = {
    "prefix": _Writer.nonempty_affix,
    "suffix": _Writer.nonempty_affix,
    "equals-ignore-case": _Writer.string,
    "wildcard": _Writer.wildcard,
}
