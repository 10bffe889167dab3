"""The wheel has every package, and the library."""

import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


def test_every_package_is_in_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    here = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "eventmatch").rglob("__init__.py")
    }
    assert set(project["tool"]["setuptools"]["packages"]) == here | {"eventmatch._library"}
