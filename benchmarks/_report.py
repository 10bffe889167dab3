"""The table, the figures and the plot."""

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _lifecycle import Figures
from _plot import plot
from _rounds import Result

import eventmatch


@dataclass(frozen=True)
class Outcome:
    """All that was measured, and what was not and why."""

    results: list[Result]
    lives: dict[str, Figures]
    missing: dict[str, str]
    real_lots: bool


def line(result: Result) -> str:
    """Return one workload as one line: events a second, then the ratio of each peer."""
    others = [engine for engine in result.seconds if engine != "eventmatch"]
    cells = [
        f"{engine} {result.rate(engine):,.0f}/s"
        if engine in result.own
        else "{} {:.3g}x ({:.3g}-{:.3g})".format(engine, *_middle_first(result, engine))
        for engine in others
    ]
    head = f"{result.workload.name:<21}{result.rate('eventmatch'):>11,.0f}/s  "
    return head + ", ".join(cells)


def _middle_first(result: Result, peer: str) -> tuple[float, float, float]:
    low, middle, high = result.ratio(peer)
    return middle, low, high


def figures(outcome: Outcome) -> dict[str, Any]:
    """Return what the last line of the benchmark says."""
    by_name = {result.workload.name: result for result in outcome.results}
    return {
        "events_per_s": {name: round(r.rate("eventmatch")) for name, r in by_name.items()},
        "ratios": {
            name: {peer: _short(r.ratio(peer)[1]) for peer in _peers(r)}
            for name, r in by_name.items()
        },
        "quartiles": {
            name: {peer: [_short(r.ratio(peer)[n]) for n in (0, 2)] for peer in _peers(r)}
            for name, r in by_name.items()
        },
        "peers_events_per_s": {
            name: {peer: _short(r.rate(peer)) for peer in _peers(r)} for name, r in by_name.items()
        },
        "other_calls_events_per_s": {
            name: {call: round(r.rate(call)) for call in sorted(r.own - {"eventmatch"})}
            for name, r in by_name.items()
        },
        "lifecycle": outcome.lives,
        "differing": {name: r.differing for name, r in by_name.items() if r.differing},
        "not_run": outcome.missing,
        "citylots": "real" if outcome.real_lots else "generated",
    }


def _peers(result: Result) -> list[str]:
    return [engine for engine in result.seconds if engine not in result.own]


def _short(number: float) -> float:
    return round(number) if number >= 1_000 else float(f"{number:.3g}")


def text(outcome: Outcome) -> str:
    """Return the tables that are no lines yet: lifecycle, differences, and what did not run."""
    parts = ["", *_lifecycle_table(outcome)]
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


def _lifecycle_table(outcome: Outcome) -> Iterator[str]:
    if not outcome.lives:
        return
    keys = ("adds_per_s", "removes_per_s", "bytes_a_rule", "cold_start_ms")
    yield f"{'':<28}" + "".join(f"{key:>16}" for key in keys)
    for name, values in outcome.lives.items():
        cells = (f"{values[key]:,.6g}" if key in values else "" for key in keys)
        yield f"{name:<28}" + "".join(f"{cell:>16}" for cell in cells)


def machine() -> str:
    """Return the machine in general terms."""
    return (
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}, eventmatch {eventmatch.__version__}"
        f" with the {eventmatch.engine_name()} engine"
    )


def write(outcome: Outcome, folder: Path) -> None:
    """Write `engine.md`, `engine.json` and `engine.svg`."""
    folder.mkdir(parents=True, exist_ok=True)
    record = figures(outcome) | {"machine": machine()}
    (folder / "engine.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    (folder / "engine.svg").write_text(plot(outcome.results), "utf-8")
    (folder / "engine.md").write_text("\n".join(_document(outcome)) + "\n", "utf-8")


def _document(outcome: Outcome) -> Iterator[str]:
    peers = sorted({peer: None for result in outcome.results for peer in _peers(result)})
    yield "# `Matcher` beside its peers"
    yield ""
    yield f"{machine()}. Written by `benchmarks/engine.py --results`."
    yield "Ratio: a peer's time an event over eventmatch's, the median of interleaved rounds, with"
    yield "the quartiles; above 1 eventmatch is faster."
    yield ""
    yield "![ratios](engine.svg)"
    yield ""
    yield f"| workload | rules | events | eventmatch, events/s | {' | '.join(peers)} |"
    yield "| --- | --: | --: | --: |" + " --: |" * len(peers)
    for result in outcome.results:
        cells = (_cell(result, peer) for peer in peers)
        head = f"`{result.workload.name}`: {result.workload.text}"
        rate = f"{result.rate('eventmatch'):,.0f}"
        yield f"| {head} | {result.rules:,} | {result.events:,} | {rate} | {' | '.join(cells)} |"
    yield ""
    yield "```text"
    yield text(outcome).strip()
    yield "```"


def _cell(result: Result, peer: str) -> str:
    if peer not in result.seconds:
        return ""
    low, middle, high = result.ratio(peer)
    return f"{middle:.3g} ({low:.3g}-{high:.3g})"
