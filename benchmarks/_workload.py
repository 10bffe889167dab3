"""What a workload is: rules, events, and what they ask of an engine's pattern language."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Rules = dict[str, str]


@dataclass(frozen=True)
class Workload:
    """Rules and events to match, made only when asked for.

    `needs` names what some peers lack: see `LACKS` in `_peers.py`. `most` bounds the events, for
    those that are large or match a thousand rules each. `quick` says whether `--quick` runs it.
    `text` is what the table says.
    """

    name: str
    text: str
    rules: Callable[[], Rules]
    events: Callable[[int], list[bytes]]
    needs: frozenset[str] = frozenset()
    most: int = 1_000_000
    quick: bool = True

    def sample(self, count: int) -> list[bytes]:
        """Return the events, as many as wanted and allowed."""
        return self.events(min(count, self.most))


def numbered(patterns: Iterable[Mapping[str, Any]]) -> Rules:
    """Return rules under short names, as compact text."""
    return {
        f"rule-{number}": json.dumps(pattern, separators=(",", ":"))
        for number, pattern in enumerate(patterns)
    }


def at(path: str, *values: Any) -> dict[str, Any]:
    """Return the pattern of one field, its path written with `/`."""
    first, _, rest = path.partition("/")
    return {first: at(rest, *values) if rest else list(values)}


def both(*patterns: Mapping[str, Any]) -> dict[str, Any]:
    """Return one pattern of several that must hold together."""
    merged: dict[str, Any] = {}
    for pattern in patterns:
        for key, value in pattern.items():
            shared = key in merged and isinstance(value, dict)
            merged[key] = both(merged[key], value) if shared else value
    return merged
