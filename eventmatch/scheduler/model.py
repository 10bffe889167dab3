"""Schedules and their groups as values, which go to and from the JSON of their records."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final, Self

from eventmatch.bus.model import Tags
from eventmatch.jsontext import read_plain, write_plain

DEFAULT_GROUP: Final = "default"


class ScheduleState(StrEnum):
    """Whether a schedule fires."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


class ActionAfterCompletion(StrEnum):
    """What becomes of a schedule that has fired for the last time."""

    NONE = "NONE"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleGroup:
    """A group of schedules. Moments are in seconds since 1970."""

    name: str
    arn: str
    created: float
    modified: float
    tags: Tags = field(default_factory=dict)

    def to_record(self) -> bytes:
        """Return the JSON text of the record."""
        return write_plain(asdict(self))

    @classmethod
    def from_record(cls, record: bytes) -> Self:
        """Return what `to_record` wrote; raises ValueError or TypeError for anything else."""
        return cls(**read_plain(record))


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule: when it fires, and at what.

    `target` has AWS's members; `window` is the minutes of a flexible time window, None for none.
    The clocks of `timezone` are those of the expression. Moments are in seconds since 1970.
    """

    name: str
    group: str
    arn: str
    expression: str
    target: Mapping[str, Any]
    created: float
    modified: float
    timezone: str = "UTC"
    window: int | None = None
    start: float | None = None
    end: float | None = None
    state: ScheduleState = ScheduleState.ENABLED
    action_after_completion: ActionAfterCompletion = ActionAfterCompletion.NONE
    description: str | None = None
    kms_key_arn: str | None = None

    @property
    def key(self) -> str:
        """The key of the record: no other schedule has it."""
        return f"{self.group}/{self.name}"

    @property
    def timing(self) -> object:
        """What says when it fires, to be compared."""
        return self.expression, self.timezone, self.start, self.end, self.state

    def to_record(self) -> bytes:
        """Return the JSON text of the record."""
        return write_plain(asdict(self))

    @classmethod
    def from_record(cls, record: bytes) -> Self:
        """Return what `to_record` wrote; raises ValueError, TypeError or KeyError else."""
        members = read_plain(record)
        action = ActionAfterCompletion(members.pop("action_after_completion"))
        state = ScheduleState(members.pop("state"))
        return cls(**members, state=state, action_after_completion=action)
