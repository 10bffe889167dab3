"""Configuration files: what they say, checked against a JSON Schema.

The package imports `jsonschema` for them here alone.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from eventmatch.bus.quotas import Quotas
from eventmatch.errors import ConfigurationError
from eventmatch.jsontext import location, read_document
from eventmatch.pattern.schema import place_of

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

_FILE: Final = "configuration.schema.json"
_QUOTAS: Final = frozenset(each.name for each in fields(Quotas))
_LONGEST: Final = 200


def configuration_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of configuration files."""
    text = resources.files(__package__).joinpath(_FILE).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a configuration says; `folder` is where its paths begin."""

    members: Mapping[str, Any]
    folder: Path = Path()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file; raises `ConfigurationError`, or OSError."""
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigurationError("", f"not UTF-8 (byte {error.start})") from error
        return cls.parse(text, path.parent)

    @classmethod
    def parse(cls, text: str, folder: Path = Path()) -> Self:
        """Return what a text says; raises `ConfigurationError` for the first thing wrong."""
        fault = read_document(text).fault
        if fault is not None:
            line, column = location(text, fault.start)
            raise ConfigurationError(f"line {line}, column {column}", fault.message)
        members = json.loads(text)
        for error in _errors(members):
            raise ConfigurationError(place_of(error.absolute_path), _sentence(error))
        for name in members.get("quotas", ()):
            if name not in _QUOTAS:
                raise ConfigurationError(f"quotas.{name}", "there is no such quota")
        return cls(members, folder)


def _errors(members: Any) -> "list[ValidationError]":
    """Return what the schema finds, in the order of the places."""
    found = _validator().iter_errors(members)
    return sorted(found, key=lambda error: place_of(error.absolute_path))


@cache
def _validator() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(configuration_schema())


def _sentence(error: "ValidationError") -> str:
    """Say what the schema found; where there are several ways, which they are."""
    several: Any = error.validator_value
    if error.validator == "oneOf":
        return f"exactly one of {_ways(several)} is needed"
    if error.validator == "anyOf":
        return f"one of {_ways(several)} is needed"
    return error.message if len(error.message) <= _LONGEST else f"{error.message[: _LONGEST - 1]}…"


def _ways(several: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(way["required"][0] for way in several)
