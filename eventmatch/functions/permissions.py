"""Who may invoke functions: the operations on their policies. Meaning: service reference §3.5."""

from dataclasses import replace
from typing import Any, Final

from eventmatch.functions import refusals
from eventmatch.functions.arguments import checked
from eventmatch.functions.model import LATEST
from eventmatch.functions.names import Reference
from eventmatch.functions.policies import (
    Permission,
    Statement,
    policy_text,
    with_statement,
    without_statement,
)
from eventmatch.functions.registry import Registry
from eventmatch.functions.state import Function, Policy
from eventmatch.functions.versions import check_revision, without

CONDITIONS: Final = (
    "source_arn",
    "source_account",
    "principal_org_id",
    "event_source_token",
    "function_url_auth_type",
)
"""The conditions of a permission in snake case."""


class Permissions:
    """The policies of functions; each qualifier has its own, and none at all has one."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @checked()
    async def add_permission(
        self,
        function_name: str,
        *,
        statement_id: str,
        action: str,
        principal: str,
        qualifier: str | None = None,
        revision_id: str | None = None,
        **conditions: Any,
    ) -> Statement:
        """Let a service, an account or everybody (`*`) do something; return the statement.

        `conditions` are source_arn (with `*` and `?`), source_account, principal_org_id,
        event_source_token, function_url_auth_type.
        """
        permission = Permission(
            statement_id=statement_id, action=action, principal=principal, **conditions
        )
        async with self._registry.lock:
            name, function = self._found(function_name, qualifier)
            if name.qualifier == LATEST:
                raise refusals.no_policy_for_latest()
            old = function.policies.get(name.target)
            check_revision(self._revision(name, function), revision_id, "GetPolicy")
            resource = function.qualified(name.qualifier) if name.qualifier else function.arn
            statement = permission.statement(resource, self._registry.place)
            policy = with_statement(old, statement, self._registry.new_id())
            self._check_size(policy)
            await self._put(function, {**function.policies, name.target: policy})
            return statement

    @checked()
    async def remove_permission(
        self,
        function_name: str,
        *,
        statement_id: str,
        qualifier: str | None = None,
        revision_id: str | None = None,
    ) -> None:
        """Take a statement back."""
        async with self._registry.lock:
            name, function = self._found(function_name, qualifier)
            old = function.policies.get(name.target)
            if old is None:
                raise refusals.no_policy_to_change()
            check_revision(old.revision, revision_id, "GetPolicy")
            policy = without_statement(old, statement_id, self._registry.new_id())
            left = without(function.policies, name.target)
            await self._put(function, {**left, name.target: policy} if policy else left)

    @checked()
    async def get_policy(self, function_name: str, *, qualifier: str | None = None) -> Policy:
        """Return the policy of a function, or of one of its qualifiers."""
        name, function = self._found(function_name, qualifier)
        policy = function.policies.get(name.target)
        if policy is None:
            raise refusals.no_policy()
        return policy

    def _found(self, function: str, qualifier: str | None) -> tuple[Reference, Function]:
        name = self._registry.named(function, qualifier)
        self._registry.behind(name)
        return name, self._registry.function(name)

    def _revision(self, name: Reference, function: Function) -> str:
        """Return the revision of a policy; before there is one, that of what it will belong to."""
        policy = function.policies.get(name.target)
        alias = function.aliases.get(name.target)
        return (policy or alias or self._registry.behind(name)).revision

    def _check_size(self, policy: Policy) -> None:
        size, limit = len(policy_text(policy).encode()), self._registry.limits.policy_bytes
        if size > limit:
            raise refusals.policy_too_long(size, limit)

    async def _put(self, function: Function, policies: dict[str, Policy]) -> None:
        await self._registry.put(replace(function, policies=policies))
