"""Builds the harnesses under `peers/` once, in a cache folder outside the tree.

A harness is copied there with the other files it uses, all at the places they have in the tree.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
PEERS = Path("benchmarks/peers")
LIMIT_S = 900.0
BuildSteps = Sequence[Sequence[str]]


class NotRun(Exception):
    """Why a peer takes no part."""


def cache() -> Path:
    """Return the folder of all that is built."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "eventmatch-benchmarks"


def built(
    name: str, commands: BuildSteps, uses: Sequence[str] = (), *, again: bool = False
) -> Path:
    """Return the folder of a built harness, after building it if its sources are new.

    `uses` are files and folders beside its own. Raises `NotRun`. A failure is remembered with the
    sources, so that a registry which said no is not asked at every run; `again` forgets it. A
    missing tool is not remembered.
    """
    for tool in sorted({command[0] for command in commands}):
        if shutil.which(tool) is None:
            raise NotRun(f"{tool} is not installed")
    sources = list(_sources([PEERS / name, *uses]))
    target = cache() / f"{name}-{_digest(sources, commands)}"
    if again:
        shutil.rmtree(target, ignore_errors=True)
    if not target.exists():
        _build(sources, PEERS / name, target, commands)
    if (target / "failed").exists():
        log = str(target / "build.log").replace(str(Path.home()), "~")
        raise NotRun(f"not built: {(target / 'failed').read_text()} (see {log})")
    return target / PEERS / name


def _sources(places: Sequence[str | Path]) -> Iterator[Path]:
    """Return the files at these places, relative to the root of the tree."""
    for place in places:
        below = [ROOT / place, *sorted((ROOT / place).rglob("*"))]
        yield from (path.relative_to(ROOT) for path in below if path.is_file())


def _digest(sources: Sequence[Path], commands: BuildSteps) -> str:
    digest = hashlib.sha256(repr(commands).encode())
    for path in sources:
        digest.update(str(path).encode() + b"\0" + (ROOT / path).read_bytes())
    return digest.hexdigest()[:16]


def _build(sources: Sequence[Path], folder: Path, target: Path, commands: BuildSteps) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent))
    for path in sources:
        (scratch / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, scratch / path)
    problem = None
    with (scratch / "build.log").open("wb") as log:
        for command in commands:
            problem = problem or _run(command, scratch / folder, log.fileno())
    if problem is not None:
        (scratch / "failed").write_text(_reason((scratch / "build.log").read_text()) or problem)
    try:
        scratch.rename(target)
    except OSError:  # another run was faster
        shutil.rmtree(scratch)


def _run(command: Sequence[str], folder: Path, log: int) -> str | None:
    try:
        code = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=LIMIT_S
        ).returncode
    except subprocess.TimeoutExpired:
        return f"{command[0]} took over {LIMIT_S:.0f} s"
    return f"{command[0]} ended with {code}" if code else None


def _reason(log: str) -> str:
    """Return the line of the log that tells most, without addresses."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    telling = [
        line for line in lines if re.search(r"error|forbidden|not found|no such", line, re.I)
    ]
    line = (telling or lines or [""])[-1]
    return re.sub(r"https?://\S+?(?=:?\s|$)", "...", line)[:200]
