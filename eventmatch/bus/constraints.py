"""What a parameter may look like: the constraints of AWS's service model as values.

A shape reads a JSON value: it returns what counts of it, adds a `Fault` for each constraint that
does not hold, and raises `ServiceError` at once for a value of another type. Meaning: service
reference §8.1 (the style of the messages) and the [model] marks of §2.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Protocol

from eventmatch.bus import refusals
from eventmatch.bus.moments import read_instant, read_moment
from eventmatch.bus.refusals import Fault
from eventmatch.jsontext import read_plain, write_plain

_NULL: Final = "Member must not be null"
_BOUND: Final = 1 << 31


class Shape(Protocol):
    """What a value may look like."""

    def read(self, value: Any, path: str, faults: list[Fault]) -> Any:
        """Return what counts of the value at that path."""

    def shown(self, value: Any) -> str:
        """Return a value as AWS's messages show it."""


def accept(shape: Shape, value: Any, path: str = "") -> Any:
    """Return what counts of a value; raises `ServiceError` that tells every fault."""
    faults: list[Fault] = []
    read = shape.read(value, path, faults)
    if faults:
        raise refusals.constraints_failed(faults)
    return read


def _length(size: int, least: int, most: int | None) -> list[str]:
    if most is not None and size > most:
        return [f"Member must have length less than or equal to {most}"]
    return [f"Member must have length greater than or equal to {least}"] if size < least else []


