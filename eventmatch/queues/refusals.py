"""What queues and topics say when they refuse, where more than one of them says it."""

from typing import Final

from eventmatch.errors import QueueCode, QueueError, QueueNotFound

NO_TOPIC: Final = "Topic does not exist"


def no_queue(name: str) -> QueueNotFound:
    """Return the refusal of a queue that is not there."""
    text = "The specified queue does not exist."
    return QueueNotFound(QueueCode.NON_EXISTENT_QUEUE, text, "queue", name)


def no_topic(name: str) -> QueueNotFound:
    """Return the refusal of a topic that is not there."""
    return QueueNotFound(QueueCode.NOT_FOUND, NO_TOPIC, "topic", name)


def no_subscription(identity: str) -> QueueNotFound:
    """Return the refusal of a subscription that is not there."""
    text = "Subscription does not exist"
    return QueueNotFound(QueueCode.NOT_FOUND, text, "subscription", identity)


def invalid_value(text: str) -> QueueError:
    """Return the refusal of a parameter of SQS."""
    return QueueError(QueueCode.INVALID_PARAMETER_VALUE, text)


def invalid_parameter(value: object, aws_name: str, reason: str) -> QueueError:
    """Return the refusal of a parameter of SQS that tells its value."""
    return invalid_value(f"Value {value} for parameter {aws_name} is invalid. Reason: {reason}")


def invalid_attribute(aws_name: str) -> QueueError:
    """Return the refusal of a setting of SQS."""
    text = f"Invalid value for the parameter {aws_name}."
    return QueueError(QueueCode.INVALID_ATTRIBUTE_VALUE, text)


def invalid(reason: str) -> QueueError:
    """Return the refusal of a parameter of SNS."""
    return QueueError(QueueCode.INVALID_PARAMETER, f"Invalid parameter: {reason}")
