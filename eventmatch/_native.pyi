"""The native engine: matching in compiled code, private to `eventmatch.engine.native`.

It is there where a Rust toolchain was at hand when eventmatch was installed. It decides and words
nothing: errors are raised by the functions that `Engine` is given. Its sources are in `native/`;
`mypy.stubtest` compares this page with the compiled module.
"""

from collections.abc import Callable, Iterable
from typing import Any, Self, TypedDict, final

__all__ = ["Engine"]

class _Stats(TypedDict):
    rules: int
    predicates: int
    bytes: int
    text_bytes: int
    longest_list: int

@final
class Engine:
    """Event patterns under names. Any thread may call any method at any time; readers never wait.

    An event is `bytes` or `str`, which are read in place, or whatever else `text_of` turns into
    one of them. Events of 16 KiB and more, and all batches, let other threads run meanwhile.
    """

    def __new__(
        cls,
        text_of: Callable[[Any], bytes | str],
        refuse: Callable[[bytes | str, str, int | None], object],
        refuse_line: Callable[[bytes, int, int, str, int | None], object],
    ) -> Self:
        """Make an engine without rules.

        `text_of(event)` gives the JSON text of an event, or raises. `refuse(event, code, position)`
        raises the error for an event with a fault: `code` is an `EventCode`, `position` the byte,
        None for "too-complex". `refuse_line(line, number, start, code, position)` does so for line
        `number` (from 1), which begins at byte `start` of a text. If one of the two does not raise,
        the engines disagree, and `RuntimeError` is raised.
        """

    def add(self, name: str, pattern: str | bytes, validated: bool, /) -> bool:
        """Add a pattern of the dialect "eventbridge" under a name.

        False says that it is not certainly valid, and nothing has changed. `validated` says that
        `eventmatch.parse` accepted it: then no limit applies, such as that on its length. Raises
        `MemoryError` if the index is full (about 4 GiB), and then nothing has changed either.
        """

    def remove(self, name: str, /) -> bool:
        """Remove all patterns of a name; False if there are none."""

    def match(self, event: Any, /) -> list[str]:
        """Return the names that match, each once, in the order in which they were first added."""

    def match_trusted(self, event: Any, /) -> list[str]:
        """Do the same without validating what no rule reads."""

    def has_match(self, event: Any, /) -> bool:
        """Tell whether any name matches."""

    def match_lines(self, lines: bytes, /, threads: int | None = None) -> list[list[str]]:
        """Return the names for each line of NDJSON; none for a blank one.

        Large texts are cut into pieces for up to `threads` threads; None is one for each core.
        """

    def match_many(
        self, events: Iterable[Any], /, threads: int | None = None
    ) -> tuple[bytes, bytes, tuple[str, ...]]:
        """Return the names for each event as (offsets, rules, names); see `eventmatch.Matches`.

        An `EventError` gets the number of the event as its attribute `index`.
        """

    def match_many_lines(
        self, lines: bytes, /, threads: int | None = None
    ) -> tuple[bytes, bytes, tuple[str, ...]]:
        """Return what `match_lines` returns, as `match_many` does."""

    def names(self) -> list[str]:
        """Return the names in the order in which they were first added."""

    def __len__(self) -> int: ...
    def __contains__(self, name: object, /) -> bool: ...
    def stats(self) -> _Stats:
        """Return the figures that `eventmatch.MatcherStats` explains."""

    def find_fault(self, event: bytes, /) -> tuple[str, int | None] | None:
        """Return the code and the byte of what is wrong with an event, if anything is."""
