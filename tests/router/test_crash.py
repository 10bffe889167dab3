"""A process that is killed at random moments loses nothing that it accepted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="children are forked and killed")


def crash(*options: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, str(ROOT / "benchmarks" / "crash.py"), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env={"PYTHONPATH": str(ROOT)})
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_nothing_is_lost_when_the_process_is_killed() -> None:
    code, figures = crash("--kills", "6", "--seed", "7")
    assert code == 0
    assert figures["lost"] == figures["wrongly_dead"] == 0
    assert figures["kills"] == 6
    assert figures["events"] > 0


def test_a_store_that_answers_before_it_has_written_is_found_out() -> None:
    code, figures = crash("--kills", "6", "--seed", "7", "--broken")
    assert code == 1
    assert figures["lost"] > 0
