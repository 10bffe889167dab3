"""From the ARN of a target to the adapter that serves it.

| ARN                                               | adapter                                      |
|---------------------------------------------------|----------------------------------------------|
| `arn:aws:sqs:REGION:ACCOUNT:NAME`                 | `QueueTarget` or `aws.sqs.SqsTarget`         |
| `arn:aws:sns:REGION:ACCOUNT:NAME`                 | `TopicTarget` or `aws.sns.SnsTarget`         |
| `arn:aws:kinesis:REGION:ACCOUNT:stream/NAME`      | `StreamTarget`                               |
| `arn:aws:lambda:REGION:ACCOUNT:function:NAME`     | `FunctionTarget` or `LambdaTarget` of `aws`  |
| `arn:aws:events:REGION:ACCOUNT:event-bus/NAME`    | `BusTarget` or `aws.events.EventsTarget`     |
| `arn:aws:events:REGION:ACCOUNT:api-destination/…` | `HttpTarget`                                 |
| `arn:eventmatch:callable:::NAME`                  | `CallableTarget`, registered by that name    |
| `arn:eventmatch:log:::NAME`                       | `LogTarget`: `stdout`, `stderr`, or a logger |
| anything else                                     | a plug-in, or `Unreachable`                  |

What this process has under its own account is served here, and everything else by AWS, if it has
clients. A log shows whole payloads if `/payload` is behind its name.

A plug-in is an entry point of the group `eventmatch.targets`: its name is the third part of the
ARNs that it serves, its object a `Maker`. It is loaded when the first such target is made, and
cannot take the place of the kinds above.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from eventmatch.bus import refusals
from eventmatch.bus.arn import Arn
from eventmatch.delivery.model import ErrorCode, Outcome
from eventmatch.delivery.ports import Adapter
from eventmatch.errors import ConfigurationError, NotFound
from eventmatch.targets.builtin import MAKERS
from eventmatch.targets.making import Maker, Resources, Target
from eventmatch.targets.outcomes import described
from eventmatch.targets.unreachable import Unreachable

GROUP: Final = "eventmatch.targets"
_MEMBERS: Final = ("batch_size", "concurrency", "timeout", "deliver", "close")

_log: Final = logging.getLogger("eventmatch.targets")


def installed() -> Iterable[EntryPoint]:
    """Return the plug-ins of this installation."""
    return entry_points(group=GROUP)


class Adapters:
    """Makes adapters out of what this process has.

    `makers` are further kinds, by the third part of their ARNs, and go before all others.
    """

    def __init__(
        self,
        resources: Resources,
        makers: Mapping[str, Maker] | None = None,
        plug_ins: Callable[[], Iterable[EntryPoint]] = installed,
    ) -> None:
        self._resources = resources
        self._makers = {**MAKERS, **(makers or {})}
        self._plug_ins = plug_ins

    def adapter(
        self, arn: str, members: Mapping[str, Any] | None = None, *, rule: str | None = None
    ) -> Adapter:
        """Return the adapter of a target; `members` are those of PutTargets, `rule` is an ARN.

        One that cannot be made is `Unreachable`: no resource and no valid ARN end deliveries at
        once; what this installation lacks, or what fails in a plug-in, lets them wait.
        """
        parsed = Arn.parse(arn)
        if parsed is None:
            return _unreachable(ErrorCode.INVALID_PARAMETER, refusals.bad_arn(arn).message)
        return self._made(Target(parsed, members or {}, rule))

    def _made(self, target: Target) -> Adapter:
        arn = target.arn
        try:
            maker = self._makers.get(_kind(arn)) or self._plug_in(arn.service)
            return _checked(maker(target, self._resources))
        except NotFound as error:
            return _unreachable(ErrorCode.NO_RESOURCE, f"{arn}: {error}")
        except ConfigurationError as error:
            return _unreachable(ErrorCode.SDK_CLIENT_ERROR, f"{arn}: {error}")
        except Exception as error:
            _log.exception("%s: the target cannot be made", arn)
            text = f"{arn}: the target cannot be made: {described(error)}"
            return _unreachable(ErrorCode.SDK_CLIENT_ERROR, text)

    def _plug_in(self, name: str) -> Maker:
        """Load the one plug-in with that name."""
        found = [plug_in for plug_in in self._plug_ins() if plug_in.name == name]
        if not found:
            raise NotFound("kind of target", name)
        if len(found) > 1:
            places = ", ".join(plug_in.value for plug_in in found)
            raise ConfigurationError("", f'more than one plug-in is named "{name}": {places}')
        try:
            maker: Maker = found[0].load()
        except Exception as error:
            text = f'the plug-in "{name}" ({found[0].value}) cannot be loaded: {described(error)}'
            raise ConfigurationError("", text) from error
        return maker


def _checked(made: Adapter) -> Adapter:
    """Refuse what a plug-in made but nobody could deliver through."""
    missing = [name for name in _MEMBERS if not hasattr(made, name)]
    if missing:
        text = f"{type(made).__name__} is no adapter: it has no {', '.join(missing)}"
        raise ConfigurationError("", text)
    for name in ("batch_size", "concurrency"):
        number = getattr(made, name)
        if not isinstance(number, int) or number < 1:
            text = f"{type(made).__name__} is no adapter: its {name} is {number!r}"
            raise ConfigurationError("", text)
    return made


def _kind(arn: Arn) -> str:
    """Return the kind of a target: its service, or at EventBridge what comes before the name."""
    return arn.resource.partition("/")[0] if arn.service == "events" else arn.service


def _unreachable(code: ErrorCode, text: str) -> Unreachable:
    return Unreachable(Outcome(code, text))
