"""A function with all that belongs to it, as one value. Meaning: service reference §6.6, §6.8.

It is frozen, and goes to and from the JSON of its records without loss: one record for the
function, and one for each published version, which never changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, NamedTuple

from eventmatch.bus.ports import Change
from eventmatch.functions.model import (
    LATEST,
    Alias,
    Code,
    CodeKind,
    Configuration,
    EventInvokeConfig,
    Version,
)
from eventmatch.jsontext import read_plain, write_plain

FUNCTION: Final = "function"
VERSION: Final = "function-version"


class ProvisionedConfig(NamedTuple):
    """How many environments are to be kept ready; when that was said."""

    requested: int
    last_modified: float


class Policy(NamedTuple):
    """Who may invoke: the statements of a resource policy in AWS's members."""

    statements: tuple[Mapping[str, Any], ...]
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function: `latest` is what can change, `versions` are the published ones by number.

    `published` is `latest` as it was when it was published last, under `last_number`, which no
    other version gets. The maps behind it are by qualifier: a version or an alias.
    """

    latest: Version
    published: Version | None = None
    last_number: int = 0
    versions: Mapping[str, Version] = field(default_factory=dict)
    aliases: Mapping[str, Alias] = field(default_factory=dict)
    reserved: int | None = None
    provisioned: Mapping[str, ProvisionedConfig] = field(default_factory=dict)
    event_invoke_configs: Mapping[str, EventInvokeConfig] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name."""
        return self.latest.function

    @property
    def arn(self) -> str:
        """The ARN without a qualifier."""
        return self.latest.arn

    def qualified(self, qualifier: str) -> str:
        """Return the ARN with a qualifier."""
        return f"{self.arn}:{qualifier}"

    def version(self, number: str) -> Version | None:
        """Return a version by its number; None if it is not there."""
        return self.latest if number == LATEST else self.versions.get(number)

    def behind(self, qualifier: str) -> Version | None:
        """Return the version that a qualifier names; for an alias, the first of its versions."""
        alias = self.aliases.get(qualifier)
        return self.version(qualifier if alias is None else alias.version)

    @property
    def all_versions(self) -> Iterator[Version]:
        """All versions, $LATEST first, then as they were published."""
        yield self.latest
        yield from sorted(self.versions.values(), key=lambda version: version.key)

    @property
    def to_provision(self) -> Mapping[str, int]:
        """How many environments are to be kept ready, by the number of the version."""
        found = ((self.behind(name), wish.requested) for name, wish in self.provisioned.items())
        return {version.number: count for version, count in found if version is not None}

    @property
    def total_provisioned(self) -> int:
        """How many environments are to be kept ready in all."""
        return sum(wish.requested for wish in self.provisioned.values())

    @property
    def claimed(self) -> int:
        """How much of the account's concurrency is kept for this function alone."""
        return self.total_provisioned if self.reserved is None else self.reserved


def changes(old: Function | None, new: Function | None) -> list[Change]:
    """Return what makes of the records of a function those of its new value; None is gone."""
    before = old.versions if old else {}
    after = new.versions if new else {}
    found = [
        Change(VERSION, version.qualified_arn, None)
        for number, version in before.items()
        if number not in after
    ]
    found += [
        Change(VERSION, version.qualified_arn, write_plain(asdict(version)))
        for number, version in after.items()
        if before.get(number) != version
    ]
    if new is not None:
        found.append(Change(FUNCTION, new.name, _record(new)))
    elif old is not None:
        found.append(Change(FUNCTION, old.name, None))
    return found


def _record(function: Function) -> bytes:
    own = {each.name: getattr(function, each.name) for each in fields(function)}
    own["latest"] = asdict(function.latest)
    own["published"] = function.published and asdict(function.published)
    own["aliases"] = [asdict(alias) for alias in function.aliases.values()]
    own["event_invoke_configs"] = {
        name: asdict(config) for name, config in function.event_invoke_configs.items()
    }
    own["policies"] = {name: list(policy) for name, policy in function.policies.items()}
    own["provisioned"] = {name: list(wish) for name, wish in function.provisioned.items()}
    del own["versions"]
    return write_plain(own)


def read_function(record: bytes) -> Function:
    """Return the function that a record tells, without its published versions."""
    own: Any = read_plain(record)
    aliases = [Alias(**members) for members in own["aliases"]]
    return Function(
        latest=_version(own["latest"]),
        published=own["published"] and _version(own["published"]),
        last_number=own["last_number"],
        aliases={alias.name: alias for alias in aliases},
        reserved=own["reserved"],
        provisioned={name: ProvisionedConfig(*wish) for name, wish in own["provisioned"].items()},
        event_invoke_configs={
            name: EventInvokeConfig(**members)
            for name, members in own["event_invoke_configs"].items()
        },
        policies={
            name: Policy(tuple(statements), revision)
            for name, (statements, revision) in own["policies"].items()
        },
    )


def read_version(record: bytes) -> Version:
    """Return the version that a record tells."""
    return _version(read_plain(record))


def _version(members: Any) -> Version:
    code = members["code"]
    return Version(
        **{
            **members,
            "code": Code(**{**code, "kind": CodeKind(code["kind"])}),
            "configuration": Configuration(**members["configuration"]),
        }
    )
