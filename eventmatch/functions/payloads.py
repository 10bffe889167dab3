"""Payloads of invocations: JSON, or refused in AWS's words. Meaning: service reference §6.1."""

import base64
from collections.abc import Mapping
from typing import Any, Final

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.jsontext import Fault, compact, location, read_document, write_plain

LONGEST_CONTEXT: Final = 3583
"""The most characters that the base64 of a client context may have."""

_TEXT: Final = "Could not parse request body into json: Could not parse payload into json: "


def payload_text(payload: Any) -> bytes:
    """Return a payload as JSON text: what is text or bytes is such, None is an empty one.

    Raises `LambdaError` InvalidRequestContentException for what cannot be JSON.
    """
    if payload is None or isinstance(payload, bytes):
        return payload or b""
    try:
        return payload.encode() if isinstance(payload, str) else write_plain(payload)
    except (TypeError, ValueError) as error:
        raise LambdaError(LambdaCode.INVALID_REQUEST_CONTENT, f"{_TEXT}{error}") from error


def context_text(context: Mapping[str, Any]) -> str:
    """Return a client context as JSON text; raises `LambdaError` for what is none."""
    try:
        text = write_plain(dict(context))
    except (TypeError, ValueError) as error:
        raise bad_context(error) from error
    if len(base64.b64encode(text)) > LONGEST_CONTEXT:
        raise bad_context("it is too long")
    return text.decode()


def bad_context(reason: object) -> LambdaError:
    """Return the refusal of a client context."""
    text = f"Client context is not valid: {reason}"
    return LambdaError(LambdaCode.INVALID_REQUEST_CONTENT, text)


def refuse(payload: bytes) -> None:
    """Raise `LambdaError` InvalidRequestContentException for what is not JSON."""
    try:
        compact(payload)
    except ValueError:
        raise LambdaError(LambdaCode.INVALID_REQUEST_CONTENT, _TEXT + _reason(payload)) from None


def _reason(payload: bytes) -> str:
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        return f"Invalid UTF-8 byte 0x{payload[error.start]:x}"
    fault = read_document(text).fault
    return "No content" if fault is None else _worded(fault, text)


def _worded(fault: Fault, text: str) -> str:
    wording = fault.jackson
    if fault.opened is not None:
        wording = f"{wording} {_place(text, fault.opened)})"
    return f"{wording}\n at {_place(text, fault.position)}"


def _place(text: str, position: int) -> str:
    line, column = location(text, position)
    return f"[Source: (byte[]); line: {line}, column: {column}]"
