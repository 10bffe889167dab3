"""The values of the control plane: event buses, rules and targets.

Each is frozen and goes to and from the JSON of its record without loss.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Final, Self

from eventmatch.delivery.model import RetryPolicy
from eventmatch.jsontext import read_plain, write_plain

Tags = Mapping[str, str]
"""Tags in the order in which their keys came."""


class RuleState(StrEnum):
    """Whether a rule matches."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    ENABLED_WITH_CLOUDTRAIL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBus:
    """A bus. Moments are in seconds since 1970.

    `policy` is the JSON text of its resource policy; `settings` are members that are kept for the
    echo alone, in AWS's form: KmsKeyIdentifier, DeadLetterConfig, LogConfig.
    """

    name: str
    arn: str
    created: float
    modified: float
    description: str | None = None
    policy: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    tags: Tags = field(default_factory=dict)

    def to_record(self) -> bytes:
        """Return the JSON text of the record."""
        return write_plain(asdict(self))

    @classmethod
    def from_record(cls, record: bytes) -> Self:
        """Return what `to_record` wrote; raises ValueError or TypeError for anything else."""
        return cls(**read_plain(record))


@dataclass(frozen=True, slots=True)
class InputTransformer:
    """A template, and the paths of what it shows; None where no map was given at all."""

    template: str
    paths: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target of a rule: `members` as AWS writes them, and of them what a delivery needs."""

    id: str
    arn: str
    input: str | None = None
    input_path: str | None = None
    input_transformer: InputTransformer | None = None
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    dead_letters: str | None = None
    message_group: str | None = None
    members: Mapping[str, Any]

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> Self:
        """Return the target with these members, whose types are AWS's."""
        return cls(
            id=members["Id"],
            arn=members["Arn"],
            input=members.get("Input"),
            input_path=members.get("InputPath"),
            input_transformer=_transformer(members.get("InputTransformer")),
            retry_policy=_retry_policy(members.get("RetryPolicy", {})),
            dead_letters=members.get("DeadLetterConfig", {}).get("Arn"),
            message_group=members.get("SqsParameters", {}).get("MessageGroupId"),
            members=members,
        )


def _transformer(members: Mapping[str, Any] | None) -> InputTransformer | None:
    if members is None:
        return None
    return InputTransformer(members["InputTemplate"], members.get("InputPathsMap"))


def _retry_policy(members: Mapping[str, int]) -> RetryPolicy:
    usual = RetryPolicy()
    return RetryPolicy(
        members.get("MaximumRetryAttempts", usual.maximum_retry_attempts),
        members.get("MaximumEventAgeInSeconds", usual.maximum_event_age),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule with its targets, which are sorted by their ids.

    Texts are kept as they were given, empty ones too; None is what was not given. `managed_by` is
    the service that keeps the rule for itself.
    """

    name: str
    bus: str
    arn: str
    created_by: str
    state: RuleState = RuleState.ENABLED
    event_pattern: str | None = None
    schedule_expression: str | None = None
    description: str | None = None
    role_arn: str | None = None
    managed_by: str | None = None
    tags: Tags = field(default_factory=dict)
    targets: tuple[Target, ...] = ()

    @property
    def key(self) -> str:
        """The key of the record: no other rule has it."""
        return f"{self.bus}/{self.name}"

    @property
    def is_enabled(self) -> bool:
        """Whether the rule matches, or fires, at all."""
        return self.state is not RuleState.DISABLED

    @property
    def served_pattern(self) -> str | None:
        """The pattern that events are matched with; None if none is to be."""
        return self.event_pattern or None if self.is_enabled else None

    def to_record(self) -> bytes:
        """Return the JSON text of the record."""
        members = {name: getattr(self, name) for name in _RULE_FIELDS}
        return write_plain({**members, "targets": [target.members for target in self.targets]})

    @classmethod
    def from_record(cls, record: bytes) -> Self:
        """Return what `to_record` wrote; raises ValueError, TypeError or KeyError else."""
        members = read_plain(record)
        targets = tuple(Target.of(target) for target in members.pop("targets"))
        return cls(**{**members, "state": RuleState(members["state"]), "targets": targets})


_RULE_FIELDS: Final = tuple(member.name for member in fields(Rule))
