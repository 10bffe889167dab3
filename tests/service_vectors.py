"""The scenarios of `patterns/service/`: their values, and whether an answer is the one expected.

The format is told in `patterns/service/README.md`.
"""

import calendar
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.vectors import SERVICE

_KINDS: Final[Mapping[str, Any]] = {
    "uuid": lambda value: re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(value)),
    "time": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "minute": lambda value: isinstance(value, int | float) and value % 60 == 0,
    "string": lambda value: isinstance(value, str) and value,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """Calls that are made one after the other."""

    file: str
    data: Mapping[str, Any]

    @property
    def calls(self) -> Sequence[Mapping[str, Any]]:
        return list(self.data["calls"])

    @property
    def operations(self) -> set[str]:
        return {call["op"] for call in self.calls}

    def __str__(self) -> str:
        return f"{self.file}: {self.data['name']}"


def scenarios(folder: Path = SERVICE) -> Iterator[Scenario]:
    """Every scenario of every file of a folder."""
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        for scenario in data.get("scenarios", ()):
            yield Scenario(path.stem, scenario)


def moment(text: str) -> float:
    """Seconds since 1970 of a time such as 2026-01-02T03:04:05.678Z."""
    whole, _, rest = text.removesuffix("Z").partition(".")
    seconds = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    return seconds + float(f"0.{rest or 0}")


def value_of(form: Any, names: Mapping[str, Any], number: int = 1) -> Any:
    """The value that a form of the vectors means."""
    if isinstance(form, list):
        return [value_of(each, names, number) for each in form]
    if not isinstance(form, dict):
        return form
    match form:
        case {"$repeat": parts}:
            return "".join(text * times for text, times in parts)
        case {"$times": [times, each]}:
            return [value_of(each, names, index) for index in range(1, times + 1)]
        case {"$numbered": start}:
            return f"{value_of(start, names)}{number}"
        case {"$time": text}:
            return moment(text)
        case {"$ref": name}:
            return names[name]
    return {name: value_of(each, names, number) for name, each in form.items()}


def fits(expected: Any, value: Any, names: dict[str, Any], number: int = 1) -> bool:
    """Tell whether a value is the expected one; binds names on the way."""
    if isinstance(expected, list):
        return (
            isinstance(value, list)
            and len(value) == len(expected)
            and all(fits(*pair, names, number) for pair in zip(expected, value, strict=True))
        )
    if not isinstance(expected, dict):
        return type(expected) is type(value) and expected == value
    match expected:
        case {"$times": [times, each]}:
            return fits([each] * times, value, names, number)
        case {"$any": kind}:
            return _fits_kind(expected, kind, value, names)
        case {"$starts": start}:
            return isinstance(value, str) and value.startswith(value_of(start, names, number))
        case {"$matches": expression}:
            return isinstance(value, str) and re.fullmatch(expression, value) is not None
        case {"$json": inner}:
            return isinstance(value, str) and fits(inner, json.loads(value), names, number)
        case {"$unordered": items}:
            return isinstance(value, list) and _fits_in_any_order(items, value, names, number)
        case {"$repeat": _} | {"$numbered": _} | {"$time": _} | {"$ref": _}:
            return bool(value_of(expected, names, number) == value)
    return isinstance(value, dict) and _fits_members(expected, value, names, number)


def check(
    step: Mapping[str, Any], found: Mapping[str, Any], names: dict[str, Any], number: int
) -> None:
    """Assert that the outcome of a call is what its step tells."""
    if "error" in step:
        expected = {"error": {**step["error"], "$others": True}}
    else:
        expected = {"result": step["result"]}
        assert found.get("result", {}).keys().isdisjoint(step.get("absent", ())), found
    assert fits(expected, found, names, number), (step, found)


def _fits_kind(form: Mapping[str, Any], kind: str, value: Any, names: dict[str, Any]) -> bool:
    if not _KINDS[kind](value) or ("$not" in form and names[form["$not"]] == value):
        return False
    if "$bind" in form:
        names[form["$bind"]] = value
    return True


def _fits_in_any_order(
    items: Sequence[Any], values: Sequence[Any], names: dict[str, Any], number: int
) -> bool:
    left = list(values)
    for item in items:
        place = next((p for p, each in enumerate(left) if fits(item, each, names, number)), None)
        if place is None:
            return False
        del left[place]
    return not left


def _fits_members(
    expected: Mapping[str, Any], value: Mapping[str, Any], names: dict[str, Any], number: int
) -> bool:
    members = {name: form for name, form in expected.items() if name != "$others"}
    if "$others" not in expected and members.keys() != value.keys():
        return False
    return all(
        name in value and fits(form, value[name], names, number) for name, form in members.items()
    )
