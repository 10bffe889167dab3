"""What a queue takes in: the checks of SQS, and the message as it is stored.

Meaning: service semantics §7.1. Pure; the texts of refusals are those of SQS.
"""

import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from eventmatch.errors import QueueCode, QueueError
from eventmatch.queues.model import Attribute, Message, QueueSettings, Stored
from eventmatch.queues.refusals import invalid_parameter, invalid_value
from eventmatch.queues.settings import refuse_number

MOST_ENTRIES: Final = 10
MOST_BYTES: Final = 1_048_576
_MOST_ATTRIBUTES: Final = 10

# The characters that XML 1.0 has not: queues refuse messages with them, in attributes too.
FORBIDDEN: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROLS: Final = bytes({*range(32)} - {*b"\t\n\r"})
_LABEL: Final = re.compile(r"[!-~]{1,128}")
_ATTRIBUTE_NAME: Final = re.compile(
    r"(?!(?i:aws|amazon)\.)(?!.*\.\.)(?!.*\.$)[A-Za-z0-9_-][\w.-]{0,255}", re.ASCII
)
_ATTRIBUTE_TYPE: Final = re.compile(r"(String|Number|Binary)(\..{1,248})?")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def refuse_batch(messages: Sequence[Message]) -> None:
    """Raise `QueueError` for a batch that SQS refuses as a whole."""
    if not messages:
        raise QueueError(
            QueueCode.EMPTY_BATCH_REQUEST,
            "There should be at least one SendMessageBatchRequestEntry in the request.",
        )
    if len(messages) > MOST_ENTRIES:
        raise QueueError(
            QueueCode.TOO_MANY_ENTRIES,
            f"Maximum number of entries per request are {MOST_ENTRIES}. "
            f"You have sent {len(messages)}.",
        )
    total = sum(map(size, messages))
    if total > MOST_BYTES:
        raise QueueError(
            QueueCode.BATCH_REQUEST_TOO_LONG,
            f"Batch requests cannot be longer than {MOST_BYTES} bytes. "
            f"You have sent {total} bytes.",
        )


def admitted(message: Message, settings: QueueSettings, new_id: str, now: float) -> Stored:
    """Return the message as that queue stores it, or raise `QueueError`."""
    _refuse_contents(message, settings)
    if settings.fifo:
        message = _in_order(message, settings)
        delay, ordered_by = settings.delay, message.group
    else:
        _refuse_in_standard(message)
        delay = settings.delay if message.delay is None else message.delay
        ordered_by = None
    return Stored(new_id, message, now, now + delay, ordered_by=ordered_by)


def size(message: Message) -> int:
    """Return the bytes that count: those of the body and of the attributes, trace left aside."""
    if not message.attributes:
        return _bytes(message.body)
    return _bytes(message.body) + sum(
        _bytes(name) + _bytes(attribute.type) + _value_size(attribute)
        for name, attribute in typed(message.attributes)
    )


def typed(attributes: Mapping[str, str | Attribute]) -> Iterable[tuple[str, Attribute]]:
    """Return the attributes, each with its type."""
    for name, value in attributes.items():
        yield name, value if isinstance(value, Attribute) else Attribute(value)


def digest(body: str) -> str:
    """Return the deduplication id of a message by its content."""
    return hashlib.sha256(body.encode()).hexdigest()


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="replace"))


def _value_size(attribute: Attribute) -> int:
    if attribute.type.startswith("Binary"):
        return len(attribute.value) * 3 // 4 - attribute.value.count("=")
    return _bytes(attribute.value)


