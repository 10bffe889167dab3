"""The Rust crate as part of the package: where Python is named, and what a release contains."""

import tomllib
from pathlib import Path
from typing import Any, Final

import eventmatch

ROOT: Final = Path(__file__).parents[2]
NATIVE: Final = ROOT / "native"
PROJECT: Final[Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CRATE: Final[Any] = tomllib.loads((NATIVE / "Cargo.toml").read_text("utf-8"))


def test_python_comes_in_by_one_door() -> None:
    naming = {
        path.relative_to(NATIVE / "src").as_posix()
        for path in (NATIVE / "src").rglob("*.rs")
        if "pyo3" in path.read_text("utf-8")
    }
    assert {place for place in naming if not place.startswith("python/")} == {"python.rs"}
    assert CRATE["dependencies"]["pyo3"]["optional"]
    assert "default" not in CRATE["features"]


def test_the_extension_is_optional_and_built_from_locked_crates() -> None:
    (extension,) = PROJECT["tool"]["setuptools-rust"]["ext-modules"]
    assert extension["target"] == "eventmatch._native"
    assert (ROOT / extension["path"]).is_file()
    assert extension["optional"]
    assert "--locked" in extension["args"]
    assert (NATIVE / "Cargo.lock").is_file()


def test_a_release_has_the_sources_but_no_build() -> None:
    lines = (ROOT / "MANIFEST.in").read_text("utf-8").splitlines()
    assert "graft native" in lines
    assert "prune native/target" in lines
    assert "_native.pyi" in PROJECT["tool"]["setuptools"]["package-data"]["eventmatch"]


def test_the_crate_and_the_package_have_one_version() -> None:
    assert CRATE["package"]["version"] == PROJECT["project"]["version"] == eventmatch.__version__
