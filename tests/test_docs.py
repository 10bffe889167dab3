"""Every example of README, docs and docstrings does what it shows.

In README and docs, the blocks of a page run in their order and share a namespace and a folder:

- `python`: a session with `>>>` prompts, or a script;
- `console`: a line after `$ ` is a command (`> ` continues it), what follows is its output;
- any block whose first line is fenced with a second word, such as "json rules.json": that file.

A line of `...` stands for any lines of output.
"""

import contextlib
import doctest
import importlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MODULES: Final = [
    path
    for path in sorted((ROOT / "eventmatch").rglob("*.py"))
    if ">>>" in path.read_text("utf-8") and path.name != "__main__.py"
]
FENCE: Final = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)(?: +(?P<file>\S+))?\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
OPTIONS: Final = doctest.ELLIPSIS
EXCHANGE: Final = re.compile(
    r"^\$ (?P<command>.*(?:\n> .*)*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block of a page; `line` is where its text begins."""

    language: str
    file: str | None
    line: int
    text: str


@dataclass(slots=True)
class Page:
    """What the blocks of one page share."""

    path: Path
    folder: Path
    names: dict[str, Any] = field(default_factory=dict)
    last_status: int = 0


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in FENCE.finditer(text):
        indent = found["indent"]
        yield Block(
            language=found["language"],
            file=found["file"],
            line=text.count("\n", 0, found.start("text")) + 1,
            text=re.sub(f"^{indent}", "", found["text"], flags=re.MULTILINE),
        )


def run_session(test: doctest.DocTest) -> None:
    report = io.StringIO()
    runner = doctest.DocTestRunner(verbose=False, optionflags=OPTIONS)
    runner.run(test, out=report.write, clear_globs=False)
    assert runner.failures == 0, report.getvalue()


def run_python(page: Page, block: Block) -> None:
    with contextlib.chdir(page.folder):
        run_python_here(page, block)


def run_python_here(page: Page, block: Block) -> None:
    if ">>>" not in block.text:
        code = compile("\n" * (block.line - 1) + block.text, str(page.path), "exec")
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code, page.names)
        return
    test = doctest.DocTestParser().get_doctest(
        block.text, page.names, page.path.name, str(page.path), block.line - 1
    )
    run_session(test)
    page.names.update(test.globs)


def environment(folder: Path) -> Mapping[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8", "COLUMNS": "100"}


def run_console(page: Page, block: Block) -> None:
    for exchange in EXCHANGE.finditer(block.text):
        command = exchange["command"].replace("\n> ", "\n")
        done = subprocess.run(
            ["bash", "-c", f"(exit {page.last_status})\n{command}"],
            cwd=page.folder,
            env=environment(page.folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        page.last_status = done.returncode
        compare(command, exchange["output"].splitlines(), done.stdout.splitlines())


def compare(command: str, expected: list[str], found: list[str]) -> None:
    pattern = "".join(
        "(?:.*\n)*" if line == "..." else re.escape(line.rstrip()) + "\n"
        for line in trimmed(expected)
    )
    text = "".join(f"{line.rstrip()}\n" for line in trimmed(found))
    assert re.fullmatch(pattern, text), f"{command}\nprints:\n{text}"


def trimmed(lines: list[str]) -> list[str]:
    """The lines without blank ones at the end."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_page(path: Path, tmp_path: Path) -> None:
    page = Page(path, tmp_path)
    for block in blocks(path):
        if block.file is not None:
            (tmp_path / block.file).write_text(block.text, "utf-8")
        elif block.language == "python":
            run_python(page, block)
        elif block.language == "console":
            run_console(page, block)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_docstrings(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(name)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        run_session(test)


def test_a_wrong_example_is_found(tmp_path: Path) -> None:
    page = Page(tmp_path / "page.md", tmp_path)
    wrong = [
        Block(language="python", file=None, line=1, text=">>> 1 + 1\n3\n"),
        Block(language="python", file=None, line=1, text="assert 1 + 1 == 3\n"),
        Block(language="console", file=None, line=1, text="$ echo one\ntwo\n"),
        Block(language="console", file=None, line=1, text="$ printf 'a\\nb\\n'\n...\na\n"),
    ]
    for block in wrong:
        run = run_python if block.language == "python" else run_console
        with pytest.raises(AssertionError):
            run(page, block)


def test_a_right_example_passes(tmp_path: Path) -> None:
    page = Page(tmp_path / "page.md", tmp_path)
    run_python(page, Block(language="python", file=None, line=1, text="two = 1 + 1\n"))
    run_python(page, Block(language="python", file=None, line=1, text=">>> two\n2\n"))
    text = "$ printf '%s\\n' a \\\n>   b c d\na\n...\nd\n$ exit 2\n$ echo $?\n2\n"
    run_console(page, Block(language="console", file=None, line=1, text=text))
