"""`Topics`: topics with the semantics of SNS, for queues, functions and callables.

Meaning: service semantics §7.2; differences: docs/deviations.md.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict

from eventmatch.bus.ports import Change, Records
from eventmatch.clock import Clock
from eventmatch.errors import QueueError
from eventmatch.jsontext import read_plain, write_plain
from eventmatch.queues.fanout import Fanout, Subscriber
from eventmatch.queues.filtering import parse_policy
from eventmatch.queues.model import Message
from eventmatch.queues.notification import Notification, published_message
from eventmatch.queues.ports import Functions
from eventmatch.queues.queue import Queues
from eventmatch.queues.refusals import invalid, no_subscription, no_topic
from eventmatch.queues.subscription import (
    Published,
    Subscription,
    SubscriptionSettings,
    TopicSettings,
    refuse_topic,
    subscription_of,
    subscription_text,
)

_TOPIC, _SUBSCRIPTION = "topic", "subscription"


def _example_arn(name: str) -> str:
    return f"arn:aws:sns:us-east-1:000000000000:{name}"


class _NoFunctions:
    """Stands where nobody runs functions."""

    def arn_of(self, function: str) -> str:
        raise invalid(f"Endpoint Reason: no functions are run here, and so not {function}")

    async def enqueue(
        self, function: str, _events: Sequence[tuple[bytes, str | None]], _topic: str
    ) -> Sequence[object]:
        raise invalid(f"Endpoint Reason: no functions are run here, and so not {function}")


class Topics:
    """Topics by name. `open` before use; belongs to one event loop.

    A method that names a topic or a subscription raises `QueueNotFound` where there is none.
    `arn_of` makes the ARN of a topic, which its notifications carry; `functions` are those that may
    subscribe.
    """

    def __init__(
        self,
        queues: Queues,
        records: Records,
        clock: Clock,
        new_id: Callable[[], str],
        *,
        arn_of: Callable[[str], str] = _example_arn,
        functions: Functions | None = None,
    ) -> None:
        self._queues = queues
        self._functions = functions or _NoFunctions()
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._arn_of = arn_of
        self._settings: dict[str, TopicSettings] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._subscribers: dict[str, Subscriber] = {}
        self._fanouts: dict[str, Fanout] = {}
        self._control = asyncio.Lock()

    async def open(self) -> None:
        """Read which topics and subscriptions there are; callables have to subscribe again."""
        topics = await self._records.load(_TOPIC)
        subscriptions = await self._records.load(_SUBSCRIPTION)
        self._settings = {name: TopicSettings(**read_plain(text)) for name, text in topics.items()}
        self._subscriptions = {id_: subscription_of(text) for id_, text in subscriptions.items()}
        self._fanouts.clear()

    async def create_topic(self, name: str, settings: TopicSettings | None = None) -> None:
        """Create a topic; one that is there already with the same settings stays as it is."""
        settings = settings or TopicSettings()
        async with self._control:
            if self._settings.get(name, settings) != settings:
                raise invalid("Attributes Reason: Topic already exists with different attributes")
            refuse_topic(name, settings)
            await self._records.write([Change(_TOPIC, name, write_plain(asdict(settings)))])
            self._settings[name] = settings

    def describe_topic(self, name: str) -> TopicSettings:
        """Return the settings of a topic."""
        if name not in self._settings:
            raise no_topic(name)
        return self._settings[name]

    def list_topics(self) -> Sequence[str]:
        """Return the names, sorted."""
        return sorted(self._settings)

    async def delete_topic(self, name: str) -> None:
        """Delete a topic with its subscriptions."""
        async with self._control:
            self.describe_topic(name)
            own = [one.id for one in self.list_subscriptions(name)]
            gone = [Change(_SUBSCRIPTION, id_, None) for id_ in own]
            await self._records.write([*gone, Change(_TOPIC, name, None)])
            del self._settings[name]
            for id_ in own:
                self._forget(id_)

    async def subscribe(
        self, topic: str, queue: str, settings: SubscriptionSettings | None = None
    ) -> str:
        """Let a queue have the messages of a topic from now on; return the subscription's id.

        A queue that has subscribed with the same settings has the same id.
        """
        return await self._subscribe(
            Subscription("", topic, queue, settings or SubscriptionSettings())
        )

    async def subscribe_function(
        self, topic: str, function: str, settings: SubscriptionSettings | None = None
    ) -> str:
        """Let a function have the messages of a topic; answers as `subscribe` does.

        It is named by its name, partial ARN or ARN, and invoked asynchronously. Where its policy
        does not let `sns.amazonaws.com` do that for the topic, messages are not delivered. Raises
        `EventmatchError` where there is no such function.
        """
        self.describe_topic(topic)
        arn = self._functions.arn_of(function)
        return await self._subscribe(
            Subscription("", topic, None, settings or SubscriptionSettings(), arn)
        )

    def subscribe_callable(
        self, topic: str, subscriber: Subscriber, settings: SubscriptionSettings | None = None
    ) -> str:
        """Let a callable have the messages of a topic, as long as this process lasts.

        It is awaited as part of `publish`; what it raises is told by `Published.failed`.
        """
        wanted = settings or SubscriptionSettings()
        subscription = Subscription(self._new_id(), topic, None, wanted)
        self._refuse(subscription)
        self._subscribers[subscription.id] = subscriber
        self._keep(subscription)
        return subscription.id

    async def update_subscription(self, subscription: str, settings: SubscriptionSettings) -> None:
        """Give a subscription other settings."""
        async with self._control:
            changed = self.describe_subscription(subscription)._replace(settings=settings)
            self._refuse(changed)
            if not changed.is_callable:
                text = subscription_text(changed)
                await self._records.write([Change(_SUBSCRIPTION, subscription, text)])
            self._keep(changed)

    async def unsubscribe(self, subscription: str) -> None:
        """End a subscription."""
        async with self._control:
            known = self.describe_subscription(subscription)
            if not known.is_callable:
                await self._records.write([Change(_SUBSCRIPTION, subscription, None)])
            self._forget(subscription)

    def describe_subscription(self, subscription: str) -> Subscription:
        """Return the subscription with that id."""
        if subscription not in self._subscriptions:
            raise no_subscription(subscription)
        return self._subscriptions[subscription]

    def list_subscriptions(self, topic: str) -> Sequence[Subscription]:
        """Return the subscriptions of a topic."""
        self.describe_topic(topic)
        return [one for one in self._subscriptions.values() if one.topic == topic]

    async def publish(
        self, topic: str, message: Message, *, subject: str | None = None
    ) -> Published:
        """Hand a message to all subscribers that want it; it is then durable with them."""
        notification = self._notification(topic, message, subject)
        return (await self._fanout(topic).publish([notification]))[0]

    async def publish_batch(
        self, topic: str, messages: Sequence[Message]
    ) -> Sequence[Published | QueueError]:
        """Publish messages together, in order; one that is refused is answered by its error."""
        answers = [self._checked(topic, message) for message in messages]
        good = [answer for answer in answers if isinstance(answer, Notification)]
        published = iter(await self._fanout(topic).publish(good))
        return [
            next(published) if isinstance(answer, Notification) else answer for answer in answers
        ]

    async def _subscribe(self, wanted: Subscription) -> str:
        async with self._control:
            self._refuse(wanted)
            for one in self.list_subscriptions(wanted.topic):
                if (one.queue, one.function) == (wanted.queue, wanted.function):
                    return _same(one, wanted)
            subscription = wanted._replace(id=self._new_id())
            text = subscription_text(subscription)
            await self._records.write([Change(_SUBSCRIPTION, subscription.id, text)])
            self._keep(subscription)
            return subscription.id

    def _checked(self, topic: str, message: Message) -> Notification | QueueError:
        self.describe_topic(topic)
        try:
            return self._notification(topic, message, None)
        except QueueError as error:
            return error

    def _notification(self, topic: str, message: Message, subject: str | None) -> Notification:
        settings = self.describe_topic(topic)
        message = published_message(
            message,
            subject,
            fifo=settings.fifo,
            content_based_deduplication=settings.content_based_deduplication,
        )
        return Notification(self._new_id(), topic, message, self._clock.now(), subject)

    def _fanout(self, topic: str) -> Fanout:
        if topic not in self._fanouts:
            self._fanouts[topic] = Fanout(
                self._queues,
                self._functions,
                self._arn_of(topic),
                self.list_subscriptions(topic),
                self._subscribers,
            )
        return self._fanouts[topic]

    def _refuse(self, subscription: Subscription) -> None:
        """Raise `QueueError` for a subscription that cannot be."""
        topic, settings = self.describe_topic(subscription.topic), subscription.settings
        if settings.filter_policy is not None:
            parse_policy(settings.filter_policy, settings.filter_scope)
        if subscription.function is not None:
            _refuse_function(topic, settings)
        names = filter(None, [subscription.queue, settings.dead_letter_queue])
        queues = [self._queues.describe_queue(name) for name in names]
        if any(queue.fifo for queue in queues) and not topic.fifo:
            raise invalid(
                "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to "
                "standard SNS topics"
            )

    def _keep(self, subscription: Subscription) -> None:
        self._subscriptions[subscription.id] = subscription
        self._fanouts.pop(subscription.topic, None)

    def _forget(self, subscription: str) -> None:
        known = self._subscriptions.pop(subscription)
        self._subscribers.pop(subscription, None)
        self._fanouts.pop(known.topic, None)


def _refuse_function(topic: TopicSettings, settings: SubscriptionSettings) -> None:
    if topic.fifo:
        raise invalid("Endpoint Reason: Functions can not be subscribed to FIFO SNS topics")
    if settings.raw_delivery:
        raise invalid("Attributes Reason: Functions do not support raw message delivery")


def _same(known: Subscription, wanted: Subscription) -> str:
    if known.settings != wanted.settings:
        raise invalid("Attributes Reason: Subscription already exists with different attributes")
    return known.id
