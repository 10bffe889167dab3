"""How many calls may run at once, and how many environments are ready. Reference §6.8."""

from dataclasses import replace
from typing import NamedTuple

from eventmatch.functions import refusals
from eventmatch.functions.aliases import check_provisioned
from eventmatch.functions.arguments import checked
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.model import LATEST, Provisioned, ProvisionedStatus
from eventmatch.functions.names import Reference
from eventmatch.functions.paging import Page, page
from eventmatch.functions.registry import Registry
from eventmatch.functions.state import Function, ProvisionedConfig
from eventmatch.functions.versions import without


class ProvisionedConcurrency(NamedTuple):
    """Provisioned concurrency of a qualified ARN: how far it is, and when it was asked for."""

    arn: str
    provisioned: Provisioned
    last_modified: float


class AccountSettings(NamedTuple):
    """What an account may use, and what it uses. Sizes are in bytes."""

    limits: LambdaLimits
    unreserved: int
    code_size: int
    functions: int


class Concurrency:
    """The concurrency that is reserved for functions, and provisioned for their qualifiers."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @checked()
    async def put_function_concurrency(
        self, function_name: str, *, reserved_concurrent_executions: int
    ) -> int:
        """Reserve concurrency for a function, which is its limit too; 0 turns it off."""
        wanted = reserved_concurrent_executions
        async with self._registry.lock:
            function = self._registry.unqualified(function_name)
            if wanted < function.total_provisioned:
                raise refusals.reserved_below_provisioned(wanted, function.total_provisioned)
            least = self._registry.limits.unreserved_executions
            if self._registry.unclaimed(function) - wanted < least:
                raise refusals.too_few_unreserved(least)
            await self._registry.put(replace(function, reserved=wanted))
        return wanted

    @checked()
    async def get_function_concurrency(self, function_name: str) -> int | None:
        """Return the reserved concurrency of a function; None if it has none."""
        return self._registry.unqualified(function_name).reserved

    @checked()
    async def delete_function_concurrency(self, function_name: str) -> None:
        """Let a function share what is not reserved."""
        async with self._registry.lock:
            function = self._registry.unqualified(function_name)
            await self._registry.put(replace(function, reserved=None))

    @checked()
    async def put_provisioned_concurrency_config(
        self, function_name: str, *, qualifier: str, provisioned_concurrent_executions: int
    ) -> ProvisionedConcurrency:
        """Keep environments of a version or an alias ready; 'in progress' when it returns."""
        wanted = provisioned_concurrent_executions
        async with self._registry.lock:
            name = self._registry.named(function_name, qualifier)
            if name.target == LATEST:
                raise refusals.latest_not_provisioned()
            self._registry.behind(name)
            function = self._registry.function(name)
            check_provisioned(function, name.target)
            self._check_room(function, name.target, wanted)
            wish = ProvisionedConfig(wanted, self._registry.clock.now())
            provisioned = {**function.provisioned, name.target: wish}
            await self._registry.put(replace(function, provisioned=provisioned))
        return ProvisionedConcurrency(
            function.qualified(name.target), _begun(wanted), wish.last_modified
        )

    @checked()
    async def get_provisioned_concurrency_config(
        self, function_name: str, *, qualifier: str
    ) -> ProvisionedConcurrency:
        """Return how far the environments of a version or an alias are."""
        name, function = self._wished(function_name, qualifier)
        return self._status(function, name.target)

    @checked()
    async def delete_provisioned_concurrency_config(
        self, function_name: str, *, qualifier: str
    ) -> None:
        """Keep no environments of a version or an alias ready."""
        async with self._registry.lock:
            name, function = self._wished(function_name, qualifier)
            left = without(function.provisioned, name.target)
            await self._registry.put(replace(function, provisioned=left))

    @checked()
    async def list_provisioned_concurrency_configs(
        self, function_name: str, *, marker: str | None = None, max_items: int | None = None
    ) -> Page[ProvisionedConcurrency]:
        """Return how far the environments of a function are, by qualifier."""
        function = self._registry.unqualified(function_name)
        found = [self._status(function, qualifier) for qualifier in function.provisioned]
        return page(found, lambda each: each.arn, marker, max_items)

    @checked()
    async def get_account_settings(self) -> AccountSettings:
        """Return what the account may use, and what it uses."""
        return AccountSettings(
            limits=self._registry.limits,
            unreserved=self._registry.unclaimed(),
            code_size=self._registry.code_size,
            functions=len(list(self._registry)),
        )

    def _wished(self, function: str, qualifier: str) -> tuple[Reference, Function]:
        name = self._registry.named(function, qualifier)
        self._registry.behind(name)
        found = self._registry.function(name)
        if name.target not in found.provisioned:
            raise refusals.no_provisioned_config()
        return name, found

    def _check_room(self, function: Function, qualifier: str, wanted: int) -> None:
        others = without(function.provisioned, qualifier).values()
        total = sum(wish.requested for wish in others) + wanted
        if function.reserved is not None:
            if total > function.reserved:
                raise refusals.provisioned_above_reserved()
            return
        least = self._registry.limits.unreserved_executions
        if self._registry.unclaimed(function) - total < least:
            raise refusals.too_few_unprovisioned(least)

    def _status(self, function: Function, qualifier: str) -> ProvisionedConcurrency:
        wish, version = function.provisioned[qualifier], function.behind(qualifier)
        status = self._registry.runner.provisioned(version) if version else None
        return ProvisionedConcurrency(
            function.qualified(qualifier), status or _begun(wish.requested), wish.last_modified
        )


def _begun(requested: int) -> Provisioned:
    return Provisioned(requested, 0, 0, ProvisionedStatus.IN_PROGRESS)
