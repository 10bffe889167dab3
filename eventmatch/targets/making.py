"""What adapters are made of."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from eventmatch.bus.arn import Arn
from eventmatch.bus.identity import RandomIds
from eventmatch.clock import Clock, SystemClock
from eventmatch.delivery.ports import Adapter
from eventmatch.targets.bus import Forward
from eventmatch.targets.function import Enqueue
from eventmatch.targets.http import Client, Endpoint
from eventmatch.targets.queue import Queues
from eventmatch.targets.stream import Streams
from eventmatch.targets.topic import Topics

_new_id: Final = RandomIds()


class Target(NamedTuple):
    """A target as PutTargets describes it: its ARN, and all its members.

    `rule` is the ARN of the rule whose it is; None where it is that of something else.
    """

    arn: Arn
    members: Mapping[str, Any]
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What this process has for targets; what is None it has not.

    `account` and `region` are its own. `forward` puts events on its buses, and `enqueue` invokes
    its Lambda functions; `callables` are plain ones by name, and may still grow; `endpoints` its
    API destinations by ARN. `clients` gives
    boto3 clients, and `threads` is where their calls run. With `limited_hops` off, loops of buses
    run for ever. The owner of the resources closes them.
    """

    account: str
    region: str
    queues: Queues | None = None
    topics: Topics | None = None
    streams: Streams | None = None
    forward: Forward | None = None
    enqueue: Enqueue | None = None
    callables: Mapping[str, Adapter] = field(default_factory=dict)
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    clients: Callable[[str, str], Any] | None = None
    http: Client | None = None
    threads: Executor | None = None
    clock: Clock = field(default_factory=SystemClock)
    new_id: Callable[[], str] = _new_id
    limited_hops: bool = True

    def owns(self, arn: Arn) -> bool:
        """Whether what has that ARN belongs to this process."""
        return (arn.account, arn.region) == (self.account, self.region)


Maker = Callable[[Target, Resources], Adapter]
"""Makes the adapter of a target; raises `NotFound` or `ConfigurationError` where it cannot."""
