"""What a terminal shows beyond plain text: colour and a progress bar, where rich is installed.

Without rich, without a terminal, or with NO_COLOR set, everything is plain.
"""

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

Paint = Callable[[str, str], str]
"""Gives a text a style, such as "bold red"."""

Advance = Callable[[int], None]
"""Tells a progress bar how much more is done."""

_NARROWEST: Final = 40


def plain(text: str, _style: str) -> str:
    """Leave the text as it is."""
    return text


def width() -> int:
    """Return the columns of the terminal, at least 40."""
    return max(shutil.get_terminal_size((80, 24)).columns, _NARROWEST)


def cut(text: str, room: int) -> str:
    """Shorten a text to the room there is."""
    return text if len(text) <= room else f"{text[: max(room - 1, 0)]}…"


def cut_left(text: str, room: int) -> str:
    """Shorten a name or path to the room there is, and keep its end."""
    return text if len(text) <= room else f"…{text[len(text) - max(room - 1, 0) :]}"


def fill(text: str) -> str:
    """Break a sentence where the terminal ends."""
    return textwrap.fill(text, width(), break_on_hyphens=False, subsequent_indent="  ")


def paint_for(stream: TextIO) -> Paint:
    """Return what styles text for a stream."""
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return plain
    try:
        from rich.color import ColorSystem
        from rich.style import Style
    except ImportError:
        return plain

    def paint(text: str, style: str) -> str:
        return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)

    return paint


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Advance]:
    """Show a bar on stderr while the results go elsewhere; `total` None: how much is unknown."""
    shown = sys.stderr.isatty() and not sys.stdout.isatty()
    try:
        if not shown:
            raise ImportError
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:
        yield lambda _: None
        return
    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(title, total=total)
        yield lambda amount: bar.advance(task, amount)


@contextmanager
def live(title: str, total: int | None, status: Callable[[], str]) -> Iterator[Advance]:
    """Show a bar on stderr, if that is a terminal, and below it the line that `status` returns.

    Another thread calls `status`, several times a second. `total` None: how much is unknown.
    """
    try:
        if not sys.stderr.isatty():
            raise ImportError
        from rich.console import Console, Group
        from rich.live import Live
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
        from rich.text import Text
    except ImportError:
        yield lambda _: None
        return
    done = TextColumn("{task.completed:,.0f}") if total is None else TaskProgressColumn()
    bar = Progress(TextColumn("{task.description}"), BarColumn(), done)
    task = bar.add_task(title, total=total)

    def screen() -> Group:
        return Group(bar, Text(status(), no_wrap=True, overflow="ellipsis"))

    console = Console(stderr=True)
    redirected = sys.stdout.isatty()
    with Live(get_renderable=screen, console=console, transient=True, redirect_stdout=redirected):
        yield lambda amount: bar.advance(task, amount)
