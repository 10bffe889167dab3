"""Without the extra `lambda` only functions in processes do not run, and say what is missing."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

# Blocks modules as if they were not installed, and imports what a program may.
SCRIPT = """
import json, sys
sys.modules.update(dict.fromkeys(sys.argv[2:]))
import eventmatch
from importlib import util
util.find_spec = lambda name, find=util.find_spec: name not in sys.argv[2:] and find(name) or None

with eventmatch.SyncRouter() as router:
    router.put_function("here", lambda event, context: event)
    answers = [router.invoke("here", 1).payload.decode()]
    runtime = {"FunctionName": "there", "Runtime": sys.argv[1], "Handler": "index.handler"}
    role = "arn:aws:iam::123456789012:role/run"
    router.call_lambda("CreateFunction", {**runtime, "Role": role, "Code": {"Folder": "."}})
    try:
        answers.append(router.invoke("there").payload.decode())
    except eventmatch.LambdaError as error:
        answers.append(str(error))
print(json.dumps(answers))
"""


def answers(folder: Path, runtime: str, *blocked: str) -> Sequence[str]:
    (folder / "index.py").write_text("def handler(event, context):\n    return event\n")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, runtime, *blocked],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        check=True,
        capture_output=True,
        text=True,
    )
    told: Sequence[str] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("missing", ["httptools", "awslambdaric", "runtime_client"])
def test_a_missing_extra_is_told(tmp_path: Path, missing: str) -> None:
    assert answers(tmp_path, "python3.12", missing) == [
        "1",
        "ServiceException: code in archives needs awslambdaric and httptools; "
        'install "eventmatch[lambda]"',
    ]


def test_other_runtimes_are_offered_and_need_nothing_of_python(tmp_path: Path) -> None:
    pytest.importorskip("httptools")
    _, answer = answers(tmp_path, "provided.al2023", "awslambdaric", "runtime_client")
    assert "Runtime.InvalidEntrypoint" in answer


def test_with_the_extra_it_runs(tmp_path: Path) -> None:
    pytest.importorskip("awslambdaric")
    assert answers(tmp_path, "python3.12") == ["1", "{}"]
