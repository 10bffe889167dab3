"""The template of an input transformer, parsed and checked.

A placeholder is a name between `<` and `>`. What the template is with null in each placeholder
tells whether it is valid, and which placeholders stand inside quotes.
"""

import re
from bisect import bisect
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from eventmatch.bus import payload_refusals as refusals
from eventmatch.jsontext import WHITE_SPACE, Kind, Node, read_sequence
from eventmatch.pattern.report import source_location

ONLY_IN_JSON: Final = frozenset({"aws.events.event", "aws.events.event.json"})
RESERVED: Final = ONLY_IN_JSON | {
    "aws.events.event.ingestion-time",
    "aws.events.rule-arn",
    "aws.events.rule-name",
}

_PLACEHOLDER: Final = re.compile(r"<([A-Za-z0-9_.-]+)>")
_NULL: Final = "null"


class Placeholder(NamedTuple):
    """A place for a value; `is_quoted` if it stands inside a JSON string."""

    name: str
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class Template:
    """The texts of a template, in order, and between each two of them a placeholder.

    `is_json` says that values are JSON; they are text otherwise.
    """

    is_json: bool
    texts: tuple[str, ...]
    placeholders: tuple[Placeholder, ...]


class _Span(NamedTuple):
    start: int
    end: int


def parse_template(text: str, declared: Container[str] | None, target: str) -> Template:
    """Return the template with that text for the target with that id; raises `ServiceError`.

    `declared` are the names that the map has. Without a map (None), a name that is not reserved
    is text.
    """
    fields = _PLACEHOLDER.split(text)
    texts, names = fields[::2], fields[1::2]
    is_json = text.lstrip(WHITE_SPACE).startswith("{")
    _refuse_names(names, declared, is_json, target)
    skeleton = _NULL.join(texts)
    roots, fault = read_sequence(skeleton)
    if fault is not None:
        raise refusals.bad_template(target, source_location(skeleton, fault.start))
    strings, keys = _strings_and_keys(roots)
    placeholders: list[Placeholder] = []
    merged = [texts[0]]
    for name, place, behind in zip(names, _places(texts), texts[1:], strict=True):
        if declared is None and name not in RESERVED:
            merged[-1] += f"<{name}>{behind}"
            continue
        if _covers(keys, place):
            raise refusals.placeholder_as_key(target)
        placeholders.append(Placeholder(name, _covers(strings, place)))
        merged.append(behind)
    return Template(is_json, tuple(merged), tuple(placeholders))


def _refuse_names(
    names: list[str], declared: Container[str] | None, is_json: bool, target: str
) -> None:
    for name in names:
        if declared is not None and name not in declared and name not in RESERVED:
            raise refusals.unknown_placeholder(target, name)
        if name in ONLY_IN_JSON and not is_json:
            raise refusals.only_in_json(target, name)


def _places(texts: list[str]) -> Iterator[int]:
    """Yield where each placeholder begins while null stands for all of them."""
    at = 0
    for text in texts[:-1]:
        at += len(text)
        yield at
        at += len(_NULL)


def _strings_and_keys(roots: tuple[Node, ...]) -> tuple[list[_Span], list[_Span]]:
    strings: list[_Span] = []
    keys: list[_Span] = []
    pending = list(roots)
    for node in pending:
        if node.kind is Kind.STRING:
            strings.append(_Span(node.start, node.end))
        keys += (_Span(member.name.start, member.name.end) for member in node.members)
        pending += node.items
        pending += (member.value for member in node.members)
    return sorted(strings), sorted(keys)


def _covers(spans: list[_Span], place: int) -> bool:
    before = bisect(spans, place, key=lambda span: span.start)
    return before > 0 and place < spans[before - 1].end
