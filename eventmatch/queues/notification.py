"""Notifications: what a topic hands to its subscribers, and the envelope of SNS around it.

Meaning: service semantics §7.2. Pure. Notifications are not signed: `Signature` is a placeholder.
"""

import re
from typing import Final, NamedTuple
from urllib.parse import quote

from eventmatch.bus.moments import precise_moment_text
from eventmatch.jsontext import to_text
from eventmatch.queues.admission import digest, refuse_attributes, size, typed
from eventmatch.queues.model import Message
from eventmatch.queues.refusals import invalid

MOST_BYTES: Final = 262_144
_LONGEST_SUBJECT: Final = 100
_HALF: Final = re.compile("[\ud800-\udfff]")
_SIGNATURE: Final = "EXAMPLE"
_CERTIFICATE: Final = "SimpleNotificationService-00000000000000000000000000000000.pem"


class Notification(NamedTuple):
    """A message as it was published; `published` is in seconds since 1970."""

    id: str
    topic: str
    message: Message
    published: float
    subject: str | None = None


def published_message(
    message: Message, subject: str | None, *, fifo: bool, content_based_deduplication: bool
) -> Message:
    """Return the message as a topic of that kind passes it on, or raise `QueueError`."""
    _refuse(message, subject)
    message = message._replace(delay=None)
    if not fifo:
        if message.deduplication_id is not None:
            raise invalid(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId "
                "parameter that is not valid for this topic type"
            )
        return message
    if message.group is None:
        raise invalid("The MessageGroupId parameter is required for FIFO topics")
    if message.deduplication_id is not None:
        return message
    if not content_based_deduplication:
        raise invalid(
            "The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )
    return message._replace(deduplication_id=digest(message.body))


def _refuse(message: Message, subject: str | None) -> None:
    if not message.body:
        raise invalid("Empty message")
    if not message.body.isascii() and _HALF.search(message.body):
        raise invalid("Message Reason: there is half of a character in it")
    if subject is not None and not (0 < len(subject) <= _LONGEST_SUBJECT and subject.isprintable()):
        raise invalid("Subject")
    refuse_attributes(message.attributes)
    if size(message) > MOST_BYTES:
        raise invalid("Message too long")


def envelope(notification: Notification, topic_arn: str, subscription_arn: str) -> str:
    """Return the JSON text that a subscriber gets who does not ask for the bare message."""
    region = topic_arn.split(":")[3]
    address = f"https://sns.{region}.amazonaws.com/"
    subscription = quote(subscription_arn, safe=":")
    attributes = {
        name: {"Type": attribute.type, "Value": attribute.value}
        for name, attribute in typed(notification.message.attributes)
    }
    members = {
        "Type": "Notification",
        "MessageId": notification.id,
        "TopicArn": topic_arn,
        "Subject": notification.subject,
        "Message": notification.message.body,
        "Timestamp": precise_moment_text(notification.published),
        "SignatureVersion": "1",
        "Signature": _SIGNATURE,
        "SigningCertURL": f"{address}{_CERTIFICATE}",
        "UnsubscribeURL": f"{address}?Action=Unsubscribe&SubscriptionArn={subscription}",
        "MessageAttributes": attributes or None,
    }
    return to_text({name: value for name, value in members.items() if value is not None})


def invocation(enveloped: str, subscription_arn: str) -> bytes:
    """Return the JSON text that a function gets of a notification in its envelope."""
    head = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
    }
    return f'{{"Records":[{to_text(head)[:-1]},"Sns":{enveloped}}}]}}'.encode()
