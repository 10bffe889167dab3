"""What a run says: a line a workload, tables, and the figures of the last line."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from _checks import Check, record
from _lifecycle import Figures
from _peers import NATIVE_LOOP, shown
from _rounds import Result

WAYS = {"": "eventmatch", "native_loop_": NATIVE_LOOP}
"""How eventmatch is called, by the prefix of the figures: from Python, and without it."""

LIFE = {
    "adds_per_s": "adds/s",
    "removes_per_s": "removes/s",
    "bytes_a_rule": "bytes/rule",
    "overhead_a_rule": "by stats()",
    "cold_start_ms": "cold start, ms",
}


@dataclass(frozen=True)
class Outcome:
    """All that was measured, and what was not and why."""

    results: list[Result]
    lives: dict[str, Figures]
    checks: list[Check]
    missing: dict[str, str]
    real_lots: bool


def line(result: Result) -> str:
    """Return one workload as one line: events a second, then the ratio of each peer."""
    others = [engine for engine in result.seconds if engine != "eventmatch"]
    cells = [
        f"{shown(engine)} {result.rate(engine):,.0f}/s"
        if engine in result.own
        else "{} {:.3g}x ({:.3g}-{:.3g})".format(engine, *middle_first(result, engine))
        for engine in others
    ]
    head = f"{result.workload.name:<21}{result.rate('eventmatch'):>11,.0f}/s  "
    return head + ", ".join(cells)


def middle_first(result: Result, peer: str, way: str = "eventmatch") -> tuple[float, float, float]:
    """Return median, quartile and quartile of a ratio."""
    low, middle, high = result.ratio(peer, way)
    return middle, low, high


def figures(outcome: Outcome) -> dict[str, Any]:
    """Return what the last line of the benchmark says."""
    by_name = {result.workload.name: result for result in outcome.results}
    found: dict[str, Any] = {}
    for prefix, way in WAYS.items():
        found |= {prefix + key: value for key, value in _of_way(outcome.results, way).items()}
    return found | {
        "peers_events_per_s": {
            name: {peer: _short(r.rate(peer)) for peer in r.peers()} for name, r in by_name.items()
        },
        "other_calls_events_per_s": {
            name: {call: round(r.rate(call)) for call in sorted(r.own - {*WAYS.values()})}
            for name, r in by_name.items()
        },
        "checks": record(outcome.checks),
        "lifecycle": outcome.lives,
        "differing": {name: r.differing for name, r in by_name.items() if r.differing},
        "not_run": outcome.missing,
        "citylots": "real" if outcome.real_lots else "generated",
    }


def _of_way(results: Sequence[Result], way: str) -> dict[str, Any]:
    """Return events a second and ratios of one way to call eventmatch."""
    by_name = {result.workload.name: result for result in results if way in result.seconds}
    return {
        "events_per_s": {name: round(r.rate(way)) for name, r in by_name.items()},
        "ratios": {
            name: {peer: _short(r.ratio(peer, way)[1]) for peer in r.peers()}
            for name, r in by_name.items()
        },
        "quartiles": {
            name: {peer: [_short(r.ratio(peer, way)[n]) for n in (0, 2)] for peer in r.peers()}
            for name, r in by_name.items()
        },
        "geomean": {peer: _short(mean) for peer, mean in geometric_means(results, way).items()},
    }


def geometric_means(results: Sequence[Result], way: str = "eventmatch") -> dict[str, float]:
    """Return the geometric mean of each peer's ratios, over the workloads that it took part in."""
    ratios: dict[str, list[float]] = {}
    for result in results:
        if way in result.seconds:
            for peer in result.peers():
                ratios.setdefault(peer, []).append(result.ratio(peer, way)[1])
    return {
        peer: math.exp(math.fsum(map(math.log, found)) / len(found))
        for peer, found in ratios.items()
    }


def _short(number: float) -> float:
    return round(number) if number >= 1_000 else float(f"{number:.3g}")


def text(outcome: Outcome) -> str:
    """Return the tables that are no lines yet, the differences, and what did not run."""
    parts = ["", *_means(outcome), *_lifecycle_table(outcome), *_check_table(outcome)]
    for result in outcome.results:
        for peer, reason in result.differing.items():
            parts.append(f"differs: {result.workload.name}, {peer}: {reason}")
    parts += [f"not run: {name}: {reason}" for name, reason in _not_run(outcome)]
    lots = "the real data" if outcome.real_lots else "generated, for want of the real data"
    return "\n".join([*parts, f"city lots: {lots}"])


def _not_run(outcome: Outcome) -> Iterator[tuple[str, str]]:
    yield from outcome.missing.items()
    reasons: dict[tuple[str, str], list[str]] = {}
    for result in outcome.results:
        for peer, reason in result.not_run.items():
            if not reason.startswith("only reads"):
                reasons.setdefault((peer, reason), []).append(result.workload.name)
    for (peer, reason), workloads in reasons.items():
        yield f"{peer} on {', '.join(workloads)}", reason


def _means(outcome: Outcome) -> Iterator[str]:
    for way in WAYS.values():
        means = geometric_means(outcome.results, way)
        cells = ", ".join(f"{peer} {mean:.3g}x" for peer, mean in means.items())
        if cells:
            yield f"geometric mean, {shown(way)}: {cells}"


def _lifecycle_table(outcome: Outcome) -> Iterator[str]:
    if not outcome.lives:
        return
    yield ""
    yield f"{'':<28}" + "".join(f"{title:>16}" for title in LIFE.values())
    for name, values in outcome.lives.items():
        cells = (f"{values[key]:,.6g}" if key in values else "" for key in LIFE)
        yield f"{shown(name):<28}" + "".join(f"{cell:>16}" for cell in cells)
    yield "bytes/rule: process or heap, less names and values; by stats(): the engine's own count"
    yield ""


def _check_table(outcome: Outcome) -> Iterator[str]:
    if not outcome.checks:
        return
    for row in [("", "asked", "seen", "holds"), *(check.cells() for check in outcome.checks)]:
        yield "{:<70}{:>18}{:>12}{:>7}".format(*row)
    yield "NO ends the run with exit code 1; no is a figure of this machine"
    yield ""
