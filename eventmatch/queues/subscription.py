"""The values of topics and their subscriptions, and how they are written down."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final, NamedTuple

from eventmatch.jsontext import read_plain, write_plain
from eventmatch.queues.filtering import FilterScope
from eventmatch.queues.refusals import invalid

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_FIFO: Final = ".fifo"


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """The attributes of a topic."""

    fifo: bool = False
    content_based_deduplication: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionSettings:
    """Which messages a subscriber wants, as JSON text, and how; None wants all.

    With `raw_delivery` a queue gets the bare message with its attributes; functions have no such
    thing. What cannot be delivered goes to the queue `dead_letter_queue`.
    """

    filter_policy: str | None = None
    filter_scope: FilterScope = FilterScope.ATTRIBUTES
    raw_delivery: bool = False
    dead_letter_queue: str | None = None


class Subscription(NamedTuple):
    """One subscriber of a topic: the queue of that name, the function of that ARN, or a callable.

    A callable has neither.
    """

    id: str
    topic: str
    queue: str | None
    settings: SubscriptionSettings
    function: str | None = None

    @property
    def is_callable(self) -> bool:
        """Whether it lasts no longer than this process."""
        return self.queue is None and self.function is None


@dataclass(frozen=True, slots=True)
class Published:
    """What came of a message: its id, and by subscription why it was not delivered there."""

    id: str
    failed: Mapping[str, Exception] = field(default_factory=dict)


def refuse_topic(name: str, settings: TopicSettings) -> None:
    """Raise `QueueError` for a name or settings that SNS does not allow."""
    stem = name.removesuffix(_FIFO)
    if _NAME.fullmatch(stem) is None or len(name) > 256 or (stem != name) != settings.fifo:
        raise invalid("Topic Name")
    if settings.content_based_deduplication and not settings.fifo:
        raise invalid(
            "Attributes Reason: Content-based deduplication can only be set for FIFO topics"
        )


def subscription_text(subscription: Subscription) -> bytes:
    """Return a subscription as JSON text."""
    members = subscription._asdict() | {"settings": asdict(subscription.settings)}
    return write_plain(members)


def subscription_of(text: bytes) -> Subscription:
    """Return the subscription that a JSON text tells."""
    members = read_plain(text)
    settings = members.pop("settings")
    scope = FilterScope(settings.pop("filter_scope"))
    return Subscription(**members, settings=SubscriptionSettings(**settings, filter_scope=scope))
