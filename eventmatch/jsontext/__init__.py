"""Strict JSON (RFC 8259) that keeps positions, number text and duplicate names.

Two readings of the same grammar:

- `read_document` gives a tree with positions, up to the first fault; patterns are read so.
- `read_value` gives bare values as fast as Python can; events are read so. Where it fails,
  `read_document` says where and why.

Knows neither patterns nor events. No function recurses with the depth of its input.
"""

from eventmatch.jsontext.document import Document, Kind, Member, Name, Node, read_document
from eventmatch.jsontext.faults import MAX_DEPTH, MAX_NUMBER_LENGTH, Fault, FaultKind
from eventmatch.jsontext.position import location, utf16_key
from eventmatch.jsontext.values import NumberText, Value, read_value, to_text

__all__ = [
    "MAX_DEPTH",
    "MAX_NUMBER_LENGTH",
    "Document",
    "Fault",
    "FaultKind",
    "Kind",
    "Member",
    "Name",
    "Node",
    "NumberText",
    "Value",
    "location",
    "read_document",
    "read_value",
    "to_text",
    "utf16_key",
]
