"""`Matcher`: many patterns under names against one event at a time."""

from collections.abc import Mapping
from threading import Lock
from typing import Final, Literal

from eventmatch.engine.consistency import satisfied
from eventmatch.engine.event import EventSource, Field, find, read_event
from eventmatch.engine.python import PythonEngine
from eventmatch.errors import EngineUnavailable, EventCode, EventError, NotFound
from eventmatch.pattern import EventPattern, PatternSource, dialect_named, parse

AnyPattern = EventPattern | PatternSource
"""A parsed pattern, or what `parse` takes."""

EngineChoice = Literal["auto", "python", "native"]

_ENGINES: Final = {"auto": PythonEngine, "python": PythonEngine}


def engine_name() -> str:
    """Return the name of the engine that `Matcher(engine="auto")` uses."""
    return _ENGINES["auto"].name


def as_pattern(pattern: AnyPattern, dialect: str = "eventbridge") -> EventPattern:
    """Return the pattern, parsed if it is not yet; raises `PatternError`."""
    return pattern if isinstance(pattern, EventPattern) else parse(pattern, dialect=dialect)


def matches(pattern: AnyPattern, event: EventSource) -> bool:
    """Tell whether one event matches one pattern; raises `PatternError` or `EventError`."""
    parsed = as_pattern(pattern)
    found = find(read_event(event), fields_of(parsed))
    return any(satisfied(rule.leaves, found) for rule in parsed.sub_rules)


def fields_of(pattern: EventPattern) -> Field:
    """Return the tree of the paths that a pattern names."""
    root = Field()
    for path in {leaf.path for rule in pattern.sub_rules for leaf in rule.leaves}:
        root.grow(path)
    return root


def _lines_of(lines: str | bytes | bytearray | memoryview) -> bytes:
    if isinstance(lines, bytes | bytearray | memoryview):
        return bytes(lines)
    if not isinstance(lines, str):
        message = f"lines must be NDJSON text, got {type(lines).__name__}"
        raise EventError(EventCode.TYPE, message)
    return lines.encode("utf-8", "surrogatepass")


class Matcher:
    """Rules by name, matched together: the time for an event hardly grows with their number.

    `rules` are added at once. `engine` is "auto", "python" or "native"; the native engine is not
    part of this release and raises `EngineUnavailable`. Any thread may call any method at any
    time: the one lock, `_lock`, guards all state.
    """

    def __init__(
        self,
        rules: Mapping[str, AnyPattern] | None = None,
        *,
        engine: EngineChoice = "auto",
        dialect: str = "eventbridge",
    ) -> None:
        if engine not in _ENGINES:
            raise EngineUnavailable(engine)
        self._lock = Lock()
        self._engine = _ENGINES[engine]()
        self._dialect = dialect_named(dialect).name
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._next_number = 0
        for name, pattern in (rules or {}).items():
            self.add(name, pattern)

    @property
    def engine(self) -> str:
        """The name of the engine that runs."""
        return self._engine.name

    def add(self, name: str, pattern: AnyPattern) -> None:
        """Add a pattern under a name; a name with several patterns matches if any of them does.

        Raises `PatternError`, and then nothing has changed.
        """
        parsed = as_pattern(pattern, self._dialect)
        with self._lock:
            if name not in self._numbers:
                self._numbers[name] = self._next_number
                self._names[self._next_number] = name
                self._next_number += 1
            self._engine.add(self._numbers[name], parsed)

    def remove(self, name: str) -> None:
        """Remove all patterns of a name; raises `NotFound`, which is a KeyError."""
        with self._lock:
            if name not in self._numbers:
                raise NotFound("rule", name)
            number = self._numbers.pop(name)
            del self._names[number]
            self._engine.remove(number)

    def match(self, event: EventSource) -> list[str]:
        """Return the names that match, each once, in the order in which they were first added.

        Takes JSON text (str, or UTF-8 as bytes, bytearray or memoryview) or the parsed object.
        Raises `EventError`.
        """
        value = read_event(event)
        with self._lock:
            return [self._names[number] for number in self._engine.match(value)]

    def match_lines(self, lines: str | bytes | bytearray | memoryview) -> list[list[str]]:
        """Return the names for each line of NDJSON, in the order of the lines.

        A blank line has no names. A line that is no event raises `EventError`, whose position and
        line count from the beginning of the text.
        """
        text = _lines_of(lines)
        if not text:
            return []
        results: list[list[str]] = []
        start = 0
        for number, line in enumerate(text.removesuffix(b"\n").split(b"\n"), 1):
            results.append(self._match_line(line.removesuffix(b"\r"), number, start))
            start += len(line) + 1
        return results

    def _match_line(self, line: bytes, number: int, start: int) -> list[str]:
        if not line.strip():
            return []
        try:
            return self.match(line)
        except EventError as error:
            position = None if error.position is None else start + error.position
            raise EventError(error.code, error.message, position, number, error.column) from None

    def has_match(self, event: EventSource) -> bool:
        """Tell whether any pattern matches; may stop at the first. Raises `EventError`."""
        value = read_event(event)
        with self._lock:
            return self._engine.has_match(value)

    def names(self) -> list[str]:
        """Return the names in the order in which they were first added."""
        with self._lock:
            return list(self._numbers)

    def __len__(self) -> int:
        with self._lock:
            return len(self._numbers)

    def __contains__(self, name: object) -> bool:
        with self._lock:
            return name in self._numbers

    def __repr__(self) -> str:
        return f"<Matcher of {len(self)} rules, {self.engine} engine>"
