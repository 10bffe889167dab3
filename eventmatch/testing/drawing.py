"""Events drawn from the strategies outside a test: distinct, and the same for the same seed."""

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import InvalidArgument

from eventmatch.testing.matching import Pattern, events_matching, near_misses
from eventmatch.testing.vocabulary import JsonObject

_TRIES: Final = 20


class _Enough(BaseException):
    """Ends the run; Hypothesis takes any Exception for a failed test."""


def events_of(pattern: Pattern, *, count: int, seed: int = 0) -> list[JsonObject]:
    """Return up to `count` events that the pattern matches; raises ValueError if there is none."""
    return _drawn(events_matching, pattern, count, seed)


def near_misses_of(pattern: Pattern, *, count: int, seed: int = 0) -> list[JsonObject]:
    """Return up to `count` near misses of the pattern; raises ValueError if there is none."""
    return _drawn(near_misses, pattern, count, seed)


def _drawn(
    strategy: Callable[[Pattern], st.SearchStrategy[JsonObject]],
    pattern: Pattern,
    count: int,
    seed: int,
) -> list[JsonObject]:
    """Draw with Hypothesis's notes about this machine in a folder that goes away again."""
    with tempfile.TemporaryDirectory() as folder:
        set_hypothesis_home_dir(folder)
        try:
            return _run(strategy(pattern), count, seed)
        except InvalidArgument as error:
            raise ValueError(str(error)) from error
        finally:
            set_hypothesis_home_dir(None)


def _run(chosen: st.SearchStrategy[JsonObject], count: int, seed: int) -> list[JsonObject]:
    """Run a property that always holds, and keep what it is given."""
    found: dict[str, JsonObject] = {}

    @seeded(seed)
    @settings(
        max_examples=max(count, 1) * _TRIES,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(chosen)
    def keep(event: JsonObject) -> None:
        found.setdefault(json.dumps(event, sort_keys=True), event)
        if len(found) >= count:
            raise _Enough

    with suppress(_Enough):
        keep()
    return list(found.values())
