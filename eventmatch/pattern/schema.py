"""The JSON Schema of the event-pattern language: for editors, CI and other tools.

Source: event-pattern language reference, §2, §5-§7, §17, as far as the parsed document shows them.
What a schema cannot see (ranges, complexity, duplicate keys, limits) stands in its description;
`eventmatch.check` sees everything. The package imports `jsonschema` here and nowhere else.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from eventmatch.pattern.dialect import EVENTBRIDGE, Dialect, dialect_named
from eventmatch.pattern.operators import OPERATORS

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

_FILE: Final = "event-pattern.schema.json"
_LONGEST_VALUE: Final = 60


def event_pattern_schema(dialect: str = "eventbridge") -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a dialect: a fresh copy that may be changed."""
    text = resources.files(__package__).joinpath(_FILE).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    whole = dialect == EVENTBRIDGE.name
    return schema if whole else _restrict(schema, dialect_named(dialect))


def schema_errors(document: object, *, dialect: str = "eventbridge") -> list[str]:
    """Return what the schema finds in a parsed pattern, one line for each place; [] when nothing.

    For documents nested up to a few hundred levels; `eventmatch.check` has no such limit.
    """
    try:
        found = list(_validator(dialect).iter_errors(document))
    except RecursionError:
        return ["nested too deeply for the schema"]
    lines: dict[str, str] = {}
    for error in found:
        lines.setdefault(place_of(error.absolute_path), _sentence(error))
    return [f"{path}: {sentence}" if path else sentence for path, sentence in lines.items()]


def _restrict(schema: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """Take away the envelope's fields and what the dialect lacks of the language."""
    schema["$id"] = f"urn:eventmatch:event-pattern:{dialect.name}:{dialect.version}"
    schema["description"] = schema["description"].replace("EventBridge", f'"{dialect.name}"', 1)
    schema["properties"] = {"$or": schema["properties"]["$or"]}
    definitions = schema["$defs"]
    for name in OPERATORS.keys() - dialect.operators:
        del definitions["value"]["properties"][name], definitions[name]
    if not dialect.anything_but_forms:
        del definitions["excluded-affix"]
        _without_forms(definitions["anything-but"])
    return schema


def _without_forms(anything_but: dict[str, Any]) -> None:
    anything_but["title"] = "a string, a number, or a list of strings or of numbers"
    anything_but["type"].remove("object")
    anything_but["examples"].pop()
    for keyword in ("minProperties", "maxProperties", "properties", "additionalProperties"):
        del anything_but[keyword]


@cache
def _validator(dialect: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(event_pattern_schema(dialect))


def place_of(steps: Iterable[str | int]) -> str:
    """Write a place as `Problem.path` does: `detail.size[0].numeric`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def _sentence(error: "ValidationError") -> str:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    expected = schema.get("title", error.message)
    shown = json.dumps(error.instance, ensure_ascii=False, default=str)
    if len(shown) > _LONGEST_VALUE:
        shown = shown[: _LONGEST_VALUE - 1] + "…"
    return f"expected {expected}, got {shown}"
