"""The folders of code: each archive is unpacked once for all who run it."""

import asyncio
import io
import os
import stat
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

from eventmatch.functions.environments.orphans import remove
from eventmatch.functions.model import Code
from eventmatch.functions.ports import Archives

_READ_ONLY: Final = 0o555
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    NotImplementedError,
    RuntimeError,
    EOFError,
)


class Unpackable(Exception):
    """An archive cannot be unpacked; its text says why."""


class TaskRoots:
    """The folders of all code that runs, in one folder, made when the first is asked for.

    `limit` is the most bytes that an archive may unpack to; `made` is told that folder.
    """

    def __init__(self, archives: Archives, limit: int, made: Callable[[Path], None]) -> None:
        self._archives = archives
        self._limit = limit
        self._made = made
        self._folder: Path | None = None
        self._roots: dict[str, asyncio.Task[Path]] = {}
        self._users: Counter[str] = Counter()
        self._count = 0

    async def acquire(self, code: Code) -> Path:
        """Return where the code of an archive is, until `release`.

        Raises `StoreError`, KeyError, OSError or `Unpackable`; then there is nothing to release.
        """
        task = self._roots.get(code.sha256)
        if task is None or _is_gone(task):
            task = self._roots[code.sha256] = asyncio.create_task(self._unpack(code.sha256))
        self._users[code.sha256] += 1
        try:
            return await asyncio.shield(task)
        except BaseException:
            await self.release(code)
            raise

    async def release(self, code: Code) -> None:
        """Let go of code; what nobody runs is removed."""
        self._users[code.sha256] -= 1
        if not self._users[code.sha256]:
            del self._users[code.sha256]
            task = self._roots.pop(code.sha256)
            await asyncio.wait([task])
            if not task.cancelled() and task.exception() is None:
                await asyncio.to_thread(remove, task.result())

    def temporary(self) -> Path:
        """Return a new folder for temporary files."""
        path = self._place("tmp")
        path.mkdir(mode=0o700)
        return path

    async def close(self) -> None:
        """Remove everything; nobody may have code any more."""
        if self._folder is not None:
            await asyncio.to_thread(remove, self._folder)
            self._folder = None

    def _place(self, kind: str) -> Path:
        self._folder = self._folder or self._new_folder()
        self._count += 1
        return self._folder / f"{kind}-{self._count}"

    def _new_folder(self) -> Path:
        # Stack traces name files by their real path.
        folder = Path(tempfile.mkdtemp(prefix="eventmatch-functions-")).resolve()
        self._made(folder)
        return folder

    async def _unpack(self, sha256: str) -> Path:
        path = self._place("task")
        archive = await self._archives.read(sha256)
        try:
            await asyncio.to_thread(unpack, archive, path, self._limit)
        except BaseException:
            await asyncio.to_thread(remove, path)
            raise
        return path


def _is_gone(task: asyncio.Task[Path]) -> bool:
    """Whether a function has removed the folder of its code, which is another's, too."""
    is_there = task.done() and not task.cancelled() and task.exception() is None
    return is_there and not task.result().is_dir()


def unpack(archive: bytes, root: Path, limit: int) -> None:
    """Unpack a zip file into a new folder, for reading; raises `Unpackable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            members = packed.infolist()
            if sum(member.file_size for member in members) > limit:
                raise Unpackable(f"the code unpacks to more than {limit} bytes")
            root.mkdir()
            # Where a name is there twice, the last one counts, as for other programs.
            for member in {each.filename: each for each in members}.values():
                # Makes of a name that leads elsewhere one that does not, and a file of a link.
                place = Path(packed.extract(member, root))
                if not member.is_dir():
                    place.chmod(_READ_ONLY if _is_executable(member) else 0o444)
    except _UNREADABLE as error:
        raise Unpackable(f"the code is no zip file that can be read: {error}") from error
    for folder, _, _ in os.walk(root):
        os.chmod(folder, _READ_ONLY)


def _is_executable(member: zipfile.ZipInfo) -> bool:
    return bool((member.external_attr >> 16) & stat.S_IXUSR)
