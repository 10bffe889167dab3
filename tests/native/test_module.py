"""The compiled module: its stub, and what it does when the two engines disagree."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("native")


def engine_of(*functions: Callable[..., object]) -> Any:
    from eventmatch._native import Engine

    return Engine(*functions)  # type: ignore[arg-type]


def accept(*_: object) -> None:
    """A reference that finds nothing wrong."""


CONFIGURED = ("--mypy-config-file", "pyproject.toml")


def test_the_stub_is_the_module() -> None:
    command = [sys.executable, "-m", "mypy.stubtest", *CONFIGURED, "eventmatch._native"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_python_does_not_find_is_a_disagreement() -> None:
    engine = engine_of(accept, accept, accept)
    message = "the native engine found syntax at byte 1, Python did not"
    for call in (engine.match, engine.has_match, engine.match_lines):
        with pytest.raises(RuntimeError, match=message):
            call(b"{")
    with pytest.raises(RuntimeError, match=message):
        engine.match_many([b"{"])


def test_what_is_no_text_must_be_made_text() -> None:
    engine = engine_of(accept, accept, accept)
    with pytest.raises(TypeError, match="text_of gave no text"):
        engine.match(5)


def test_an_error_of_python_comes_through() -> None:
    def refuse(*_: object) -> None:
        raise LookupError(*_)

    engine = engine_of(refuse, refuse, refuse)
    with pytest.raises(LookupError) as caught:
        engine.match(5)
    assert caught.value.args == (5,)
    with pytest.raises(LookupError) as caught:
        engine.match_lines(b"{}\r\n{\r\n")
    assert caught.value.args == (b"{", 2, 4, "syntax", 1)


def test_a_fault_is_found_without_words() -> None:
    engine = engine_of(accept, accept, accept)
    assert engine.find_fault(b"{}") is None
    assert engine.find_fault(b'{"a":"\xff"}') == ("encoding", 6)


def test_the_engine_has_no_subclasses() -> None:
    with pytest.raises(TypeError):
        type("Mine", (type(engine_of(accept, accept, accept)),), {})
