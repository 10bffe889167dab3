"""The conformance vectors of `patterns/` as values; the format is told in `patterns/README.md`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

PATTERNS: Final = Path(__file__).parents[1] / "patterns"
LIBRARY: Final = PATTERNS / "library"
TRANSFORMS: Final = PATTERNS / "transforms"
SERVICE: Final = PATTERNS / "service"
FUNCTIONS: Final = PATTERNS / "functions"
SCHEDULES: Final = PATTERNS / "schedules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One event, and the verdict or the `EventError` code that it must get."""

    event: str
    event_object: Mapping[str, Any] | None
    matches: bool | None
    event_error: str | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            event=text_of(data, "event"),
            event_object=data.get("event"),
            matches=data.get("matches"),
            event_error=data.get("event_error"),
        )

    def forms(self) -> list[str | bytes | Mapping[str, Any]]:
        """The event in each form that the public face takes."""
        text = [self.event, self.event.encode("utf-8", "surrogatepass")]
        return text if self.event_object is None else [*text, self.event_object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One pattern with what must come of it; `expected` is the vector as it stands in the file."""

    file: str
    name: str
    pattern: str
    dialect: str
    cases: tuple[Case, ...]
    expected: Mapping[str, Any]

    @classmethod
    def of(cls, file: str, data: Mapping[str, Any]) -> Self:
        return cls(
            file=file,
            name=data["name"],
            pattern=text_of(data, "pattern"),
            dialect=data.get("dialect", "eventbridge"),
            cases=tuple(Case.of(case) for case in data.get("cases", ())),
            expected=data,
        )

    @property
    def is_valid(self) -> bool:
        return "error" not in self.expected

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def text_of(data: Mapping[str, Any], what: str) -> str:
    """The pattern or event: given as JSON, as text, or as pieces to repeat."""
    if what in data:
        return json.dumps(data[what])
    if f"{what}_text" in data:
        return str(data[f"{what}_text"])
    return "".join(text * times for text, times in data[f"{what}_generator"]["repeat"])


def vector_files() -> list[Path]:
    """Every file of pattern vectors: those of other formats, and the schema, are left out."""
    others = {FUNCTIONS, LIBRARY, SCHEDULES, SERVICE, TRANSFORMS}
    files = PATTERNS.rglob("*.json")
    return sorted(f for f in files if f.parent not in others and f != PATTERNS / "schema.json")


def file_name(path: Path) -> str:
    return path.relative_to(PATTERNS).with_suffix("").as_posix()


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def vectors() -> Iterator[Vector]:
    for path in vector_files():
        for data in load(path)["vectors"]:
            yield Vector.of(file_name(path), data)


def vectors_with(member: str) -> list[Vector]:
    """The vectors that expect something of this kind: "error", "warnings", "complexity"."""
    return [vector for vector in vectors() if member in vector.expected]


def cases() -> Iterator[tuple[str, Vector, Case]]:
    """Every case with a name of its own, such as "operators/prefix: is case-sensitive [0]"."""
    for vector in vectors():
        for index, case in enumerate(vector.cases):
            yield f"{vector} [{index}]", vector, case


def library_rules() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every rule of the library, after the name of its service."""
    for path in sorted(LIBRARY.glob("*.json")):
        data = load(path)
        for rule in data["rules"]:
            yield data["service"], rule
