"""The public face: sorted, complete, documented, and the same to people and to type checkers."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import eventmatch


def own_docstring(value: object) -> str:
    """The docstring that its author wrote: not an inherited one, nor the one `dataclass` makes."""
    text = vars(value).get("__doc__") if isinstance(value, type) else inspect.getdoc(value)
    made = isinstance(value, type) and (text or "").startswith(f"{value.__name__}(")
    return "" if made else text or ""


def names_for_type_checkers() -> list[str]:
    """What the face imports, as a type checker sees it."""
    tree = ast.parse(Path(eventmatch.__file__).read_bytes())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = [node for node in imports if (node.module or "").startswith("eventmatch")]
    return sorted(alias.name for node in ours for alias in node.names)


def test_all_is_sorted() -> None:
    assert list(eventmatch.__all__) == sorted(eventmatch.__all__)


def test_all_is_complete() -> None:
    assert list(eventmatch.__all__) == names_for_type_checkers()
    assert set(eventmatch.__all__) <= set(dir(eventmatch))


@pytest.mark.parametrize("name", eventmatch.__all__)
def test_each_name_is_there_and_documented(name: str) -> None:
    assert own_docstring(getattr(eventmatch, name))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Filter'"):
        eventmatch.Filter  # noqa: B018


def test_a_star_import_brings_every_name() -> None:
    script = "from eventmatch import *; print(matches('{\"a\": [1]}', '{\"a\": 1}'))"
    command = [sys.executable, "-c", script]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "True\n"
