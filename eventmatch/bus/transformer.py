"""`InputTransformer`: a template with values of the event in its placeholders."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from eventmatch.bus.moments import precise_moment_text, read_moment
from eventmatch.bus.paths import MISSING, Missing, Path, select
from eventmatch.bus.template import Placeholder, Template
from eventmatch.delivery.model import Event
from eventmatch.delivery.ports import InvalidPayload
from eventmatch.jsontext import (
    WHITE_SPACE,
    Value,
    is_sequence,
    is_string,
    read_merged,
    to_compact,
)

_WHITE_SPACE: Final = WHITE_SPACE.encode()

Read = Callable[[Event, Value], Value | Missing]
"""Takes a value out of an event, which is also given as a document."""
Write = Callable[[Value | Missing], bytes]
"""Writes a value where a placeholder stands."""


def _whole(_: Event, document: Value) -> Value:
    return document


def _without_detail(_: Event, document: Value) -> Value:
    return {
        "id": document["id"],
        "account": document["account"],
        "detailType": document["detail-type"],
        "time": read_moment(document["time"]) * 1000,
        "source": document["source"],
        "region": document["region"],
        "resources": document["resources"],
        "version": document["version"],
    }


def _ingestion_time(event: Event, _: Value) -> str:
    return precise_moment_text(event.accepted)


def _selected(path: Path, _: Event, document: Value) -> Value | Missing:
    return select(path, document)


def _constant(value: str, _: Event, __: Value) -> str:
    return value


def _write_json(value: Value | Missing) -> bytes:
    return b'""' if value is MISSING else to_compact(value)


def _write_quoted(value: Value | Missing) -> bytes:
    if value is MISSING:
        return b""
    return to_compact(value)[1:-1] if is_string(value) else to_compact(value)


def _write_text(value: Value | Missing) -> bytes:
    if value is MISSING:
        return b""
    if is_string(value):
        return str.encode(value, "utf-8", "backslashreplace")
    return to_compact(value).replace(b'"', b"")


class _Slot(NamedTuple):
    """A placeholder and the text behind it."""

    read: Read
    write: Write
    behind: bytes


@dataclass(frozen=True, slots=True)
class Transformer:
    """Renders events."""

    begin: bytes
    slots: tuple[_Slot, ...]

    def __call__(self, event: Event) -> bytes | None:
        """Return the payload; None where nothing is left; raises `InvalidPayload`."""
        document = read_merged(event.body)
        pieces = [self.begin]
        for read, write, behind in self.slots:
            pieces += (write(read(event, document)), behind)
        text = b"".join(pieces)
        if is_sequence(text):
            return text
        if not text.strip(_WHITE_SPACE):
            return None
        raise InvalidPayload(text)


def transformer(
    template: Template, paths: Mapping[str, Path], *, rule_name: str, rule_arn: str
) -> Transformer:
    """Return the transformer with that template; a name in it is that of a path, or reserved."""
    reads: dict[str, Read] = {
        "aws.events.event": _without_detail,
        "aws.events.event.ingestion-time": _ingestion_time,
        "aws.events.event.json": _whole,
        "aws.events.rule-arn": partial(_constant, rule_arn),
        "aws.events.rule-name": partial(_constant, rule_name),
    }
    reads.update((name, partial(_selected, path)) for name, path in paths.items())
    begin, *texts = (text.encode("utf-8", "backslashreplace") for text in template.texts)
    slots = (
        _Slot(reads[placeholder.name], _writer(template, placeholder), behind)
        for placeholder, behind in zip(template.placeholders, texts, strict=True)
    )
    return Transformer(begin, tuple(slots))


def _writer(template: Template, placeholder: Placeholder) -> Write:
    if not template.is_json:
        return _write_text
    return _write_quoted if placeholder.is_quoted else _write_json
