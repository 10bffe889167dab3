"""Functions and modules stay small. Sizes are lines, docstrings left out."""

import ast
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
MEDIAN, NINE_IN_TEN, LONGEST_FUNCTION, LONGEST_MODULE = 8, 30, 60, 400

# What may be longer, by "path" or "path:function": since when, and why.
ALLOWED: Final[Mapping[str, tuple[str, str]]] = {}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def size(function: Function) -> int:
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is None or first.end_lineno is None:
        return lines
    return lines - (first.end_lineno - first.lineno + 1)


def function_sizes() -> Iterator[tuple[str, int]]:
    for path in sorted((ROOT / "eventmatch").rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, Function):
                yield f"{place}:{node.name}", size(node)


def module_sizes() -> Iterator[tuple[str, int]]:
    for path in sorted((ROOT / "eventmatch").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), len(path.read_text("utf-8").splitlines())


def too_long() -> dict[str, int]:
    functions = {name: lines for name, lines in function_sizes() if lines > LONGEST_FUNCTION}
    return functions | {name: lines for name, lines in module_sizes() if lines > LONGEST_MODULE}


def test_half_the_functions_are_short() -> None:
    assert statistics.median(lines for _, lines in function_sizes()) <= MEDIAN


def test_nine_functions_in_ten_are_under_thirty_lines() -> None:
    sizes = dict(function_sizes())
    over = {name: lines for name, lines in sizes.items() if lines >= NINE_IN_TEN}
    assert len(over) <= len(sizes) / 10, over


def test_nothing_is_too_long_but_what_is_allowed() -> None:
    assert {name: lines for name, lines in too_long().items() if name not in ALLOWED} == {}


def test_what_is_allowed_is_still_too_long() -> None:
    assert set(ALLOWED) <= set(too_long())
