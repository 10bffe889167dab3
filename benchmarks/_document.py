"""The results as files: table, figures and plot."""

import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path

from _peers import NATIVE_LOOP, shown
from _plot import plot
from _report import Outcome, figures, geometric_means, middle_first, text
from _rounds import Result

import eventmatch

VECTORS = {"avx512_vbmi2": "AVX-512", "avx2": "AVX2", "asimd": "NEON"}
"""Flags of the processor that decide which kernel runs, the best first."""


def machine() -> str:
    """Return the machine in general terms."""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {_vectors()}, {platform.system()},"
        f" Python {platform.python_version()}, eventmatch {eventmatch.__version__}"
        f" on the {eventmatch.engine_name()} engine"
    )


def _vectors() -> str:
    try:
        flags = {*Path("/proc/cpuinfo").read_text().split()}
    except OSError:
        return "vector instructions unknown"
    return next((name for flag, name in VECTORS.items() if flag in flags), "no vectors")


def write(outcome: Outcome, folder: Path) -> None:
    """Write `engine.md`, `engine.json` and `engine.svg`."""
    folder.mkdir(parents=True, exist_ok=True)
    record = figures(outcome) | {"machine": machine()}
    (folder / "engine.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    (folder / "engine.svg").write_text(plot(outcome.results), "utf-8")
    (folder / "engine.md").write_text("\n".join(_document(outcome)) + "\n", "utf-8")


def _document(outcome: Outcome) -> Iterator[str]:
    yield "# `Matcher` beside its peers"
    yield ""
    yield f"{machine()}. Written by `benchmarks/engine.py --results`."
    yield ""
    yield "Ratio: a peer's time an event over eventmatch's, the median of interleaved rounds, with"
    yield "the quartiles; above 1 eventmatch is faster. One thread, whole events validated."
    yield ""
    yield "![ratios](engine.svg)"
    yield ""
    yield "## `Matcher.match(bytes)` in a Python loop"
    yield ""
    yield from _table(outcome, "eventmatch")
    if any(NATIVE_LOOP in result.seconds for result in outcome.results):
        yield "## The native loop, without Python"
        yield ""
        yield from _table(outcome, NATIVE_LOOP)
    yield "## What is asked, and the rest"
    yield ""
    yield "```text"
    yield text(outcome).strip()
    yield "```"


def _table(outcome: Outcome, way: str) -> Iterator[str]:
    results = [result for result in outcome.results if way in result.seconds]
    peers = sorted({peer for result in results for peer in result.peers()})
    yield f"| workload | rules | events | {shown(way)}, events/s | {' | '.join(peers)} |"
    yield "| --- | --: | --: | --: |" + " --: |" * len(peers)
    for result in results:
        cells = (_cell(result, peer, way) for peer in peers)
        head = f"`{result.workload.name}`: {result.workload.text}"
        rate = f"{result.rate(way):,.0f}"
        yield f"| {head} | {result.rules:,} | {result.events:,} | {rate} | {' | '.join(cells)} |"
    means = geometric_means(results, way)
    yield "| geometric mean | | | | " + " | ".join(f"{means[peer]:.3g}" for peer in peers) + " |"
    yield ""


def _cell(result: Result, peer: str, way: str) -> str:
    if peer not in result.seconds:
        return ""
    return "{:.3g} ({:.3g}-{:.3g})".format(*middle_first(result, peer, way))
