"""Code as it is snapshot: a zip file, or the name of a function of this process.

Meaning: service reference §6.6. CodeSha256 is the base64 of the SHA-256 of the zip file.
"""

import base64
import hashlib
import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from eventmatch.bus.ports import Records
from eventmatch.functions import refusals
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.model import Code, CodeKind
from eventmatch.functions.shapes import accept_text

ARCHIVE: Final = "function-archive"
# The first moment that a zip file can tell, so that the same files are the same archive.
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT: Final = "__pycache__"
# The most bytes of a name that Linux has room for.
_LONGEST_NAME: Final = 255
# What `zipfile` raises for what is damaged, by how it is and how it was compressed.
_DAMAGES: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Snapshot(NamedTuple):
    """What a version is to run; `archive` is the zip file, None for a function of this process."""

    code: Code
    archive: bytes | None


def snapshot(source: Mapping[str, Any], limits: LambdaLimits) -> Snapshot:
    """Return the code that is told by one of ZipFile, Folder and Callable.

    ZipFile is bytes or their base64 text. Raises `LambdaError` for code that cannot be read, is no
    zip file, is too large, or has files that would not stay in the folder of the function.
    """
    match dict(source):
        case {"ZipFile": archive, **others} if not others:
            return of_archive(_bytes(archive), limits)
        case {"Folder": folder, **others} if not others:
            return of_archive(packed(Path(folder), limits), limits)
        case {"Callable": name, **others} if not others:
            return of_callable(name)
    raise refusals.no_code()


def source_at(path: Path) -> dict[str, Any]:
    """Return the code at a path, a folder or a zip file, as one of the sources of `snapshot`.

    Raises OSError for what cannot be read, ValueError for what is neither.
    """
    if path.is_dir():
        return {"Folder": str(path)}
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise ValueError(f"{path} is neither a folder nor a zip file")
        file.seek(0)
        return {"ZipFile": file.read()}


def of_callable(name: str) -> Snapshot:
    """Return as code the function of this process that is registered under a name."""
    told = accept_text(name, "code.callable").encode()
    code = Code(kind=CodeKind.CALLABLE, sha256=_sha256(told), size=len(told), name=name)
    return Snapshot(code, None)


def of_archive(archive: bytes, limits: LambdaLimits) -> Snapshot:
    """Return as code a zip file; raises `LambdaError` for one that cannot be."""
    if len(archive) > limits.archive_bytes:
        raise refusals.upload_too_large(limits.archive_bytes)
    _check(archive, limits)
    code = Code(kind=CodeKind.ARCHIVE, sha256=_sha256(archive), size=len(archive))
    return Snapshot(code, archive)


def packed(folder: Path, limits: LambdaLimits) -> bytes:
    """Return the files of a folder as a zip file: the same for the same files and modes.

    Links are followed; what Python compiled is left out. Raises `LambdaError` if it cannot be read,
    or is too large.
    """
    if not folder.is_dir():
        raise refusals.no_folder(str(folder), "it is no folder")
    buffer = io.BytesIO()
    try:
        files = sorted(_files(folder), key=lambda path: path.relative_to(folder).as_posix())
        if sum(path.stat().st_size for path in files) > limits.unpacked_bytes:
            raise refusals.archive_too_large(limits.unpacked_bytes)
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.writestr(_entry(path, folder), path.read_bytes())
    except (OSError, ValueError) as error:
        raise refusals.no_folder(str(folder), str(error)) from error
    return buffer.getvalue()


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and of those in it; raises OSError, ValueError for a circle."""
    waiting = [(folder, frozenset({folder.resolve()}))]
    while waiting:
        here, above = waiting.pop()
        for path in here.iterdir():
            if path.name == _LEFT_OUT:
                continue
            if path.is_dir():
                real = path.resolve()
                if real in above:
                    raise ValueError(f"the link {path} leads in a circle")
                waiting.append((path, above | {real}))
            elif path.is_file():
                yield path


def _entry(path: Path, folder: Path) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _TIME)
    entry.create_system = 3  # Unix, whose modes are told
    entry.external_attr = (stat.S_IFREG | stat.S_IMODE(path.stat().st_mode)) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _bytes(archive: bytes | str) -> bytes:
    if isinstance(archive, bytes):
        return archive
    try:
        return base64.b64decode(archive, validate=True)
    except ValueError as error:
        raise refusals.bad_archive() from error


def _check(archive: bytes, limits: LambdaLimits) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = opened.infolist()
            if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
                raise refusals.archive_too_large(limits.unpacked_bytes)
            for entry in entries:
                _check_entry(entry)
            _check_folders(entries)
            broken = opened.testzip()
    except _DAMAGES as error:
        raise refusals.bad_archive() from error
    if broken is not None:
        raise refusals.bad_archive(f"{broken} is damaged.")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = PurePosixPath(entry.filename)
    if not (name.parts or entry.filename.endswith("/")):
        raise refusals.bad_archive("A file in it has no name.")
    if name.is_absolute() or ".." in name.parts or "\\" in entry.filename:
        raise refusals.bad_archive(f"{entry.filename} is outside of the folder of the function.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise refusals.bad_archive(f"{entry.filename} is a link.")
    if any(len(part.encode()) > _LONGEST_NAME for part in name.parts):
        raise refusals.bad_archive(f"{entry.filename} has a name that is too long.")


def _check_folders(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse what is a file, and a folder of others."""
    files = [PurePosixPath(entry.filename) for entry in entries if not entry.is_dir()]
    folders = {folder for file in files for folder in file.parents}
    for file in files:
        if file in folders:
            raise refusals.bad_archive(f"{file} is a file and a folder.")


def _sha256(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


class StoredArchives:
    """The archives in the records: the port `Archives`."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def read(self, sha256: str) -> bytes:
        """Return the zip file with that CodeSha256; raises `StoreError`, or KeyError if gone."""
        archive = await self._records.read(ARCHIVE, sha256)
        if archive is None:
            raise KeyError(sha256)
        return archive
