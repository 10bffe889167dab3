"""Filter criteria: which records a function gets.

Meaning: service reference §6.5. A filter is an event pattern of the dialect `lambda-esm` on the
record, whose `body` (queues) or `data` (Kinesis) is taken apart where it is a JSON object or list.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

from eventmatch.engine.matcher import Matcher
from eventmatch.errors import EventError, PatternError
from eventmatch.jsontext import read_plain, write_plain
from eventmatch.mappings import refusals
from eventmatch.mappings.model import SourceKind
from eventmatch.pattern import parse

_DIALECT: Final = "lambda-esm"
_CONTENT: Final[Mapping[SourceKind, str]] = {
    SourceKind.QUEUE: "body",
    SourceKind.FIFO_QUEUE: "body",
    SourceKind.KINESIS: "data",
}


def check_filters(patterns: Sequence[str], most: int) -> None:
    """Raise `LambdaError` for what is no pattern, or for too many of them."""
    if len(patterns) > most:
        raise refusals.too_many_filters(most)
    for pattern in patterns:
        try:
            parse(pattern, dialect=_DIALECT)
        except PatternError as error:
            raise refusals.bad_filter() from error


class Filters:
    """The filters of a mapping, matched together; without any, every record passes."""

    def __init__(self, kind: SourceKind, patterns: Sequence[str]) -> None:
        self._content = _CONTENT.get(kind)
        self._wants_json = [_wants_json(pattern, self._content) for pattern in patterns]
        self._matcher = Matcher(
            {str(number): pattern for number, pattern in enumerate(patterns)}, dialect=_DIALECT
        )

    def accepts(self, record: Mapping[str, Any]) -> bool:
        """Tell whether a record, as the function would get it, passes one of the filters."""
        if not self._wants_json:
            return True
        if self._content is None:
            return self._passes(write_plain(dict(record)), is_json=False)
        kinesis = record.get("kinesis")
        event = {**record, **(kinesis or {})}
        text = event.pop(self._content)
        return self._accepts(event, text if kinesis is None else _text(text))

    def _accepts(self, event: dict[str, Any], text: str) -> bool:
        """Tell whether an event passes to which belongs that content."""
        if _is_taken_apart(text):
            try:
                return self._passes(self._joined(event, text.encode()), is_json=True)
            except EventError:  # nested deeper than any pattern: a text, and no JSON
                pass
        return self._passes(self._joined(event, write_plain(text)), is_json=False)

    def _joined(self, event: dict[str, Any], content: bytes) -> bytes:
        """Return an event with its content as it was written: numbers keep their digits."""
        rest = write_plain(event)[1:]
        return b'{"%s":%s%s%s' % ((self._content or "").encode(), content, b"," * bool(event), rest)

    def _passes(self, event: bytes, *, is_json: bool) -> bool:
        names = self._matcher.match(event)
        return any(self._wants_json[int(name)] in (None, is_json) for name in names)


def _wants_json(pattern: str, content: str | None) -> bool | None:
    """Tell whether a pattern is on members of the content; None where it is not on the content."""
    members = read_plain(pattern)
    return None if content not in members else isinstance(members[content], dict)


def _text(data: str) -> str:
    return base64.b64decode(data).decode(errors="replace")


def _is_taken_apart(text: str) -> bool:
    """Tell whether a text is a JSON object or list."""
    if text.lstrip(" \t\r\n")[:1] not in ("{", "["):
        return False
    try:
        read_plain(text)
    except ValueError:
        return False
    return True
