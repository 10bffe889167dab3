"""What the engine is asked for, and what was seen.

Ratios are asserted where they hold on any machine; figures of one machine are only shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from _growth import growth
from _lifecycle import Figures
from _peers import NATIVE_LOOP, Commands, shown
from _rounds import FULL, Plan, Result
from _workload import Workload

NOISE = 1.1
"""What the best of many rounds in turn may still differ, when nothing grows."""
BUSY = 1.4
"""What a quick run allows on top: it may have to share its machine, and an event takes so little
that the few steps more of a bisection show."""

GROWTH = (("rules_1000", "rules_1m", 1.5, 1.5), ("numeric_10", "numeric_1000", NOISE, BUSY))
"""Workloads of few and many rules: how much longer an event is to take with many, and may take."""
QUICK_GROWTH = GROWTH[1:]

BYTES_A_RULE = 100
ADDS_PER_S = 500_000
WILDCARD_10000_PER_S = 500_000
WAYS = ("eventmatch", NATIVE_LOOP)


@dataclass(frozen=True)
class Check:
    """A figure: `seen` may be at most `most`, or is at least `least`; `asserted` if it must."""

    name: str
    seen: float
    most: float | None = None
    least: float | None = None
    asserted: bool = False

    @property
    def holds(self) -> bool:
        """Whether it is as asked."""
        return (self.most is None or self.seen <= self.most) and (
            self.least is None or self.seen >= self.least
        )

    def cells(self) -> tuple[str, str, str, str]:
        """Return the row of a table: what, asked, seen, verdict."""
        asked = f"at most {self.most:,g}" if self.least is None else f"at least {self.least:,g}"
        seen = f"{self.seen:,.0f}" if self.seen >= 100 else f"{self.seen:.3g}"
        return self.name, asked, seen, "yes" if self.holds else "NO" if self.asserted else "no"


def checks(
    results: Sequence[Result],
    lives: Mapping[str, Figures],
    workloads: Sequence[Workload],
    commands: Commands,
    plan: Plan,
) -> list[Check]:
    """Return the checks, after measuring how the time grows between some of all workloads."""
    return [
        *_growth_checks(workloads, commands, plan),
        *_life_checks(lives, plan),
        *_rate_checks(results),
    ]


def _growth_checks(
    workloads: Sequence[Workload], commands: Commands, plan: Plan
) -> Iterator[Check]:
    by_name = {workload.name: workload for workload in workloads}
    for few, many, asked, limit in GROWTH if plan is FULL else QUICK_GROWTH:
        for engine, ratio in growth(by_name[few], by_name[many], commands, plan).items():
            name = f"time an event, {many} over {few}, {shown(engine)}"
            if plan is FULL:
                yield Check(name, ratio, most=asked, asserted=ratio > limit)
            else:
                yield Check(name, ratio, most=asked * BUSY, asserted=True)


def _life_checks(lives: Mapping[str, Figures], plan: Plan) -> Iterator[Check]:
    for engine, values in lives.items():
        if engine in WAYS:
            name = f"bytes a rule beyond its text, by stats(), {shown(engine)}"
            # Of few rules, what a matcher takes for itself has a large share.
            seen, is_full = values["overhead_a_rule"], plan is FULL
            yield Check(name, seen, most=BYTES_A_RULE, asserted=is_full)
            name = f"validated rules added a second, {shown(engine)}"
            yield Check(name, values["adds_per_s"], least=ADDS_PER_S)


def _rate_checks(results: Sequence[Result]) -> Iterator[Check]:
    for result in results:
        if result.workload.name == "wildcard_10000":
            for engine in WAYS:
                if engine in result.seconds:
                    name = f"events a second, wildcard_10000, {shown(engine)}"
                    yield Check(name, result.rate(engine), least=WILDCARD_10000_PER_S)


def record(found: Sequence[Check]) -> list[dict[str, Any]]:
    """Return the checks for the figures of the run."""
    return [
        {
            "name": check.name,
            "seen": float(f"{check.seen:.4g}"),
            "asked": {"at_most": check.most} if check.least is None else {"at_least": check.least},
            "holds": check.holds,
            "asserted": check.asserted,
        }
        for check in found
    ]
