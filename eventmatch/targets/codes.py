"""AWS's names of what its services refuse, as error codes of deliveries."""

from collections.abc import Mapping
from typing import Final

from eventmatch.delivery.model import ErrorCode

_NAMES: Final[Mapping[ErrorCode, str]] = {
    ErrorCode.NO_RESOURCE: """
        AWS.SimpleQueueService.NonExistentQueue NotFound NotFoundException QueueDoesNotExist
        ResourceNotFound ResourceNotFoundException""",
    ErrorCode.NO_PERMISSIONS: """
        AccessDenied AccessDeniedException AuthorizationError AuthorizationErrorException
        KMS.AccessDeniedException KMSAccessDenied KMSAccessDeniedException
        NotAuthorizedForDetailTypeException NotAuthorizedForSourceException
        UnauthorizedOperation""",
    ErrorCode.THROTTLING: """
        KMS.ThrottlingException KMSThrottling KMSThrottlingException KmsThrottled
        RequestLimitExceeded RequestThrottled Throttled ThrottledException Throttling
        ThrottlingException TooManyRequestsException""",
    ErrorCode.RESOURCE_LIMIT_EXCEEDED: "LimitExceededException OverLimit",
    ErrorCode.RESOURCE_MODIFICATION_COLLISION: """
        ConcurrentModificationException ResourceConflictException""",
    ErrorCode.INVALID_JSON: "InvalidRequestContentException MalformedDetail",
    ErrorCode.INVALID_PARAMETER: """
        AWS.SimpleQueueService.BatchRequestTooLong AWS.SimpleQueueService.UnsupportedOperation
        BatchRequestTooLong InvalidArgument InvalidArgumentException InvalidAttributeValue
        InvalidMessageContents InvalidParameter InvalidParameterException InvalidParameterValue
        InvalidParameterValueException MissingParameter RequestEntityTooLargeException
        RequestTooLargeException ValidationError ValidationException""",
    ErrorCode.SDK_CLIENT_ERROR: """
        ExpiredToken ExpiredTokenException IncompleteSignature InvalidAccessKeyId
        InvalidClientTokenId InvalidSignatureException MissingAuthenticationToken
        MissingAuthenticationTokenException RequestExpired SignatureDoesNotMatch
        UnrecognizedClientException""",
    ErrorCode.INTERNAL_ERROR: """
        InternalError InternalErrorException InternalFailure InternalServerError ServiceException
        ServiceUnavailable ServiceUnavailableException""",
}
_CODES: Final = {name: code for code, names in _NAMES.items() for name in names.split()}


def code_of(name: str, status: int) -> ErrorCode:
    """Return the code for a refusal with that name; the HTTP status decides where it is unknown."""
    if (known := _CODES.get(name)) is not None:
        return known
    if status == 429:
        return ErrorCode.THROTTLING
    return ErrorCode.INTERNAL_ERROR if status >= 500 else ErrorCode.ERROR_FROM_TARGET
