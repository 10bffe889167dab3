"""Execution roles: what functions may do elsewhere.

IAM is no part of this: a role has a name, actions and resources, and `*` and `?` stand for
anything in both. A role that nobody described may do everything.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from eventmatch.bus.constraints import Items, Text
from eventmatch.bus.ports import Change, Records
from eventmatch.bus.registry import Beside, read_record, write_together
from eventmatch.functions import refusals
from eventmatch.functions.policies import fits
from eventmatch.functions.shapes import accept
from eventmatch.jsontext import read_plain, write_plain

_ROLE: Final = "function-role"
_NAME: Final = Text(least=1, most=64, pattern=r"[\w+=,.@-]+")
_PATTERNS: Final = Items(of=Text(least=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What whoever has it may do: each of the actions with each of the resources."""

    name: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def allows(self, action: str, resource: str) -> bool:
        """Whether it lets somebody do something; case does not count in actions."""
        return any(fits(each.lower(), action.lower()) for each in self.actions) and any(
            fits(each, resource) for each in self.resources
        )


class Roles:
    """The roles that were described, by name."""

    def __init__(self, records: Records, lock: asyncio.Lock) -> None:
        self._records = records
        self._lock = lock
        self._roles: Mapping[str, Role] = {}

    async def load(self) -> None:
        """Take everything from the records; raises `StoreError` for one that says nothing."""
        self._roles = {
            key: read_record(_read, key, record)
            for key, record in (await self._records.load(_ROLE)).items()
        }

    def role_allows(self, role: str, action: str, resource: str) -> bool:
        """Whether a role (an ARN, or a name) lets a function do something with a resource."""
        found = self._roles.get(role.rpartition("/")[2])
        return found is None or found.allows(action, resource)

    async def put_role(
        self, name: str, *, actions: Sequence[str], resources: Sequence[str] = ("*",)
    ) -> Role:
        """Describe a role, or replace the one of the name."""
        role = Role(
            name=accept(_NAME, name, "name"),
            actions=tuple(accept(_PATTERNS, actions, "actions")),
            resources=tuple(accept(_PATTERNS, resources, "resources")),
        )
        async with self._lock:
            await self._write(name, write_plain(asdict(role)), {**self._roles, name: role})
        return role

    async def get_role(self, name: str) -> Role:
        """Return a role; raises `LambdaError` for one that nobody described."""
        role = self._roles.get(accept(_NAME, name, "name"))
        if role is None:
            raise refusals.no_role(name)
        return role

    async def delete_role(self, name: str) -> None:
        """Forget what a role may do, so that it may do everything again."""
        async with self._lock:
            await self.get_role(name)
            left = {other: role for other, role in self._roles.items() if other != name}
            await self._write(name, None, left)

    async def _write(self, name: str, record: bytes | None, roles: Mapping[str, Role]) -> None:
        def publish() -> None:
            self._roles = roles

        await write_together(self._records, Beside([Change(_ROLE, name, record)], publish))


def _read(record: bytes) -> Role:
    members: Any = read_plain(record)
    return Role(
        name=members["name"],
        actions=tuple(members["actions"]),
        resources=tuple(members["resources"]),
    )
