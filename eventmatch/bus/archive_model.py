"""The values of archives and replays. Meaning: service reference §5.

Each is frozen and goes to and from the JSON of its record without loss. Moments are in seconds
since 1970.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self

from eventmatch.jsontext import read_plain, write_plain

DAY: Final = 86_400.0
RULE_PREFIX: Final = "Events-Archive-"

Cursor = tuple[float, int]
"""Where an event is in an archive, as `ArchiveStore.archived` tells."""


class ArchiveState(StrEnum):
    """Whether an archive keeps events; changes take effect at once, so others are never seen."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    CREATING = "CREATING"
    UPDATING = "UPDATING"
    CREATE_FAILED = "CREATE_FAILED"
    UPDATE_FAILED = "UPDATE_FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive of the bus with that name; `id` tells it from others of its name.

    `retention_days` is 0 for ever. `source` is the ARN of the bus.
    """

    name: str
    id: str
    arn: str
    bus: str
    source: str
    created: float
    retention_days: int = 0
    event_pattern: str | None = None
    description: str | None = None
    kms_key_identifier: str | None = None

    @property
    def key(self) -> str:
        """The name of the archive in the store: no other archive has, or had, it."""
        return f"{self.name}:{self.id}"

    @property
    def rule_name(self) -> str:
        """The name of the managed rule that fills the archive."""
        return f"{RULE_PREFIX}{self.name}"

    def kept_since(self, now: float) -> float:
        """Return the moment of ingestion before which events are over."""
        return now - self.retention_days * DAY if self.retention_days else float("-inf")

    def to_record(self) -> bytes:
        """Return the JSON text of the record."""
        return write_plain(asdict(self))

    @classmethod
    def from_record(cls, record: bytes) -> Self:
        """Return what `to_record` wrote; raises ValueError or TypeError for anything else."""
        return cls(**read_plain(record))


class ReplayState(StrEnum):
    """How far a replay is."""

    STARTING = "STARTING"
    RUNNING = "RUNNING"
    CANCELLING = "CANCELLING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"

    @property
    def is_cancellable(self) -> bool:
        """Whether a replay in this state may be called off."""
        return self in (ReplayState.STARTING, ReplayState.RUNNING)

    @property
    def is_active(self) -> bool:
        """Whether a replay in this state has something left to do."""
        return self.is_cancellable or self is ReplayState.CANCELLING


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A replay of the events of an archive whose time is in [start, end).

    `archive` is the key of the archive, `source` its ARN, `destination` the ARN of the bus. With
    `filter_arns`, only the rules with these ARNs see the events. `cursor` is the place of the last
    event that was replayed; `started` and `ended` are moments of the replay itself.
    """

    name: str
    id: str
    arn: str
    archive: str
    source: str
    bus: str
    destination: str
    start: float
    end: float
    started: float
    filter_arns: tuple[str, ...] = ()
    description: str | None = None
    state: ReplayState = ReplayState.STARTING
    state_reason: str | None = None
    ended: float | None = None
    cursor: Cursor | None = None

    @property
    def last_replayed(self) -> float | None:
        """The whole minute of the last event that was replayed."""
        return None if self.cursor is None else self.cursor[0] // 60 * 60

    def to_record(self) -> bytes:
        """Return the JSON text of the record."""
        return write_plain(asdict(self))

    @classmethod
    def from_record(cls, record: bytes) -> Self:
        """Return what `to_record` wrote; raises ValueError, TypeError or KeyError else."""
        members: Mapping[str, Any] = read_plain(record)
        read = {
            "filter_arns": tuple(members["filter_arns"]),
            "state": ReplayState(members["state"]),
            "cursor": members["cursor"] and tuple(members["cursor"]),
        }
        return cls(**{**members, **read})