@dataclass(frozen=True, kw_only=True)
class Text:
    """A string: its length in characters, a pattern for the whole of it, or its values."""

    least: int = 0
    most: int | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        return None if self.pattern is None else re.compile(self.pattern, re.ASCII)

    def broken(self, value: str) -> list[str]:
        """Return the constraints that do not hold."""
        broken = _length(len(value), self.least, self.most)
        if self._pattern and not self._pattern.fullmatch(value):
            broken.append(f"Member must satisfy regular expression pattern: {self.pattern}")
        if self.values and value not in self.values:
            broken.append(f"Member must satisfy enum value set: [{', '.join(self.values)}]")
        return broken

    def all(self) -> str:
        """Return all constraints, as messages about members of lists and maps tell them."""
        told = [] if self.most is None else [f"have length less than or equal to {self.most}"]
        if self.least:
            told.append(f"have length greater than or equal to {self.least}")
        if self.pattern:
            told.append(f"satisfy regular expression pattern: {self.pattern}")
        return f"[{', '.join(f'Member must {each}' for each in told)}]"

    def read(self, value: Any, path: str, faults: list[Fault]) -> str:
        if not isinstance(value, str):
            raise refusals.wrong_type(path, "a string")
        for constraint in self.broken(value):
            faults.append(Fault(value, path, constraint))
        return value

    def shown(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """An integer of 32 bits between bounds."""

    least: int | None = None
    most: int | None = None

    def read(self, value: Any, path: str, faults: list[Fault]) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not -_BOUND <= value < _BOUND:
            raise refusals.wrong_type(path, "an integer")
        if self.most is not None and value > self.most:
            constraint = f"Member must have value less than or equal to {self.most}"
            faults.append(Fault(str(value), path, constraint))
        if self.least is not None and value < self.least:
            constraint = f"Member must have value greater than or equal to {self.least}"
            faults.append(Fault(str(value), path, constraint))
        return value

    def shown(self, value: int) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, value: Any, path: str, faults: list[Fault]) -> bool:
        del faults
        if not isinstance(value, bool):
            raise refusals.wrong_type(path, "true or false")
        return value

    def shown(self, value: bool) -> str:
        return "true" if value else "false"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment: seconds since 1970, a datetime, or ISO 8601; without its fraction if `whole`."""

    whole: bool = True

    def read(self, value: Any, path: str, faults: list[Fault]) -> float:
        del faults
        try:
            return read_moment(value) if self.whole else read_instant(value)
        except (ValueError, OverflowError) as error:
            raise refusals.wrong_type(path, "a moment") from error

    def shown(self, value: Any) -> str:
        return value.isoformat() if isinstance(value, datetime) else str(value)


@dataclass(frozen=True, slots=True)
class Opaque:
    """An object that is stored and shown, and whose members nobody here reads."""

    def read(self, value: Any, path: str, faults: list[Fault]) -> Mapping[str, Any]:
        del faults
        if not isinstance(value, Mapping):
            raise refusals.wrong_type(path, "an object")
        try:
            # As the record has it, so that it is shown alike before and behind a start.
            members: Mapping[str, Any] = read_plain(write_plain(dict(value)))
        except (TypeError, ValueError) as error:
            raise refusals.wrong_type(path, "JSON") from error
        return members

    def shown(self, value: Mapping[str, Any]) -> str:
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list; strings in it are judged together, as AWS does."""

    of: Shape
    least: int = 0
    most: int | None = None

    def read(self, value: Any, path: str, faults: list[Fault]) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise refusals.wrong_type(path, "a list")
        inner: list[Fault] = []
        items = [
            self.of.read(item, f"{path}.{number}.member", inner)
            for number, item in enumerate(value, 1)
        ]
        for constraint in _length(len(value), self.least, self.most):
            faults.append(Fault(self.shown(value), path, constraint))
        if inner and isinstance(self.of, Text):
            constraint = f"Member must satisfy constraint: {self.of.all()}"
            inner = [Fault(self.shown(value), path, constraint)]
        faults.extend(inner)
        return items

    def shown(self, value: Sequence[Any]) -> str:
        return f"[{', '.join(map(self.of.shown, value))}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """A map of strings by names that the caller chooses, but not with the beginning `reserved`."""

    key: Text = field(default_factory=Text)
    value: Text = field(default_factory=Text)
    most: int | None = None
    reserved: str | None = None

    def read(self, value: Any, path: str, faults: list[Fault]) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise refusals.wrong_type(path, "an object")
        broken = _length(len(value), 0, self.most)
        for shape, texts, title in (
            (self.key, value.keys(), "Map keys"),
            (self.value, value.values(), "Map value"),
        ):
            inner: list[Fault] = []
            for text in texts:
                shape.read(text, path, inner)
            if inner:
                broken.append(f"{title} must satisfy constraint: {shape.all()}")
        if self.reserved and any(name.startswith(self.reserved) for name in value):
            broken.append(f"Map keys must not begin with {self.reserved}")
        faults.extend(Fault(self.shown(value), path, constraint) for constraint in broken)
        return dict(value)

    def shown(self, value: Mapping[str, str]) -> str:
        return f"{{{', '.join(f'{name}={text}' for name, text in value.items())}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """An object with these members; what else it has is passed over, and so is null.

    `name` is that of AWS's model, which messages show.
    """

    name: str
    members: Mapping[str, Shape]
    required: tuple[str, ...] = ()

    def read(self, value: Any, path: str, faults: list[Fault]) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refusals.wrong_type(path, "an object")
        found: dict[str, Any] = {}
        start = f"{path}." if path else ""
        for name, shape in self.members.items():
            member = value.get(name)
            if member is not None:
                found[name] = shape.read(member, start + camel_case(name), faults)
            elif name in self.required:
                faults.append(Fault(None, start + camel_case(name), _NULL))
        return found

    def shown(self, value: Mapping[str, Any]) -> str:
        told = [
            f"{camel_case(name)}={self._shown(shape, value.get(name))}"
            for name, shape in self.members.items()
        ]
        return f"{self.name}({', '.join(told)})"

    def _shown(self, shape: Shape, value: Any) -> str:
        return "null" if value is None else shape.shown(value)


def camel_case(name: str) -> str:
    """Return the name of a member as paths in messages spell it."""
    return name[:1].lower() + name[1:]
