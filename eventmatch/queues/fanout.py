"""From one topic to its subscribers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from eventmatch.errors import EventmatchError, QueueError, StoreError
from eventmatch.queues.filtering import Filters, parse_policy
from eventmatch.queues.model import Message
from eventmatch.queues.notification import Notification, envelope, invocation
from eventmatch.queues.ports import Functions
from eventmatch.queues.queue import Queues
from eventmatch.queues.subscription import Published, Subscription

_log: Final = logging.getLogger("eventmatch.queues")

Subscriber = Callable[[Notification], Awaitable[None]]
"""What a callable is: it gets the notification, and has not taken it if it raises."""

_Failures = Sequence[Exception | None]


class Fanout:
    """The subscriptions of a topic as they were at one moment."""

    def __init__(
        self,
        queues: Queues,
        functions: Functions,
        topic_arn: str,
        subscriptions: Sequence[Subscription],
        subscribers: Mapping[str, Subscriber],
    ) -> None:
        self._queues = queues
        self._functions = functions
        self._topic_arn = topic_arn
        self._subscriptions = subscriptions
        self._subscribers = {
            one.id: subscribers[one.id] for one in subscriptions if one.is_callable
        }
        self._filters = Filters(
            {
                one.id: (parse_policy(policy, one.settings.filter_scope), one.settings.filter_scope)
                for one in subscriptions
                if (policy := one.settings.filter_policy) is not None
            }
        )

    async def publish(self, notifications: Sequence[Notification]) -> Sequence[Published]:
        """Hand notifications to all who want them; raises `StoreError` if one cannot."""
        accepting = [self._filters.accepting(one.message) for one in notifications]
        failed: list[dict[str, Exception]] = [{} for _ in notifications]

        async def deliver(subscription: Subscription) -> None:
            wanted = [
                place
                for place, ids in enumerate(accepting)
                if subscription.settings.filter_policy is None or subscription.id in ids
            ]
            own = [notifications[place] for place in wanted]
            failures = await self._deliver(subscription, own)
            for place, failure in zip(wanted, failures, strict=True):
                if failure is not None:
                    failed[place][subscription.id] = failure

        await asyncio.gather(*map(deliver, self._subscriptions))
        pairs = zip(notifications, failed, strict=True)
        return [Published(one.id, failures) for one, failures in pairs]

    async def _deliver(
        self, subscription: Subscription, notifications: Sequence[Notification]
    ) -> _Failures:
        """Return for each notification why it was not delivered; what failed is kept if it can."""
        if not notifications:
            return ()
        messages = [self._rendered(subscription, one) for one in notifications]
        if subscription.queue is not None:
            failures = await self._sent(subscription.queue, messages)
        elif subscription.function is not None:
            failures = await self._invoked(subscription.function, subscription, messages)
        else:
            subscriber = self._subscribers[subscription.id]
            failures = [await _called(subscriber, one) for one in notifications]
        pairs = zip(messages, failures, strict=True)
        lost = [message for message, failure in pairs if failure is not None]
        if lost:
            await self._bury(subscription, lost)
        return failures

    async def _bury(self, subscription: Subscription, lost: Sequence[Message]) -> None:
        """Keep what was not delivered among the dead letters; say how much has no place there."""
        queue = subscription.settings.dead_letter_queue
        failures = await self._sent(queue, lost) if queue is not None else lost
        if dropped := sum(failure is not None for failure in failures):
            goal = subscription.queue or subscription.function or "a function"
            _log.warning("%s: dropped %d messages to %s", self._topic_arn, dropped, goal)

    async def _sent(self, queue: str, messages: Sequence[Message]) -> _Failures:
        try:
            if not self._queues.describe_queue(queue).fifo:
                messages = [message._replace(deduplication_id=None) for message in messages]
            answers = await self._queues.send_batch(queue, messages)
        except QueueError as error:
            return [error] * len(messages)
        return [answer if isinstance(answer, QueueError) else None for answer in answers]

    async def _invoked(
        self, function: str, subscription: Subscription, messages: Sequence[Message]
    ) -> _Failures:
        arn = self._arn(subscription)
        events = [(invocation(message.body, arn), message.trace) for message in messages]
        try:
            answers = await self._functions.enqueue(function, events, self._topic_arn)
        except StoreError:
            raise
        except EventmatchError as error:
            return [error] * len(messages)
        return [answer if isinstance(answer, Exception) else None for answer in answers]

    def _rendered(self, subscription: Subscription, notification: Notification) -> Message:
        message = notification.message
        if subscription.settings.raw_delivery:
            return message
        body = envelope(notification, self._topic_arn, self._arn(subscription))
        return message._replace(body=body, attributes={})

    def _arn(self, subscription: Subscription) -> str:
        return f"{self._topic_arn}:{subscription.id}"


async def _called(subscriber: Subscriber, notification: Notification) -> Exception | None:
    try:
        await subscriber(notification)
    except Exception as error:
        return error
    return None
