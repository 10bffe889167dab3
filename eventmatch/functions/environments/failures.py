"""AWS's errors for what a function does wrong. Source: service reference §6.1."""

import json
import signal
from typing import Final

from eventmatch.functions.environments.runtime import RuntimeFailed

LONGEST_RESPONSE: Final = 6_291_556
"""The most bytes that a function may answer."""


def told(error_type: str, message: str, request_id: str) -> bytes:
    """Return the payload of an error that the platform tells of a request."""
    text = f"RequestId: {request_id} Error: {message}"
    return _json({"errorType": error_type, "errorMessage": text})


def timed_out(request_id: str, seconds: float) -> bytes:
    """Return the payload of a call that took longer than its function may."""
    return told("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds", request_id)


def too_large() -> bytes:
    """Return the payload of a call whose answer has too many bytes."""
    text = (
        f"Response payload size exceeded maximum allowed payload size ({LONGEST_RESPONSE} bytes)."
    )
    return _json({"errorMessage": text, "errorType": "Function.ResponseSizeTooLarge"})


def exited(status: int) -> RuntimeFailed:
    """Return the failure of a process that ended; a negative status is that of a signal."""
    return RuntimeFailed("Runtime.ExitError", _exit_text(status))


def _exit_text(status: int) -> str:
    if status == 0:
        return "Runtime exited without providing a reason"
    if status > 0:
        return f"Runtime exited with error: exit status {status}"
    name = signal.strsignal(-status) or f"signal {-status}"
    return f"Runtime exited with error: signal: {name.lower()}"


def _json(fields: dict[str, str]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode()
