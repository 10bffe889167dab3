"""Adapters: one file for each kind of target.

Which refusal becomes which error code is told in a table at the top of each: `callable`, `log`,
`embedded` (queues, topics and buses of this process), `bus`, `http`, and `aws.errors`.
"""

from eventmatch.bus.arn import Arn
from eventmatch.targets.bus import BusTarget, Forward, Renewal
from eventmatch.targets.callable import CallableTarget, Retryable
from eventmatch.targets.http import Endpoint, HttpTarget
from eventmatch.targets.log import LogTarget, headline, whole
from eventmatch.targets.making import Maker, Resources, Target
from eventmatch.targets.path import Parameter, parameter
from eventmatch.targets.queue import Queues, QueueTarget
from eventmatch.targets.registry import Adapters
from eventmatch.targets.stream import Streams, StreamTarget
from eventmatch.targets.topic import Topics, TopicTarget
from eventmatch.targets.unreachable import Unreachable

__all__ = [
    "Adapters",
    "Arn",
    "BusTarget",
    "CallableTarget",
    "Endpoint",
    "Forward",
    "HttpTarget",
    "LogTarget",
    "Maker",
    "Parameter",
    "QueueTarget",
    "Queues",
    "Renewal",
    "Resources",
    "Retryable",
    "StreamTarget",
    "Streams",
    "Target",
    "TopicTarget",
    "Topics",
    "Unreachable",
    "headline",
    "parameter",
    "whole",
]
