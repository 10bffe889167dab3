"""Rules that share most of their values, so that it takes several fields to tell them apart."""

from dataclasses import dataclass
from random import Random
from typing import Final

FIELDS: Final = ("a", "b", "c", "d.e", "d.f")
VALUES: Final = ('"x"', '"y"', '"z"', '"xy"', "5", "null")
OPERATORS: Final = (
    *['{"prefix":"x"}', '{"suffix":"y"}', '{"wildcard":"x*y"}', '{"equals-ignore-case":"X"}'],
    *['{"exists":true}', '{"exists":false}', '{"anything-but":"x"}', '{"numeric":[">",4]}'],
)


@dataclass(frozen=True, slots=True)
class CrowdWriter:
    """Writes patterns of which hundreds have a value in common, and events that meet many."""

    random: Random

    def pattern(self) -> str:
        """Write two to four fields, now and then in an `$or`."""
        size = self.random.choice((2, 3, 3, 4))
        leaves = [self.leaf(field) for field in sorted(self.random.sample(FIELDS, size))]
        if size < 4 or self.random.random() < 0.8:
            return "{" + ",".join(leaves) + "}"
        return f'{{{leaves[0]},"$or":[{{{leaves[1]}}},{{{leaves[2]},{leaves[3]}}}]}}'

    def leaf(self, field: str) -> str:
        """Write a field with one value, or a few."""
        size = self.random.choice((1, 1, 1, 2, 3))
        return f'"{field}":[{",".join(self.value() for _ in range(size))}]'

    def value(self) -> str:
        """Write a value, most often the one that all have."""
        roll = self.random.random()
        if roll < 0.4:
            return VALUES[0]
        return self.random.choice(VALUES if roll < 0.9 else OPERATORS)

    def event(self) -> str:
        """Write an object of lists, in which most values of the patterns occur."""
        members = [f'"{field}":{self.values()}' for field in "abc" if self.random.random() < 0.9]
        elements = [self.element() for _ in range(self.random.choice((0, 1, 2)))]
        return "{" + ",".join([*members, f'"d":[{",".join(elements)}]']) + "}"

    def element(self) -> str:
        """Write an object below `d`."""
        members = [f'"{field}":{self.values()}' for field in "ef" if self.random.random() < 0.7]
        return "{" + ",".join(members) + "}"

    def values(self) -> str:
        """Write a value or a list of some."""
        size = self.random.choice((1, 1, 2, 4))
        values = self.random.choices(VALUES, k=size)
        return values[0] if size == 1 else f"[{','.join(values)}]"
