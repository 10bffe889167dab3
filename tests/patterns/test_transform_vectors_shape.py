"""The vectors of `patterns/transforms/` are well formed; the format is told in its README."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from tests.vectors import TRANSFORMS, load

SHARED: Final = load(TRANSFORMS / "events.json")
FILES: Final = sorted(
    set(TRANSFORMS.glob("*.json")) - {TRANSFORMS / "events.json", TRANSFORMS / "schema.json"}
)
WHITE: Final = re.compile(r"[ \t\r\n]*")

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def vectors() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in FILES:
        for vector in load(path)["vectors"]:
            yield f"{path.stem}: {vector['name']}", vector


def text_of(data: Any) -> str:
    """A text, or the pieces of one."""
    return data if isinstance(data, str) else "".join(text * n for text, n in data["repeat"])


def is_json_lines(text: str) -> bool:
    """Whether a text is JSON values with a newline between each two."""
    decoder = json.JSONDecoder()
    end, gap = 0, "\n"
    while True:
        white = WHITE.match(text, end)
        assert white is not None
        gap += white[0]
        if white.end() == len(text):
            return end > 0
        if "\n" not in gap:
            return False
        try:
            _, end = decoder.raw_decode(text, white.end())
        except json.JSONDecodeError:
            return False
        gap = ""


@each_file
def test_file_has_the_published_format(path: Path) -> None:
    schema = load(TRANSFORMS / "schema.json")
    jsonschema.validate(load(path), schema, cls=jsonschema.Draft202012Validator)


@each_file
def test_names_are_unique_in_a_file(path: Path) -> None:
    names = [data["name"] for data in load(path)["vectors"]]
    assert sorted(names) == sorted(set(names))


def test_events_are_objects_with_the_members_of_an_envelope() -> None:
    members = [
        "version",
        "id",
        "detail-type",
        "source",
        "account",
        "time",
        "region",
        "resources",
        "detail",
    ]
    for name, text in SHARED["events"].items():
        assert list(json.loads(text)) == members, name


def test_every_event_is_there_and_used() -> None:
    assert {vector["event"] for _, vector in vectors() if "event" in vector} == set(
        SHARED["events"]
    )


def test_what_is_delivered_is_json_and_what_is_called_invalid_is_not() -> None:
    for name, vector in vectors():
        if "payload" in vector:
            assert is_json_lines(text_of(vector["payload"])), name
        elif "invalid_json" in vector:
            assert not is_json_lines(vector["invalid_json"]), name


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("1", True),
        ('{"a":1}\n\n"b"\n', True),
        (" [1,\n2] \r\n 3", True),
        ("1 2", False),
        ('"a""b"', False),
        ("hello", False),
        ('"a\nb"', False),
        (" \n", False),
    ],
)
def test_is_json_lines(text: str, verdict: bool) -> None:
    assert is_json_lines(text) is verdict


def test_there_are_vectors_of_each_verdict() -> None:
    verdicts = {"payload", "invalid_json", "nothing", "error"}
    assert {key for _, vector in vectors() for key in vector} >= verdicts
