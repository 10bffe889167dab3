"""The native engine as Python sees it: all policy and every sentence, around compiled code.

`eventmatch._native` decides; whatever it refuses is read again by the reference, which words it.
"""

from collections.abc import Callable, Iterable
from typing import Final

from eventmatch._native import Engine
from eventmatch.engine.consistency import too_complex
from eventmatch.engine.event import EventSource, read_event, text_of
from eventmatch.engine.lines import Lines, in_line, lines_of
from eventmatch.engine.matches import Matches
from eventmatch.engine.stats import MatcherStats
from eventmatch.errors import EventCode, EventError
from eventmatch.pattern import AnyPattern, EventPattern, as_pattern, pattern_text


class NativeEngine:
    """Patterns under names. Any thread may call any method at any time."""

    name: Final = "native"

    match: Callable[[EventSource], list[str]]
    """Return the names that match; raises `EventError`."""

    match_trusted: Callable[[EventSource], list[str]]
    """The same for an event that was validated before."""

    has_match: Callable[[EventSource], bool]
    """Tell whether any name matches; raises `EventError`."""

    names: Callable[[], list[str]]
    """Return the names in the order in which they were first added."""

    remove: Callable[[str], bool]
    """Remove all patterns of a name; False if there are none."""

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._native = native = Engine(text_of, refuse, refuse_line)
        self.match = native.match
        self.match_trusted = native.match_trusted
        self.has_match = native.has_match
        self.names = native.names
        self.remove = native.remove

    def add(self, name: str, pattern: AnyPattern) -> None:
        """Add a pattern under a name; raises `PatternError`, and then nothing has changed."""
        if not isinstance(name, str):
            raise TypeError(f"the name of a rule must be str, got {type(name).__name__}")
        if isinstance(pattern, EventPattern) or self._dialect != "eventbridge":
            self._add_parsed(name, as_pattern(pattern, self._dialect))
            return
        text = pattern if isinstance(pattern, bytes) else pattern_text(pattern)
        if not self._native.add(name, text, False):
            self._add_parsed(name, as_pattern(text, self._dialect))

    def _add_parsed(self, name: str, pattern: EventPattern) -> None:
        if not self._native.add(name, pattern.to_json(), True):
            raise RuntimeError(f"the native engine cannot read the valid pattern {pattern}")

    def match_lines(self, lines: Lines, threads: int | None) -> list[list[str]]:
        """Return the names for each line; raises `EventError`."""
        return self._native.match_lines(lines_of(lines), threads)

    def match_many_lines(self, lines: Lines, threads: int | None) -> Matches:
        """Return the names for each line; raises `EventError`."""
        return Matches.packed(*self._native.match_many_lines(lines_of(lines), threads))

    def match_many(self, events: Iterable[EventSource], threads: int | None) -> Matches:
        """Return the names for each event; raises `EventError`."""
        return Matches.packed(*self._native.match_many(events, threads))

    def stats(self) -> MatcherStats:
        """Return the figures."""
        return MatcherStats(**self._native.stats())

    def __len__(self) -> int:
        return len(self._native)

    def __contains__(self, name: object) -> bool:
        return name in self._native


def refuse(event: bytes | str, code: str, position: int | None) -> None:
    """Raise the `EventError` for an event that was refused; return if the reference accepts it."""
    del position  # told by the reference, which counts lines too
    read_event(event)
    if code == EventCode.TOO_COMPLEX:
        raise too_complex()


def refuse_line(line: bytes, number: int, start: int, code: str, position: int | None) -> None:
    """Raise the `EventError` for a line that was refused, with its place in the whole text."""
    try:
        refuse(line, code, position)
    except EventError as error:
        raise in_line(error, number, start) from None
