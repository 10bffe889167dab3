"""The operation Invoke. Meaning: service reference §6.1, §6.2."""

import base64
from collections.abc import Mapping
from typing import Any, Final

from eventmatch.bus.constraints import Text
from eventmatch.functions.invoking import Invoker
from eventmatch.functions.model import InvocationType, Invoked
from eventmatch.functions.operations.operation import Answer, present
from eventmatch.functions.payloads import LONGEST_CONTEXT, bad_context, payload_text
from eventmatch.functions.shapes import accept

_TYPES: Final = Text(values=tuple(InvocationType))
_LOG_TYPES: Final = Text(values=("None", "Tail"))
_HEADER: Final = Text()


async def invoke(invoker: Invoker, parameters: Mapping[str, Any]) -> Answer:
    """Run Invoke: `Payload` is bytes or text, and bytes in the answer; ClientContext is base64.

    A header that AWS leaves out is a member that is not there. Raises `LambdaError`, `StoreError`.
    """
    kind = invocation_type(parameters.get("InvocationType", "RequestResponse"))
    tail = accept(_LOG_TYPES, parameters.get("LogType", "None"), "logType") == "Tail"
    invoked = await invoker(
        parameters.get("FunctionName", ""),
        payload_text(parameters.get("Payload")),
        qualifier=parameters.get("Qualifier"),
        invocation_type=kind,
        client_context=_client_context(_header(parameters, "ClientContext", "clientContext")),
        trace=_header(parameters, "TraceHeader", "traceHeader"),
    )
    return _answer(invoked, tail)


def invocation_type(text: str) -> InvocationType:
    """Return the type with that name; raises `LambdaError` where there is none."""
    return InvocationType(accept(_TYPES, text, "invocationType"))


def _answer(invoked: Invoked, tail: bool) -> Answer:
    log = invoked.reply.log if tail and invoked.reply is not None else None
    return present(
        {
            "StatusCode": invoked.status,
            "Payload": invoked.payload,
            "ExecutedVersion": invoked.version,
            "FunctionError": invoked.error,
            "LogResult": None if log is None else base64.b64encode(log).decode(),
        }
    )


def _header(parameters: Mapping[str, Any], name: str, path: str) -> str | None:
    value = parameters.get(name)
    return None if value is None else accept(_HEADER, value, path)


def _client_context(text: str | None) -> str | None:
    if text is None:
        return None
    if len(text) > LONGEST_CONTEXT:
        raise bad_context("it is too long")
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError as error:
        raise bad_context(error) from error
