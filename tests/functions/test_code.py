"""Code is taken as it is at a moment: the same files are the same archive, and stay it."""

import base64
import contextlib
import hashlib
import io
import os
import stat
import zipfile
from pathlib import Path
from random import Random

import pytest

from eventmatch.functions.code import packed, snapshot
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.model import CodeKind
from tests.functions.planes import zipped

LIMITS = LambdaLimits()


def fill(folder: Path) -> Path:
    (folder / "package").mkdir(parents=True)
    (folder / "index.py").write_text("handler = print")
    (folder / "package" / "tool.sh").write_text("#!/bin/sh")
    (folder / "package" / "tool.sh").chmod(0o755)
    return folder


def test_the_same_files_are_the_same_archive(tmp_path: Path) -> None:
    first, second = fill(tmp_path / "a"), fill(tmp_path / "b")
    os.utime(second / "index.py", (1, 1))
    (second / "__pycache__").mkdir()
    (second / "__pycache__" / "index.pyc").write_bytes(b"compiled")
    assert packed(first, LIMITS) == packed(second, LIMITS)
    (second / "index.py").write_text("handler = repr")
    assert packed(first, LIMITS) != packed(second, LIMITS)


def test_an_archive_of_a_folder_has_its_files_with_their_modes(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(fill(tmp_path / "code"), LIMITS))) as archive:
        assert archive.namelist() == ["index.py", "package/tool.sh"]
        assert stat.S_IMODE(archive.getinfo("package/tool.sh").external_attr >> 16) == 0o755
        assert archive.read("index.py") == b"handler = print"


@pytest.mark.parametrize("given", [zipped(), base64.b64encode(zipped()).decode()])
def test_an_archive_is_bytes_or_their_base64(given: bytes | str) -> None:
    found = snapshot({"ZipFile": given}, LIMITS)
    assert found.archive == zipped()
    assert found.code.kind is CodeKind.ARCHIVE
    assert found.code.size == len(zipped())
    digest = hashlib.sha256(zipped()).digest()
    assert found.code.sha256 == base64.b64encode(digest).decode()


def test_a_function_of_this_process_is_code_without_an_archive() -> None:
    found = snapshot({"Callable": "orders"}, LIMITS)
    assert found.archive is None
    assert (found.code.kind, found.code.name) == (CodeKind.CALLABLE, "orders")
    assert found.code.sha256 != snapshot({"Callable": "others"}, LIMITS).code.sha256


def link() -> bytes:
    buffer = io.BytesIO()
    entry = zipfile.ZipInfo("index.py")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


def damaged() -> bytes:
    archive = bytearray(zipped("some text"))
    archive[archive.index(b"some text")] ^= 1
    return bytes(archive)


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"no zip file",
        "%%%",
        zipped(name="/etc/index.py"),
        zipped(name="../index.py"),
        zipped(name="a/../../index.py"),
        zipped(name="..\\index.py"),
        link(),
        damaged(),
        zipped()[:-10],
    ],
    ids=[
        "empty",
        "text",
        "base64",
        "absolute",
        "up",
        "inside up",
        "backslash",
        "link",
        "bit",
        "cut",
    ],
)
def test_an_archive_that_cannot_be_is_refused(archive: bytes | str) -> None:
    with pytest.raises(LambdaError, match="Could not unzip uploaded file") as refused:
        snapshot({"ZipFile": archive}, LIMITS)
    assert refused.value.code is LambdaCode.INVALID_PARAMETER_VALUE


@pytest.mark.parametrize(
    "source", [{}, {"ZipFile": zipped(), "Callable": "orders"}, {"S3Bucket": "b"}]
)
def test_code_comes_from_one_place(source: dict[str, bytes | str]) -> None:
    with pytest.raises(LambdaError, match="Please provide a source for function code"):
        snapshot(source, LIMITS)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LambdaError, match="gone cannot be read: it is no folder"):
        snapshot({"Folder": str(tmp_path / "gone")}, LIMITS)


def test_sizes_have_limits() -> None:
    size = len(zipped("x" * 100))
    assert snapshot({"ZipFile": zipped("x" * 100)}, LambdaLimits(archive_bytes=size)).archive
    with pytest.raises(LambdaError) as refused:
        snapshot({"ZipFile": zipped("x" * 100)}, LambdaLimits(archive_bytes=size - 1))
    assert refused.value.code is LambdaCode.REQUEST_TOO_LARGE
    assert snapshot({"ZipFile": zipped("x" * 100)}, LambdaLimits(unpacked_bytes=100)).archive
    with pytest.raises(LambdaError, match="Unzipped size must be smaller than 99 bytes"):
        snapshot({"ZipFile": zipped("x" * 100)}, LambdaLimits(unpacked_bytes=99))


def compressed(method: int) -> bytes:
    """A zip file whose compressed bytes are damaged."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("index.py", os.urandom(1000))
    damaged = bytearray(buffer.getvalue())
    damaged[60] ^= 0xFF
    damaged[100] ^= 0xFF
    return bytes(damaged)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_is_told_however_the_archive_is_compressed(method: int) -> None:
    with pytest.raises(LambdaError, match="Could not unzip uploaded file"):
        snapshot({"ZipFile": compressed(method)}, LIMITS)


def test_no_damage_of_an_archive_is_anything_but_a_refusal() -> None:
    whole, random = zipped(), Random(6)
    for _ in range(2000):
        damaged = bytearray(whole)
        damaged[random.randrange(len(damaged))] = random.randrange(256)
        with contextlib.suppress(LambdaError):
            snapshot({"ZipFile": bytes(damaged)}, LIMITS)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["a", "a/b"], "a is a file and a folder"),
        (["a/b/c", "a"], "a is a file and a folder"),
        (["."], "A file in it has no name"),
        (["x/" + "n" * 256], "has a name that is too long"),
    ],
)
def test_an_archive_that_no_folder_can_hold_is_refused(names: list[str], reason: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    with pytest.raises(LambdaError, match=reason):
        snapshot({"ZipFile": buffer.getvalue()}, LIMITS)


def test_links_of_a_folder_are_followed(tmp_path: Path) -> None:
    code = fill(tmp_path / "code")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "tax.py").write_text("RATE = 1")
    (code / "first").symlink_to(tmp_path / "shared")
    (code / "second").symlink_to(tmp_path / "shared")
    (code / "gone").symlink_to(tmp_path / "nowhere")
    with zipfile.ZipFile(io.BytesIO(packed(code, LIMITS))) as archive:
        names = archive.namelist()
    assert names == ["first/tax.py", "index.py", "package/tool.sh", "second/tax.py"]


def test_links_that_lead_in_a_circle_are_told(tmp_path: Path) -> None:
    code = fill(tmp_path / "code")
    (code / "package" / "again").symlink_to(code)
    with pytest.raises(LambdaError, match=r"cannot be read: .*package/again leads in a circle"):
        packed(code, LIMITS)


def test_a_folder_that_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = fill(tmp_path / "code")
    with (code / "model.bin").open("wb") as file:
        file.truncate(LIMITS.unpacked_bytes)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    with pytest.raises(LambdaError, match="Unzipped size must be smaller than 262144000 bytes"):
        packed(code, LIMITS)
