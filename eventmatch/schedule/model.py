"""Schedule expressions as values. Meaning: reference §4.2 to §4.4."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from eventmatch.schedule.days import Days

Dialect = Literal["rules", "scheduler", "unix"]
"""Where an expression is written: in a rule (UTC, six fields), in EventBridge Scheduler (a time
zone, five or six fields, `at`), or `unix(...)`, which only eventmatch has."""

Unit = Literal["minute", "hour", "day"]

UTC: Final = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """`cron(0 10 ? * MON-FRI *)`: what each field admits, and the zone it is read in.

    Minutes, hours and months are sorted; years are as many ranges as the field has items.
    """

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[range, ...]
    timezone: str = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`rate(5 minutes)`: a period, in whole minutes, hours or days of 24 hours."""

    text: str
    value: int
    unit: Unit
    timezone: str = UTC

    @property
    def seconds(self) -> int:
        """The period in seconds."""
        return self.value * SECONDS[self.unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """`at(2026-11-20T13:00:00)`: once; `local` is the time on the clocks of the zone."""

    text: str
    local: datetime
    timezone: str = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Unix:
    """`unix(0 10 * * 1-5)`: the five fields of ordinary cron."""

    text: str
    fields: str
    timezone: str = UTC


Schedule = Cron | Rate | At | Unix

SECONDS: Final = {"minute": 60, "hour": 3600, "day": 86400}
"""How long a unit of `rate` is."""
