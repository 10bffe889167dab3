"""From the description of a lane to where its deliveries go."""

from eventmatch.bus.payload import Render, compile_payload
from eventmatch.bus.targets import Described, undescribe
from eventmatch.delivery.ports import Destination
from eventmatch.targets import Adapters
from eventmatch.targets.archive import ArchiveTarget


class RuleTargets:
    """The targets of rules as destinations; `dead_letters` is for those that name no queue."""

    def __init__(self, adapters: Adapters, dead_letters: str | None) -> None:
        self._adapters = adapters
        self._dead_letters = dead_letters

    def destination(self, description: bytes) -> Destination:
        """Return where the deliveries of the lane with that description go."""
        told = undescribe(description)
        target = told.target
        adapter = self._adapters.adapter(target.arn, target.members)
        return Destination(
            name=f"{told.bus}/{told.rule}/{target.id}",
            adapter=adapter,
            policy=target.retry_policy,
            render=None if isinstance(adapter, ArchiveTarget) else _render(told),
            dead_letters=target.dead_letters or self._dead_letters,
            attributes={"RULE_ARN": told.rule_arn, "TARGET_ARN": target.arn},
            dimensions={"EventBusName": told.bus, "RuleName": told.rule},
        )


def _render(told: Described) -> Render | None:
    return compile_payload(told.target.members, rule_name=told.rule, rule_arn=told.rule_arn)
