"""`MatcherStats`: how large a matcher is."""

import gc
import sys
from dataclasses import dataclass
from types import FunctionType, ModuleType


@dataclass(frozen=True, slots=True, kw_only=True)
class MatcherStats:
    """The figures of a `Matcher`.

    `rules` are names, `predicates` the different values and tests that events are searched for;
    `longest_list` is the most patterns that one of them stands for, each of which has to be asked
    when it occurs. `bytes` is the memory that all of it takes, about, and `text_bytes` the
    part of it that holds names and values.
    """

    rules: int
    predicates: int
    bytes: int
    text_bytes: int
    longest_list: int


def footprint(root: object) -> tuple[int, int]:
    """Return how many bytes a value and all that it refers to take, and the strings among it."""
    total, texts = 0, 0
    seen, pending = {id(root)}, [root]
    while pending:
        value = pending.pop()
        size = sys.getsizeof(value)
        total += size
        texts += size if isinstance(value, str) else 0
        for part in gc.get_referents(value):
            if id(part) not in seen and not isinstance(part, _SHARED):
                seen.add(id(part))
                pending.append(part)
    return total, texts


_SHARED = (type, ModuleType, FunctionType)
"""What a value refers to without owning it."""
