"""How the time of an event grows with the rules: two workloads over the same events, in turn.

Their results in the table are minutes apart, which a machine that others use may spend at another
speed. Here both are loaded at once, and the best of many short rounds counts.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from _engines import Engine, Here, There
from _measure import progress
from _peers import NATIVE_LOOP, Commands
from _protocol import Harness, write_events, write_rules
from _rounds import Plan
from _workload import Workload

import eventmatch

ROUNDS = 101
ROUND_S = 0.005  # short, so that some rounds are not interrupted even on a busy machine


def growth(few: Workload, many: Workload, commands: Commands, plan: Plan) -> dict[str, float]:
    """Return the time an event of `many` over that of `few`, by way of calling eventmatch."""
    progress(f"{many.name} over {few.name}")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        loaded = []
        for workload in (few, many):
            place = Path(folder) / workload.name
            place.mkdir()
            engines = list(_engines(workload, place, commands, plan))
            for engine in engines:
                stack.callback(engine.close)
            loaded.append(engines)
        return {
            one.name: best[1] / best[0]
            for one, other in zip(*loaded, strict=True)
            if (best := _best([one, other], min(few.most, plan.events)))
        }


def _engines(workload: Workload, folder: Path, commands: Commands, plan: Plan) -> Iterator[Engine]:
    rules, events = workload.rules(), workload.sample(plan.events)
    file = write_events(folder / "events", events)
    matcher = eventmatch.Matcher(rules)
    engines: list[Engine] = [Here("eventmatch", matcher.match, own=True)]
    if NATIVE_LOOP in commands:
        harness = Harness(commands[NATIVE_LOOP], limit=plan.limit_s)
        rules_file = write_rules(folder / "rules.tsv", rules)
        engines.append(There(NATIVE_LOOP, harness, rules_file, own=True))
    for engine in engines:
        engine.hold(events, file)
        yield engine


def _best(engines: Sequence[Engine], events: int) -> list[float]:
    """Return the seconds of each engine's best round, a pass of the same length for all."""
    passes = max(1, round(ROUND_S / max(engine.match(events) for engine in engines)))
    rounds = [[engine.match(passes * events) for engine in engines] for _ in range(ROUNDS)]
    return [min(taken) for taken in zip(*rounds, strict=True)]
