"""The kinds of targets that are always there, each with the function that makes its adapter."""

import dataclasses
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from eventmatch.delivery.model import Attempt, ErrorCode, Outcome
from eventmatch.delivery.ports import Adapter
from eventmatch.errors import ConfigurationError, NotFound
from eventmatch.functions.invoking import Source
from eventmatch.targets.bus import BusTarget, Renewal
from eventmatch.targets.function import FunctionTarget
from eventmatch.targets.http import HttpTarget
from eventmatch.targets.log import LogTarget, headline, whole
from eventmatch.targets.making import Maker, Resources, Target
from eventmatch.targets.path import Parameter, parameter
from eventmatch.targets.queue import QueueTarget
from eventmatch.targets.stream import StreamTarget, partition_key
from eventmatch.targets.topic import TopicTarget
from eventmatch.targets.unreachable import Unreachable

_STREAMS: Final = {"stdout": lambda: sys.stdout, "stderr": lambda: sys.stderr}


def _queue(target: Target, resources: Resources) -> Adapter:
    group = _group(target)
    if resources.queues is not None and resources.owns(target.arn):
        return QueueTarget(resources.queues, target.arn.resource, group)
    from eventmatch.targets.aws.sqs import SqsTarget

    clients = _clients(target, resources)
    return SqsTarget(target.arn, clients, group=group, threads=resources.threads)


def _topic(target: Target, resources: Resources) -> Adapter:
    group = _group(target)
    if resources.topics is not None and resources.owns(target.arn):
        return TopicTarget(resources.topics, target.arn.resource, group)
    from eventmatch.targets.aws.sns import SnsTarget

    clients = _clients(target, resources)
    return SnsTarget(target.arn, clients, group=group, threads=resources.threads)


def _stream(target: Target, resources: Resources) -> Adapter:
    if resources.streams is None or not resources.owns(target.arn):
        raise ConfigurationError("", "this process has no such kinesis target")
    path = target.members.get("KinesisParameters", {}).get("PartitionKeyPath")
    key = partition_key(path, resources.new_id)
    return StreamTarget(resources.streams, target.arn, key)


def _function(target: Target, resources: Resources) -> Adapter:
    if resources.enqueue is not None and resources.owns(target.arn):
        rule, account = target.rule, resources.account
        source = None if rule is None else Source("events.amazonaws.com", rule, account)
        return FunctionTarget(resources.enqueue, str(target.arn), source)
    from eventmatch.targets.aws.lambda_ import LambdaTarget

    clients = _clients(target, resources)
    return LambdaTarget(target.arn, clients, threads=resources.threads)


def _bus(target: Target, resources: Resources) -> Adapter:
    """Forward to the buses of this account in any region; those of others are the cloud's."""
    arn, forward = target.arn, resources.forward
    if forward is not None and arn.account == resources.account:
        is_near = arn.region == resources.region
        renewal = None if is_near else Renewal(resources.clock, resources.new_id)
        return BusTarget(forward, str(arn), renewal=renewal, limited=resources.limited_hops)
    from eventmatch.targets.aws.events import EventsTarget

    return EventsTarget(arn, _clients(target, resources), threads=resources.threads)


def _api_destination(target: Target, resources: Resources) -> Adapter:
    endpoint = resources.endpoints.get(str(target.arn))
    if endpoint is None:
        raise NotFound("API destination", target.arn.resource)
    given = target.members.get("HttpParameters", {})
    own = dataclasses.replace(
        endpoint,
        path=[*endpoint.path, *map(parameter, given.get("PathParameterValues", ()))],
        headers={**_parameters(given.get("HeaderParameters", {})), **endpoint.headers},
        query={**_parameters(given.get("QueryStringParameters", {})), **endpoint.query},
    )
    return HttpTarget(own, client=resources.http, clock=resources.clock)


def _callable(target: Target, resources: Resources) -> Adapter:
    return Named(target.arn.resource, resources.callables)


def _log(target: Target, _resources: Resources) -> Adapter:
    name, _, shown = target.arn.resource.partition("/")
    stream = _STREAMS.get(name)
    line = whole if shown == "payload" else headline
    return LogTarget(stream() if stream else logging.getLogger(name), line)


def _group(target: Target) -> Parameter | None:
    group = target.members.get("SqsParameters", {}).get("MessageGroupId")
    return None if group is None else parameter(group)


def _parameters(given: Mapping[str, str]) -> dict[str, Parameter]:
    return {name: parameter(text) for name, text in given.items()}


def _clients(target: Target, resources: Resources) -> Callable[[str, str], Any]:
    if resources.clients is None:
        text = f"this process has no such {target.arn.service} target, and no clients of AWS"
        raise ConfigurationError("", text)
    return resources.clients


# The seconds behind which a function that is not registered is looked for again.
MISSING_RETRY: Final = 1.0


class Named:
    """The adapter that is registered by a name when it is asked.

    A function may be registered behind the recovery of deliveries to it, so they wait for it.
    """

    def __init__(self, name: str, adapters: Mapping[str, Adapter]) -> None:
        self._name = name
        self._adapters = adapters
        missing = Outcome(
            ErrorCode.NO_RESOURCE,
            f'no function is registered as "{name}"',
            retry_after=MISSING_RETRY,
            retryable=True,
            counted=False,
        )
        self._missing = Unreachable(missing)

    @property
    def batch_size(self) -> int:
        """That of the adapter."""
        return self._adapter.batch_size

    @property
    def concurrency(self) -> int:
        """That of the adapter."""
        return self._adapter.concurrency

    @property
    def timeout(self) -> float:
        """That of the adapter."""
        return self._adapter.timeout

    @property
    def _adapter(self) -> Adapter:
        return self._adapters.get(self._name, self._missing)

    async def deliver(self, batch: Sequence[Attempt]) -> Sequence[Outcome]:
        """Deliver through the adapter that has the name now."""
        return await self._adapter.deliver(batch)

    async def close(self) -> None:
        """Nothing to give up: the adapter is its owner's."""


MAKERS: Final[Mapping[str, Maker]] = {
    "sqs": _queue,
    "sns": _topic,
    "kinesis": _stream,
    "lambda": _function,
    "event-bus": _bus,
    "api-destination": _api_destination,
    "callable": _callable,
    "log": _log,
}