def _refuse_contents(message: Message, settings: QueueSettings) -> None:
    if not message.body:
        raise _missing("MessageBody")
    if _has_forbidden(message.body):
        raise QueueError(
            QueueCode.INVALID_MESSAGE_CONTENTS,
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to "
            "#xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
        )
    if len(message.attributes) > _MOST_ATTRIBUTES:
        raise invalid_value(
            f"Number of message attributes [{len(message.attributes)}] exceeds the allowed maximum "
            f"[{_MOST_ATTRIBUTES}]."
        )
    if message.attributes:
        refuse_attributes(message.attributes)
    if size(message) > settings.maximum_message_size:
        limit = settings.maximum_message_size
        raise invalid_value(
            f"One or more parameters are invalid. Reason: Message must be shorter than {limit} "
            "bytes."
        )


def _has_forbidden(text: str) -> bool:
    # The table takes an eighth of the time of the expression.
    if text.isascii():
        return len(text.encode().translate(None, _CONTROLS)) < len(text)
    return FORBIDDEN.search(text) is not None


def refuse_attributes(attributes: Mapping[str, str | Attribute]) -> None:
    """Raise `QueueError` for a name, type or value that no attribute may have."""
    for name, attribute in typed(attributes):
        if _ATTRIBUTE_NAME.fullmatch(name) is None:
            raise invalid_value(f"The message attribute name '{name}' is invalid.")
        _refuse_attribute(name, attribute)


def _refuse_attribute(name: str, attribute: Attribute) -> None:
    form = _ATTRIBUTE_TYPE.fullmatch(attribute.type)
    if form is None:
        raise invalid_value(
            f"The message attribute '{name}' has an invalid message attribute type, the set of "
            "supported type prefixes is Binary, Number, and String."
        )
    if not attribute.value:
        raise invalid_value(
            f"The message attribute '{name}' must contain a non-empty message attribute value "
            f"for message attribute type '{attribute.type}'."
        )
    if _has_forbidden(attribute.value) or not _KINDS[form[1]](attribute.value):
        raise invalid_value(
            f"The value of the message attribute '{name}' is no valid value of type "
            f"'{attribute.type}'."
        )


def _is_base64(value: str) -> bool:
    try:
        binascii.a2b_base64(value, strict_mode=True)
    except ValueError:
        return False
    return True


_KINDS: Final = {
    "String": lambda _value: True,
    "Number": lambda value: _NUMBER.fullmatch(value) is not None,
    "Binary": _is_base64,
}


def _in_order(message: Message, settings: QueueSettings) -> Message:
    """Return the message with its deduplication id."""
    if message.group is None:
        raise _missing("MessageGroupId")
    if message.delay is not None and message.delay != settings.delay:
        raise _not_for_this_type(message.delay, "DelaySeconds")
    if message.deduplication_id is None:
        if not settings.content_based_deduplication:
            raise invalid_value(
                "The queue should either have ContentBasedDeduplication enabled or "
                "MessageDeduplicationId provided explicitly"
            )
        message = message._replace(deduplication_id=digest(message.body))
    _refuse_label(message.group, "MessageGroupId")
    _refuse_label(message.deduplication_id, "MessageDeduplicationId")
    return message


def _refuse_in_standard(message: Message) -> None:
    if message.deduplication_id is not None:
        raise _not_for_this_type(message.deduplication_id, "MessageDeduplicationId")
    if message.group is not None:
        _refuse_label(message.group, "MessageGroupId")
    if message.delay is not None:
        refuse_number("delay", message.delay, "DelaySeconds")


def _refuse_label(label: str | None, aws_name: str) -> None:
    if label is not None and _LABEL.fullmatch(label) is None:
        raise invalid_parameter(
            label,
            aws_name,
            f"{aws_name} can only include alphanumeric and punctuation characters. 1 to 128 in "
            "length.",
        )


def _missing(aws_name: str) -> QueueError:
    return QueueError(
        QueueCode.MISSING_PARAMETER, f"The request must contain the parameter {aws_name}."
    )


def _not_for_this_type(value: object, aws_name: str) -> QueueError:
    reason = "The request include parameter that is not valid for this queue type"
    return invalid_parameter(value, aws_name, reason)
