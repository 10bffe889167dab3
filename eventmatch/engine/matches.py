"""`Matches`: which rules match each of many events, in a few bytes for each match."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Matches:
    """The names that match each event, event after event.

    `matches[i]` is what `Matcher.match` returns for event `i`. For those who handle millions:
    `rules[offsets[i]:offsets[i + 1]]` are the same names as indexes into `names`. `offsets` (of 8
    bytes each, one more than there are events) and `rules` (of 4 bytes) are read-only buffers,
    so that `numpy.frombuffer(matches.rules, "u4")` copies nothing. `names` holds each name that
    matches at all once, in the order in which they came up.
    """

    offsets: "memoryview[int]"
    rules: "memoryview[int]"
    names: tuple[str, ...]

    @classmethod
    def packed(cls, offsets: bytes, rules: bytes, names: tuple[str, ...]) -> "Matches":
        """Return the matches that native integers of 8 and 4 bytes tell."""
        return cls(memoryview(offsets).cast("Q"), memoryview(rules).cast("I"), names)

    @classmethod
    def of(cls, results: Iterable[list[str]]) -> "Matches":
        """Return the matches that lists of names tell."""
        offsets, rules = array("Q", [0]), array("I")
        numbers: dict[str, int] = {}
        for names in results:
            rules.extend(numbers.setdefault(name, len(numbers)) for name in names)
            offsets.append(len(rules))
        return cls.packed(offsets.tobytes(), rules.tobytes(), tuple(numbers))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, event: int) -> list[str]:
        place = range(len(self))[event]
        rules = self.rules[self.offsets[place] : self.offsets[place + 1]]
        return [self.names[rule] for rule in rules]

    def __iter__(self) -> Iterator[list[str]]:
        return map(self.__getitem__, range(len(self)))

    def __repr__(self) -> str:
        return f"<Matches of {len(self)} events: {len(self.rules)}, of {len(self.names)} rules>"
