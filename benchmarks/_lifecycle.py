"""Beside matching: rules added and removed a second, memory a rule, the time to a first answer.

Every engine runs in a fresh process behind the same protocol, eventmatch too.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from _aws import stored
from _builds import NotRun
from _measure import progress
from _peers import EVENTMATCH, OWN, Commands
from _protocol import Harness, write_events, write_rules
from _rounds import Plan
from _workloads_rules import pairs

Figures = dict[str, float]


def lifecycle(commands: Commands, plan: Plan) -> tuple[dict[str, Figures], dict[str, str]]:
    """Return the medians of each engine, and why others have none."""
    found: dict[str, Figures] = {}
    missing: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        files = _files(Path(folder), plan.rules_added)
        for name, command in ({"eventmatch": EVENTMATCH} | dict(commands)).items():
            if not command:
                continue  # in this process: moto and the parsers
            progress(f"adds, removes and memory of {name}")
            try:
                counts = name == "eventmatch" or name in OWN
                lives = [_life(command, files, plan, counts=counts) for _ in range(plan.lives)]
            except NotRun as problem:
                missing[name] = str(problem)
            else:
                found[name] = {key: _median(life[key] for life in lives) for key in lives[0]}
    found["python alone"] = {"cold_start_ms": _median(map(_bare, range(5)))}
    return found, missing


def _median(values: Any) -> float:
    median = statistics.median(values)
    return round(median, 1) if median < 1_000 else round(median)


def _files(folder: Path, count: int) -> dict[str, Any]:
    rules = pairs(2 * count)
    first = dict(list(rules.items())[:count])
    second = dict(list(rules.items())[count:])
    return {
        "one": write_rules(folder / "one", {"one": '{"source":["aws.s3"]}'}),
        "first": write_rules(folder / "first", first),
        "second": write_rules(folder / "second", second),
        "event": write_events(folder / "event", stored(1)),
        "text": sum(len(name) + _text_of_values(text) for name, text in first.items()) / count,
    }


def _text_of_values(pattern: str) -> int:
    """Return how many bytes the values of a pattern have: no engine can do without them."""
    values = json.loads(pattern)
    stack, size = [values], 0
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            size += len(value.encode())
        else:
            stack.extend(value.values() if isinstance(value, dict) else value)
    return size


def _life(command: Sequence[str], files: Mapping[str, Any], plan: Plan, *, counts: bool) -> Figures:
    """Start, add, add again, remove; the first match after each belongs to it.

    `counts` says that the engine counts its bytes: then they are asked for too.
    """
    count = plan.rules_added
    started = time.perf_counter()
    harness = Harness(command, limit=plan.limit_s)
    try:
        harness.post("events", files["event"])
        harness.post("add", files["one"])
        harness.ask("match", 1)
        cold = time.perf_counter() - started
        before = harness.ask("memory")
        harness.post("add", files["first"])
        harness.ask("match", 1)
        bytes_a_rule = (harness.ask("memory") - before) / count
        overhead = {"overhead_a_rule": harness.ask("overhead") / count} if counts else {}
        added = harness.ask("add", files["second"]) + harness.ask("match", 1)
        removed = harness.ask("remove", files["second"]) + harness.ask("match", 1)
    finally:
        harness.close()
    return {
        "adds_per_s": count / added * 1e9,
        "removes_per_s": count / removed * 1e9,
        "bytes_a_rule": bytes_a_rule - files["text"],
        "cold_start_ms": 1000 * cold,
    } | overhead


def _bare(_: int) -> float:
    """Return the milliseconds that a Python without eventmatch takes to start and end."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return 1000 * (time.perf_counter() - started)
