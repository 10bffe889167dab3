"""A slice of the comparisons in this folder, the same in each run, and sequences of changes."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from eventmatch import Matcher, NotFound
from eventmatch.engine.python import PythonEngine
from eventmatch.testing.strategies import event_patterns, events, events_matching
from tests.native import compare_engines
from tests.native.campaign import Tally, parts

pytestmark = pytest.mark.usefixtures("native")

SEED: Final = 2026


def whole(task: Callable[[Random, int], Tally], total: int, size: int) -> Tally:
    tally = Tally()
    for part in parts(task, total, size, SEED, workers=1):
        tally.add(part)
    return tally


def test_the_engines_agree_on_random_rules_and_events() -> None:
    tally = whole(compare_engines.compare, 20_000, 5_000)
    assert tally.findings == []
    assert tally.counts["pairs"] >= 20_000
    assert tally.counts["matches"] > 1_000


def test_the_readers_agree_on_damaged_events() -> None:
    from tests.native import compare_mutants

    tally = whole(compare_mutants.compare, 20_000, 5_000)
    assert tally.findings == []
    codes = ("events", "syntax", "encoding", "trailing-content", "not-an-object")
    assert all(tally.counts[code] for code in (*codes, "depth", "number-length"))


def test_a_wrong_answer_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    match = PythonEngine.match

    def wrong(self: PythonEngine, event: Any) -> list[str]:
        return [name for name in match(self, event) if len(self) < 2 or name != "rule 1"]

    monkeypatch.setattr(PythonEngine, "match", wrong)
    tally = compare_engines.compare(Random(SEED), 20_000)
    first, second, event, native, python = tally.findings[0].splitlines()
    assert {first[:10], second[:10]} >= {"add rule 1"}
    assert len(first + second + event) < 120
    assert ("rule 1" in native, "rule 1" in python) == (True, False)


def test_a_wrong_verdict_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.native import compare_mutants

    verdict = compare_mutants.python_verdict

    def wrong(text: bytes | str) -> compare_mutants.Verdict:
        return None if text in (b"{}\x0b", "{}\x0b") else verdict(text)

    monkeypatch.setattr(compare_mutants, "python_verdict", wrong)
    monkeypatch.setattr(compare_mutants, "damaged", lambda *_: b"{}\x0b")
    finding = compare_mutants.compare(Random(SEED), 1).findings[0]
    assert finding.startswith("b'{}\\x0b'\nnative ('trailing-content', 2), Python None")


NAMES: Final = st.sampled_from(["", "a", "b", "é", "\ud800"])


class Changes(RuleBasedStateMachine):
    """Both engines take the same steps and always give the same answers."""

    patterns = Bundle("patterns")

    def __init__(self) -> None:
        super().__init__()
        self.native, self.python = Matcher(engine="native"), Matcher(engine="python")

    @rule(target=patterns, name=NAMES, pattern=event_patterns())
    def add_new(self, name: str, pattern: dict[str, Any]) -> dict[str, Any]:
        self.add(name, pattern)
        return pattern

    @rule(name=NAMES, pattern=patterns)
    def add(self, name: str, pattern: dict[str, Any]) -> None:
        self.native.add(name, pattern)
        self.python.add(name, pattern)

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        if name in self.python:
            self.native.remove(name)
            self.python.remove(name)
        else:
            with pytest.raises(NotFound):
                self.native.remove(name)

    @rule(pattern=patterns, data=st.data())
    def match(self, pattern: dict[str, Any], data: st.DataObject) -> None:
        try:
            event = data.draw(events_matching(pattern))
        except InvalidArgument:
            event = data.draw(events())
        names = self.python.match(event)
        assert self.native.match(event) == self.native.match_trusted(event) == names
        assert self.native.has_match(event) is bool(names)

    @invariant()
    def has_the_same_names(self) -> None:
        assert self.native.names() == self.python.names()
        assert len(self.native) == len(self.python) == self.native.stats().rules


def test_the_engines_agree_after_any_changes() -> None:
    few = settings(max_examples=40, stateful_step_count=20)
    run_state_machine_as_test(Changes, settings=few)
