"""A process that is killed at random moments loses nothing that it accepted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="children are forked and killed")


def crash(*options: str, of: str = "crash.py") -> tuple[int, dict[str, Any]]:
    command = [sys.executable, str(ROOT / "benchmarks" / of), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env={"PYTHONPATH": str(ROOT)})
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def is_found_out(of: str = "crash.py") -> bool:
    """Whether a loss is told; on a busy machine the process may live too briefly for one."""
    for seed in range(7, 12):
        code, figures = crash("--kills", "6", "--seed", str(seed), "--broken", of=of)
        if figures["lost"]:
            return code == 1
    return False


def test_nothing_is_lost_when_the_process_is_killed() -> None:
    code, figures = crash("--kills", "6", "--seed", "7")
    assert code == 0
    assert figures["lost"] == figures["wrongly_dead"] == 0
    assert figures["kills"] == 6
    assert figures["events"] > 0


def test_a_store_that_answers_before_it_has_written_is_found_out() -> None:
    assert is_found_out()


needs_proc = pytest.mark.skipif(
    sys.platform != "linux", reason="processes of environments are looked up in /proc"
)


@needs_proc
def test_nothing_of_functions_is_lost_or_reordered_when_the_process_is_killed() -> None:
    code, figures = crash("--kills", "6", "--seed", "7", of="crash_functions.py")
    assert code == 0
    assert figures["lost"] == figures["reordered"] == figures["renamed"] == 0
    assert figures["survivors"] == 0
    assert figures["kills"] == 6
    assert figures["accepted"] > 0


@needs_proc
def test_a_store_that_breaks_its_word_to_functions_is_found_out() -> None:
    assert is_found_out("crash_functions.py")
