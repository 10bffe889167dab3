"""What each service accepts of the language, as versioned data.

Source: event-pattern language reference §7 to §9 (limits), §17 (subsets).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from eventmatch.pattern.operators import OPERATORS
from eventmatch.pattern.operators.anything_but import NESTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One service's subset of the language and its limits.

    `version` is the month in which the service's rules were read.
    """

    name: str
    version: str
    operators: frozenset[str]
    anything_but_forms: frozenset[str]
    max_length: int = 4096
    max_combinations: int = 1000
    max_paths: int = 256
    max_complexity: int = 10


_ALL: Final = frozenset(OPERATORS)
_NO_WILDCARD: Final = _ALL - {"wildcard"}

EVENTBRIDGE: Final = Dialect(
    name="eventbridge", version="2026-11", operators=_ALL, anything_but_forms=NESTED
)
PIPES: Final = Dialect(
    name="pipes", version="2026-11", operators=_NO_WILDCARD, anything_but_forms=frozenset()
)
LAMBDA_ESM: Final = Dialect(
    name="lambda-esm", version="2026-11", operators=_NO_WILDCARD, anything_but_forms=frozenset()
)

# Not one of DIALECTS: a filter policy has limits beside, which the topics check.
SNS: Final = Dialect(
    name="sns",
    version="2026-11",
    operators=_NO_WILDCARD,
    anything_but_forms=frozenset({"prefix", "suffix"}),
    max_length=262_144,
    max_paths=5,
)

DIALECTS: Final[Mapping[str, Dialect]] = {
    dialect.name: dialect for dialect in (EVENTBRIDGE, PIPES, LAMBDA_ESM)
}


def dialect_named(name: str) -> Dialect:
    """Return the dialect of that name; raises ValueError that lists the names there are."""
    if name not in DIALECTS:
        raise ValueError(f'unknown dialect "{name}"; there are {", ".join(DIALECTS)}')
    return DIALECTS[name]
