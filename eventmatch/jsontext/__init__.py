"""Strict JSON (RFC 8259) that keeps positions, number text and duplicate names.

Three readings of the same grammar:

- `read_document` gives a tree with positions, up to the first fault; patterns are read so.
- `read_value` gives bare values as fast as Python can; events are read so. Where it fails,
  `read_document` says where and why.
- `read_merged` does the same and keeps the last of duplicate names; what is delivered is read so,
  and `to_compact` writes it.

Beside them, `read_plain` and `write_plain` are for records and requests, where nothing of that
matters.

Knows neither patterns nor events. No function recurses with the depth of its input.
"""

from eventmatch.jsontext.compact import compact, read_merged, to_compact
from eventmatch.jsontext.document import Document, Kind, Member, Name, Node, read_document
from eventmatch.jsontext.faults import (
    MAX_DEPTH,
    MAX_NUMBER_LENGTH,
    MAX_WRAPPED_DEPTH,
    WHITE_SPACE,
    Fault,
    FaultKind,
)
from eventmatch.jsontext.plain import read_plain, write_plain
from eventmatch.jsontext.position import location, utf16_key
from eventmatch.jsontext.sequence import is_sequence, read_sequence
from eventmatch.jsontext.values import NumberText, Value, is_string, read_value, to_text

__all__ = [
    "MAX_DEPTH",
    "MAX_NUMBER_LENGTH",
    "MAX_WRAPPED_DEPTH",
    "WHITE_SPACE",
    "Document",
    "Fault",
    "FaultKind",
    "Kind",
    "Member",
    "Name",
    "Node",
    "NumberText",
    "Value",
    "compact",
    "is_sequence",
    "is_string",
    "location",
    "read_document",
    "read_merged",
    "read_plain",
    "read_sequence",
    "read_value",
    "to_compact",
    "to_text",
    "utf16_key",
    "write_plain",
]
