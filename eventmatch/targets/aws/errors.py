"""What the real services refuse, as outcomes.

| refusal                                       | outcome                                      |
|-----------------------------------------------|----------------------------------------------|
| no such queue, topic, function, bus           | NO_RESOURCE                                  |
| access denied, source not authorized          | NO_PERMISSIONS                               |
| throttled, or status 429                      | THROTTLING, tried again                      |
| quota reached                                 | RESOURCE_LIMIT_EXCEEDED, tried again         |
| resource being changed                        | RESOURCE_MODIFICATION_COLLISION, tried again |
| payload not JSON                              | INVALID_JSON                                 |
| parameter not valid, too large                | INVALID_PARAMETER                            |
| status 5xx, or an internal error              | INTERNAL_ERROR, tried again                  |
| any other status                              | ERROR_FROM_TARGET                            |
| no or bad credentials, a fault of the client  | SDK_CLIENT_ERROR, tried again                |
| no answer in time                             | TIMEOUT, tried again                         |
| no connection                                 | CONNECTION_FAILURE, tried again              |
| the host name does not exist                  | CONNECTION_FAILURE                           |
| anything else                                 | UNKNOWN                                      |
"""

from collections.abc import Mapping
from typing import Any

from eventmatch.delivery.model import ErrorCode, Outcome
from eventmatch.targets.codes import code_of
from eventmatch.targets.outcomes import connection_failure, described, service_message


def refusal(code: str, text: str, service: str, status: int, request: str) -> Outcome:
    """Return the outcome of what a service refused, with the text that its own client gives."""
    return Outcome(code_of(code, status), service_message(text, service, status, code, request))


def failure(error: Exception, service: str) -> Outcome:
    """Return the outcome of a call that raised an error."""
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        return _refused(error.response, service)
    if isinstance(error, exceptions.ConnectTimeoutError | exceptions.ReadTimeoutError):
        return Outcome(ErrorCode.TIMEOUT, described(error))
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return _not_connected(error)
    if isinstance(error, exceptions.ParamValidationError):
        return Outcome(ErrorCode.INVALID_PARAMETER, described(error))
    if isinstance(error, exceptions.BotoCoreError):
        return Outcome(ErrorCode.SDK_CLIENT_ERROR, described(error))
    return Outcome(ErrorCode.UNKNOWN, described(error))


def _refused(response: Mapping[str, Any], service: str) -> Outcome:
    error, metadata = response.get("Error", {}), response.get("ResponseMetadata", {})
    return refusal(
        error.get("Code", "Unknown"),
        error.get("Message", ""),
        service,
        metadata.get("HTTPStatusCode", 0),
        metadata.get("RequestId", "null"),
    )


def _not_connected(error: Any) -> Outcome:
    """Return the outcome of a lost connection; botocore keeps the cause among its facts."""
    cause = error.kwargs.get("error")
    outcome = connection_failure(cause if isinstance(cause, BaseException) else error)
    return Outcome(outcome.code, described(error), retryable=outcome.retryable)
