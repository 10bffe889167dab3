"""What can be timed: eventmatch in this process, peers in theirs, parsers that match nothing."""

import json
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from _builds import NotRun
from _peers import LACKS
from _protocol import Harness
from _workload import Rules, Workload
from _workloads import PARSE_ONLY

import eventmatch

Answers = list[list[str]]
MOTO_RULES = 20
MOTO_EVENTS = 100


class Engine(Protocol):
    """One side of a comparison.

    It is given the rules when made. `own` marks the other ways to call eventmatch.
    """

    name: str
    own: bool

    def hold(self, events: list[bytes], file: Path) -> None:
        """Take the events to match; may return before they are matched for `answers`."""

    def answers(self) -> Answers | None:
        """Return the names for each event, of the first ones at least; None from a parser."""

    def match(self, count: int) -> float:
        """Match so many events, beginning again after the last; return the seconds."""

    def close(self) -> None:
        """End what was started."""


class Here:
    """An engine in this process: `one` takes an event, and `answer` gives the names."""

    def __init__(
        self,
        name: str,
        one: Callable[[bytes], object],
        answer: Callable[[bytes], list[str]] | None = None,
        *,
        own: bool = False,
        most: int | None = None,
    ) -> None:
        self.name, self.own = name, own
        self._one, self._answer, self._most = one, answer, most
        self._events: list[bytes] = []
        self._batch: list[bytes] = []

    def hold(self, events: list[bytes], file: Path) -> None:  # noqa: ARG002
        self._events = events[: self._most]
        self._batch = []

    def answers(self) -> Answers | None:
        return None if self._answer is None else [self._answer(event) for event in self._events]

    def match(self, count: int) -> float:
        batch, one = self._first(count), self._one
        started = time.perf_counter()
        for event in batch:
            one(event)
        return time.perf_counter() - started

    def _first(self, count: int) -> list[bytes]:
        if len(self._batch) != count:
            whole, part = divmod(count, len(self._events))
            self._batch = self._events * whole + self._events[:part]
        return self._batch

    def close(self) -> None:
        self._events, self._batch = [], []


class Batch(Here):
    """eventmatch called once for all events: `prepare` makes the argument, outside the time."""

    def __init__(
        self,
        name: str,
        prepare: Callable[[list[bytes]], Any],
        many: Callable[[Any], Any],
    ) -> None:
        super().__init__(name, len, own=True)
        self._prepare, self._many = prepare, many
        self._prepared: tuple[int, Any] = (0, None)

    def hold(self, events: list[bytes], file: Path) -> None:
        super().hold(events, file)
        self._prepared = (0, None)

    def answers(self) -> Answers | None:
        return [list(names) for names in self._many(self._prepare(self._events))]

    def match(self, count: int) -> float:
        if self._prepared[0] != count:
            self._prepared = (count, self._prepare(self._first(count)))
        prepared, many = self._prepared[1], self._many
        started = time.perf_counter()
        many(prepared)
        return time.perf_counter() - started

    def close(self) -> None:
        super().close()
        self._prepared = (0, None)


class There:
    """An engine in its own process, which adds the rules while this one goes on."""

    def __init__(self, name: str, harness: Harness, rules: Path, *, own: bool) -> None:
        self.name, self.own = name, own
        self._harness = harness
        self._file = Path()
        harness.post("add", rules)

    def hold(self, events: list[bytes], file: Path) -> None:  # noqa: ARG002
        self._file = file.with_suffix(f".{self.name}")
        self._harness.post("events", file)
        self._harness.post("check", self._file)

    def answers(self) -> Answers | None:
        self._harness.settle()
        lines = self._file.read_text("utf-8").split("\n")[:-1]
        return [line.split("\t") if line else [] for line in lines]

    def match(self, count: int) -> float:
        return self._harness.ask("match", count) / 1e9

    def close(self) -> None:
        self._harness.close()


def own_engines(matcher: eventmatch.Matcher) -> list[Engine]:
    """Return eventmatch, one call an event, and the calls that take many at once."""
    engines: list[Engine] = [Here("eventmatch", matcher.match, matcher.match, own=True)]
    engines.append(Batch("match_lines", lambda events: b"\n".join(events), matcher.match_lines))
    many = getattr(matcher, "match_many", None)
    if many is not None:
        engines.append(Batch("match_many", list, many))
    return engines


def moto(rules: Rules, workload: Workload) -> Engine:
    """Return moto's way: a loop over the rules; raises `NotRun`."""
    if len(rules) > MOTO_RULES:
        raise NotRun(f"over {MOTO_RULES} rules: it loops over them")
    lacking(workload, "moto")
    try:
        from moto.events.models import EventPattern
    except ImportError:
        raise NotRun("moto is not installed") from None
    patterns = [(name, EventPattern.load(text)) for name, text in rules.items()]

    def match(event: bytes) -> list[str]:
        parsed = json.loads(event)
        return [name for name, pattern in patterns if pattern.matches_event(parsed)]

    return Here("moto", match, match, most=MOTO_EVENTS)


def parser(name: str, workload: Workload) -> Engine:
    """Return a parser that only reads the bytes; raises `NotRun`."""
    if workload.name not in PARSE_ONLY:
        raise NotRun("only reads the bytes: timed on " + ", ".join(sorted(PARSE_ONLY)))
    try:
        module = import_module("simdjson" if name == "pysimdjson" else name)
    except ImportError:
        raise NotRun(f"{name} is not installed") from None
    # The result is dropped at once: pysimdjson's parser allows one document at a time.
    return Here(name, module.Parser().parse if name == "pysimdjson" else module.loads)


def lacking(workload: Workload, peer: str) -> None:
    """Raise `NotRun` if the peer's language has no word for what the workload needs."""
    lacks = LACKS.get(peer, {})
    reasons = [lacks[need] for need in sorted(workload.needs) if need in lacks]
    if reasons:
        raise NotRun(", ".join(reasons))
