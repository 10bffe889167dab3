"""Amazon Resource Names of buses, rules, archives and replays. Meaning: service reference §2.2, §5.

A bus is named by its name or its ARN wherever one is asked for; answers show the bare name.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

DEFAULT_BUS: Final = "default"


class Arn(NamedTuple):
    """The six parts of an ARN behind `arn`."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> "Arn | None":
        """Return the parts of an ARN; None for a text that is none."""
        parts = text.split(":", 5)
        if len(parts) < 6 or parts[0] != "arn" or not (parts[1] and parts[2] and parts[5]):
            return None
        return cls(*parts[1:])

    def __str__(self) -> str:
        return ":".join(("arn", *self))


class RuleName(NamedTuple):
    """A rule's name, and that of its bus."""

    bus: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the resources are: builds their ARNs, and takes names out of them."""

    partition: str
    region: str
    account: str

    def of(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of any service here."""
        return str(Arn(self.partition, service, self.region, self.account, resource))

    def _arn(self, resource: str) -> str:
        return self.of("events", resource)

    def bus(self, name: str) -> str:
        """Return the ARN of a bus."""
        return self._arn(f"event-bus/{name}")

    def rule(self, bus: str, name: str) -> str:
        """Return the ARN of a rule; the default bus is not part of it."""
        return self._arn(f"rule/{name}" if bus == DEFAULT_BUS else f"rule/{bus}/{name}")

    def archive(self, name: str) -> str:
        """Return the ARN of an archive."""
        return self._arn(f"archive/{name}")

    @property
    def archives(self) -> str:
        """The ARN that all archives have as targets."""
        return f"arn:{self.partition}:events:{self.region}:::"

    def replay(self, name: str) -> str:
        """Return the ARN of a replay."""
        return self._arn(f"replay/{name}")

    def root(self, account: str) -> str:
        """Return the ARN by which policies name a whole account."""
        return str(Arn(self.partition, "iam", "", account, "root"))

    def name_of(self, kind: str, name_or_arn: str) -> str | None:
        """Return the name of a bus, archive or replay (`kind` as in ARNs) told by name or ARN.

        None for the ARN of something else, or of something that is not at this place.
        """
        if not name_or_arn.startswith("arn:"):
            return name_or_arn
        start = self._arn(f"{kind}/")
        return name_or_arn.removeprefix(start) if name_or_arn.startswith(start) else None

    def rule_of(self, arn: str) -> RuleName | None:
        """Return which rule an ARN names; None if it names none of this place."""
        start = self._arn("rule/")
        if not arn.startswith(start):
            return None
        bus, slash, name = arn.removeprefix(start).rpartition("/")
        return RuleName(bus if slash else DEFAULT_BUS, name)


def bare_name(name_or_arn: str) -> str:
    """Return what stands behind `event-bus/` in an ARN, or else the name itself; for messages."""
    return name_or_arn.rpartition(":event-bus/")[2]
