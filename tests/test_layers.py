"""Imports go one way, and each third-party package comes in by one door."""

import ast
import graphlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
MODULES: Final = sorted((ROOT / "eventmatch").rglob("*.py"))

# A part is a module or folder of eventmatch/; "eventmatch" is the public face, its __init__.py.
# A new part adds its row.
MAY_IMPORT: Final[Mapping[str, frozenset[str]]] = {
    part: frozenset(others.split())
    for part, others in {
        "errors": "",
        "clock": "",
        "waiting": "clock",
        "jsontext": "errors",
        "pattern": "errors jsontext",
        "_native": "",
        "engine": "_native errors jsontext pattern",
        "delivery": "errors clock",
        "schedule": "errors clock jsontext delivery",
        "bus": "errors clock jsontext pattern engine delivery schedule",
        "scheduler": "errors clock jsontext delivery schedule bus",
        "queues": "errors clock waiting jsontext pattern engine delivery bus",
        "streams": "errors clock waiting jsontext delivery bus",
        "functions": "errors clock jsontext delivery bus queues",
        "mappings": (
            "errors clock waiting jsontext pattern engine delivery bus queues streams functions"
        ),
        "store": "errors clock delivery bus queues schedule streams",
        "targets": "errors clock jsontext delivery bus queues streams functions",
        "observers": "delivery functions",
        "router": (
            "errors clock jsontext pattern engine delivery bus queues schedule scheduler streams "
            "functions mappings store targets observers"
        ),
        "eventmatch": (
            "errors jsontext pattern engine schedule bus queues streams functions targets router"
        ),
        "testing": "errors clock jsontext pattern engine delivery schedule router eventmatch",
        "cli": (
            "errors clock jsontext pattern engine schedule delivery bus queues functions mappings "
            "observers router eventmatch testing"
        ),
        "__main__": "cli",
    }.items()
}
DOORS: Final[Mapping[str, str | tuple[str, ...]]] = {
    "boto3": "eventmatch/targets/aws/clients.py",
    "botocore": "eventmatch/targets/aws/",
    "croniter": "eventmatch/schedule/crontab.py",
    "httpx": "eventmatch/targets/http.py",
    "awslambdaric": "eventmatch/functions/environments/",
    "httptools": "eventmatch/functions/environments/",
    "hypothesis": "eventmatch/testing/",
    "jsonschema": ("eventmatch/pattern/schema.py", "eventmatch/router/configuration.py"),
    "opentelemetry": "eventmatch/observers/opentelemetry.py",
    "prometheus_client": "eventmatch/observers/prometheus.py",
    "orjson": "eventmatch/jsontext/",
    "rich": "eventmatch/cli/terminal.py",
}


def part_of(module: str) -> str:
    """The part that a dotted module name belongs to."""
    names = module.split(".")
    return names[1] if len(names) > 1 and names[1] in MAY_IMPORT else names[0]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Each import of a file, those inside functions too: its line and the dotted name."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package.pop()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = [*base, *(node.module or "").split(".")]
            for alias in node.names:
                yield node.lineno, ".".join(filter(None, [*source, alias.name]))


def faults(path: Path) -> Iterator[str]:
    own = part_of(module_name(path))
    place = path.relative_to(ROOT).as_posix()
    for line, name in imports(path):
        top = name.partition(".")[0]
        if top == "eventmatch":
            part = part_of(name)
            if part != own and part not in MAY_IMPORT[own]:
                yield f"{place}:{line}: {own} may not import {part}"
        elif top not in sys.stdlib_module_names and not place.startswith(DOORS.get(top, "none")):
            yield f"{place}:{line}: {top} comes in by {DOORS.get(top, 'no door')}"


def test_the_table_has_no_cycle() -> None:
    order = list(graphlib.TopologicalSorter(MAY_IMPORT).static_order())
    assert set(order) == set(MAY_IMPORT)


def test_every_part_has_a_row() -> None:
    entries = {path.relative_to(ROOT / "eventmatch").parts[0] for path in MODULES}
    assert {entry.removesuffix(".py") for entry in entries} - {"__init__"} <= set(MAY_IMPORT)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_go_one_way(path: Path) -> None:
    assert list(faults(path)) == []
