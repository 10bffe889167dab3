"""From the description of a lane to where its deliveries go."""

from collections.abc import Mapping
from typing import Final

from eventmatch.bus.model import Target
from eventmatch.bus.payload import Render, compile_payload
from eventmatch.bus.targets import Described, undescribe
from eventmatch.delivery.ports import Destination, Destinations
from eventmatch.jsontext import read_plain
from eventmatch.scheduler import payload
from eventmatch.targets import Adapters
from eventmatch.targets.archive import ArchiveTarget


class Lanes:
    """The kinds of lanes, each by the member that only its descriptions have."""

    def __init__(self, kinds: Mapping[str, Destinations]) -> None:
        self._kinds = dict(kinds)

    def add(self, member: str, kind: Destinations) -> None:
        """Add a kind."""
        self._kinds[member] = kind

    def destination(self, description: bytes) -> Destination:
        """Return where the deliveries of the lane with that description go."""
        members = read_plain(description)
        (kind,) = (self._kinds[member] for member in members if member in self._kinds)
        return kind.destination(description)


class RuleTargets:
    """The targets of rules as destinations; `dead_letters` is for those that name no queue."""

    def __init__(self, adapters: Adapters, dead_letters: str | None) -> None:
        self._adapters = adapters
        self._dead_letters = dead_letters

    def destination(self, description: bytes) -> Destination:
        """Return where the deliveries of the lane with that description go."""
        told = undescribe(description)
        target = told.target
        adapter = self._adapters.adapter(target.arn, target.members, rule=told.rule_arn)
        return Destination(
            name=f"{told.bus}/{told.rule}/{target.id}",
            adapter=adapter,
            policy=target.retry_policy,
            render=None if isinstance(adapter, ArchiveTarget) else _render(told),
            dead_letters=target.dead_letters or self._dead_letters,
            attributes={"RULE_ARN": told.rule_arn, "TARGET_ARN": target.arn},
            dimensions={"EventBusName": told.bus, "RuleName": told.rule},
        )


class ScheduleTargets:
    """The targets of schedules as destinations; `dead_letters` is for those that name no queue."""

    def __init__(self, adapters: Adapters, dead_letters: str | None) -> None:
        self._adapters = adapters
        self._dead_letters = dead_letters

    def destination(self, description: bytes) -> Destination:
        """Return where the deliveries of the lane with that description go."""
        told = payload.undescribe(description)
        target = Target.of({"Id": told.key, **told.target})
        group, _, name = told.key.partition("/")
        adapter = self._adapters.adapter(target.arn, target.members)
        return Destination(
            name=told.key,
            adapter=payload.numbered(adapter, told.target),
            policy=target.retry_policy,
            render=payload.render(told),
            dead_letters=target.dead_letters or self._dead_letters,
            attributes={"SCHEDULE_ARN": told.arn, "TARGET_ARN": target.arn, **_WHOLE},
            told={"EXECUTION_ID": payload.EXECUTION_ID, "SCHEDULED_TIME": payload.SCHEDULED_TIME},
            dimensions={"ScheduleGroup": group, "ScheduleName": name},
        )


def lanes_of(adapters: Adapters, dead_letters: str | None) -> Lanes:
    """Return the lanes of rules and schedules; `dead_letters` is for those that name no queue."""
    return Lanes(
        {
            "rule": RuleTargets(adapters, dead_letters),
            "schedule": ScheduleTargets(adapters, dead_letters),
        }
    )


# Dead letters are kept whole, however long they are.
_WHOLE: Final = {"IS_PAYLOAD_TRUNCATED": "false"}


def _render(told: Described) -> Render | None:
    return compile_payload(told.target.members, rule_name=told.rule, rule_arn=told.rule_arn)
