"""What Lambda refuses."""

from enum import StrEnum

from eventmatch.errors import EventmatchError, PatternError


class LambdaCode(StrEnum):
    """Why Lambda refuses a request: AWS's names of its exceptions."""

    ACCESS_DENIED = "AccessDeniedException"
    CODE_STORAGE_EXCEEDED = "CodeStorageExceededException"
    INVALID_PARAMETER_VALUE = "InvalidParameterValueException"
    INVALID_REQUEST_CONTENT = "InvalidRequestContentException"
    POLICY_LENGTH_EXCEEDED = "PolicyLengthExceededException"
    PRECONDITION_FAILED = "PreconditionFailedException"
    PROVISIONED_CONCURRENCY_CONFIG_NOT_FOUND = "ProvisionedConcurrencyConfigNotFoundException"
    REQUEST_TOO_LARGE = "RequestTooLargeException"
    RESOURCE_CONFLICT = "ResourceConflictException"
    RESOURCE_IN_USE = "ResourceInUseException"
    RESOURCE_NOT_FOUND = "ResourceNotFoundException"
    SERIALIZATION = "SerializationException"
    SERVICE = "ServiceException"
    TOO_MANY_REQUESTS = "TooManyRequestsException"
    UNKNOWN_OPERATION = "UnknownOperationException"
    VALIDATION = "ValidationException"


class LambdaError(EventmatchError):
    """Lambda refuses a request: AWS's name of the exception, its text, and for a throttle why.

    What a function does wrong is no such error: it is the answer of the invocation.
    """

    def __init__(self, code: LambdaCode, message: str, reason: str | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def sentence(error: LambdaError) -> str:
    """Return what a refusal says, for people: of a pattern also why, which AWS does not tell."""
    why = error.__cause__ if isinstance(error.__cause__, PatternError) else error.reason
    return error.message if why is None else f"{error.message} {why}"
