"""What the settings of a queue may be, and how they are written down.

Meaning: service semantics §7.1 (ranges). The texts of refusals are those of SQS.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from eventmatch.errors import QueueCode, QueueError
from eventmatch.jsontext import read_plain, to_text, write_plain
from eventmatch.queues.model import QueueSettings, RedrivePolicy
from eventmatch.queues.refusals import invalid_attribute, invalid_parameter, invalid_value

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
_FIFO: Final = ".fifo"

# AWS's name of each number, and its range.
RANGES: Final[Mapping[str, tuple[str, range]]] = {
    "visibility_timeout": ("VisibilityTimeout", range(43_201)),
    "delay": ("DelaySeconds", range(901)),
    "receive_wait_time": ("ReceiveMessageWaitTimeSeconds", range(21)),
    "retention": ("MessageRetentionPeriod", range(60, 1_209_601)),
    "maximum_message_size": ("MaximumMessageSize", range(1_024, 1_048_577)),
}
_MAX_RECEIVE_COUNT: Final = range(1, 1_001)

_AWS_NAMES: Final[Mapping[str, str]] = {
    **{field: name for field, (name, _) in RANGES.items()},
    "fifo": "FifoQueue",
    "content_based_deduplication": "ContentBasedDeduplication",
    "redrive": "RedrivePolicy",
}


def refuse_settings(name: str, settings: QueueSettings) -> None:
    """Raise `QueueError` for a name or settings that SQS does not allow."""
    _refuse_name(name, settings)
    for field, (aws_name, allowed) in RANGES.items():
        if getattr(settings, field) not in allowed:
            raise invalid_attribute(aws_name)
    if settings.content_based_deduplication and not settings.fifo:
        raise QueueError(
            QueueCode.INVALID_ATTRIBUTE_VALUE,
            "ContentBasedDeduplication can only be set on FIFO queues",
        )
    if settings.redrive and settings.redrive.max_receive_count not in _MAX_RECEIVE_COUNT:
        raise _bad_redrive(
            settings.redrive,
            f"Invalid value for maxReceiveCount: {settings.redrive.max_receive_count}, valid "
            "values are from 1 to 1000 both inclusive.",
        )


def _refuse_name(name: str, settings: QueueSettings) -> None:
    stem = name.removesuffix(_FIFO) if settings.fifo else name
    if _NAME.fullmatch(stem) is None or len(name) > 80:
        raise invalid_value(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )
    if settings.fifo and stem == name:
        raise invalid_value(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
            "underscores, must end with .fifo suffix and be 1 to 80 in length."
        )


def refuse_dead_letters(
    name: str, settings: QueueSettings, queues: Mapping[str, QueueSettings]
) -> None:
    """Raise `QueueError` unless the dead-letter queue is another queue of the same kind."""
    redrive = settings.redrive
    if redrive is None:
        return
    target = queues.get(redrive.dead_letter_queue)
    if target is None:
        raise _bad_redrive(redrive, "Dead letter target does not exist.")
    if redrive.dead_letter_queue == name or target.fifo != settings.fifo:
        raise _bad_redrive(
            redrive, "Dead-letter queue must be another queue of same type as the source."
        )


def _bad_redrive(redrive: RedrivePolicy, reason: str) -> QueueError:
    return invalid_parameter(to_text(asdict(redrive)), "RedrivePolicy", reason)


def refuse_difference(old: QueueSettings, new: QueueSettings) -> None:
    """Raise `QueueError` for a second queue of a name that has other settings."""
    for field, aws_name in _AWS_NAMES.items():
        if getattr(old, field) != getattr(new, field):
            raise QueueError(
                QueueCode.QUEUE_ALREADY_EXISTS,
                "A queue already exists with the same name and a different value for attribute "
                f"{aws_name}",
            )


def refuse_number(field: str, value: int, aws_name: str) -> None:
    """Raise `QueueError` for a number of a request out of the range of that setting."""
    allowed = RANGES[field][1]
    if value not in allowed:
        reason = f"Must be >= {allowed.start} and <= {allowed.stop - 1}, if provided."
        raise invalid_parameter(value, aws_name, reason)


def settings_text(settings: QueueSettings) -> bytes:
    """Return the settings as JSON text."""
    return write_plain(asdict(settings))


def settings_of(text: bytes) -> QueueSettings:
    """Return the settings that a JSON text tells."""
    members = read_plain(text)
    redrive = members.pop("redrive", None)
    return QueueSettings(**members, redrive=RedrivePolicy(**redrive) if redrive else None)
