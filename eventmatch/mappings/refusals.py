"""What event source mappings say when they refuse: AWS's codes and texts, each in one place.

Meaning: service reference §6.5; where it tells no text, docs/deviations.md says so.
"""

from typing import Final

from eventmatch.errors import ServiceError
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.mappings.model import EventSourceMapping

NOTHING_PROCESSED: Final = "No records processed"
FUNCTION_FAILED: Final = "Function call failed"


def invalid(message: str) -> LambdaError:
    """Return the refusal of parameters that mean nothing together, or for that source."""
    return LambdaError(LambdaCode.INVALID_PARAMETER_VALUE, message)


def as_lambda_error(error: ServiceError) -> LambdaError:
    """Return Lambda's refusal of a value outside its constraints: codes and texts are alike."""
    return LambdaError(LambdaCode(error.code.value), error.message)


def unknown_operation(name: object) -> LambdaError:
    """Return the refusal of an operation that nobody offers."""
    message = f"the operation {name} is not known or not offered here"
    return LambdaError(LambdaCode.UNKNOWN_OPERATION, message)


def no_mapping() -> LambdaError:
    """Return the refusal of a UUID that no mapping has."""
    message = "The resource you requested does not exist."
    return LambdaError(LambdaCode.RESOURCE_NOT_FOUND, message)


def no_source() -> LambdaError:
    """Return the refusal of what no mapping reads."""
    return invalid("Unrecognized event source.")


def no_function() -> LambdaError:
    """Return the refusal of a function that is not there."""
    return invalid("Function does not exist")


def no_queue() -> LambdaError:
    """Return the refusal of a queue that is not there."""
    return invalid(
        "Error occurred while ReceiveMessage. SQS Error Code: "
        "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not "
        "exist."
    )


def no_stream(arn: str) -> LambdaError:
    """Return the refusal of a stream that is not there."""
    return invalid(f"Stream not found: {arn}")


def mapping_exists(mapping: EventSourceMapping, uuid: str) -> LambdaError:
    """Return the refusal of a second mapping from a source to a function."""
    function = mapping.function.split(":", 6)[6]
    if mapping.kind.is_queue:
        told = f'An event source mapping with SQS arn (" {mapping.source} ") and function'
        told += f' (" {function} ") already exists.'
    else:
        told = f'The event source arn (" {mapping.source} ") and function'
        told += f' (" {function} ") provided mapping already exists.'
    message = f"{told} Please update or delete the existing mapping with UUID {uuid}"
    return LambdaError(LambdaCode.RESOURCE_CONFLICT, message)


def unsupported(parameter: str) -> LambdaError:
    """Return the refusal of a parameter that the kind of source does not have."""
    return invalid(f"Unsupported {parameter} parameter for given event source mapping type.")


def bad_destination(arn: str) -> LambdaError:
    """Return the refusal of a destination that is no queue, topic or bucket."""
    return invalid(f"The destination ARN {arn} is invalid.")


def window_needed() -> LambdaError:
    """Return the refusal of a large batch that does not wait to be filled."""
    return invalid(
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater "
        "than 10"
    )


def batch_too_large(most: int) -> LambdaError:
    """Return the refusal of a batch that a FIFO queue cannot give."""
    return invalid(f"Batch size must be between 1 and {most} for a FIFO queue.")


def bad_record_age() -> LambdaError:
    """Return the refusal of an age that is neither without bound nor long enough."""
    return invalid("Maximum record age in seconds must be -1 or between 60 and 604800.")


def position_missing() -> LambdaError:
    """Return the refusal of a stream without a place to begin."""
    return invalid(
        "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
        "constraint: Member must not be null."
    )


def unsupported_position(arn: str) -> LambdaError:
    """Return the refusal of a place to begin that the kind of stream does not have."""
    return invalid(f"Unsupported starting position for arn type: {arn}")


def timestamp_missing() -> LambdaError:
    """Return the refusal to begin at a moment that is not told."""
    return invalid("StartingPositionTimestamp must be given with AT_TIMESTAMP.")


def bad_filter() -> LambdaError:
    """Return the refusal of a filter that is no event pattern."""
    return invalid("Invalid filter pattern definition.")


def too_many_filters(most: int) -> LambdaError:
    """Return the refusal of more filters than a mapping may have."""
    return invalid(f"Number of filters exceeds the limit of {most}.")


def visibility_too_short(visibility: int, timeout: int) -> LambdaError:
    """Return the refusal of a queue whose messages would come back while the function runs."""
    return invalid(
        f"Queue visibility timeout: {visibility} seconds is less than Function timeout: "
        f"{timeout} seconds"
    )


def role_lacks(action: str, service: str) -> LambdaError:
    """Return the refusal of an execution role that may not call a service."""
    return invalid(
        f"The provided execution role does not have permissions to call {action} on {service}"
    )


def stream_denied(arn: str, actions: str) -> LambdaError:
    """Return the refusal of an execution role that may not read a stream."""
    return invalid(
        f"Cannot access stream {arn}. Please ensure the role can perform the {actions} Actions on "
        "your stream in IAM."
    )
