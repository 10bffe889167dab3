"""The control plane of functions: functions, versions and aliases, and what belongs to them.

Meaning: service reference §6.6, §6.8, §6.2. What may be is decided by the pure modules beside this
one; here it is looked up, written and published.
"""

from asyncio import to_thread
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any, Final

from eventmatch.bus.arn import Place
from eventmatch.bus.ports import Records
from eventmatch.clock import Clock
from eventmatch.functions import aliases, refusals, versions
from eventmatch.functions.arguments import checked
from eventmatch.functions.code import Snapshot, StoredArchives, snapshot
from eventmatch.functions.concurrency import Concurrency
from eventmatch.functions.configuration import configured
from eventmatch.functions.event_invoke import EventInvokeConfigs, KnownDestination
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.model import (
    LATEST,
    Alias,
    Configuration,
    EventInvokeConfig,
    Resolved,
    Version,
)
from eventmatch.functions.names import function_arn
from eventmatch.functions.paging import Page, page
from eventmatch.functions.permissions import Permissions
from eventmatch.functions.policies import lets_invoke
from eventmatch.functions.ports import Archives, Runner
from eventmatch.functions.registry import Registry
from eventmatch.functions.roles import Roles
from eventmatch.functions.shapes import ALL_VERSIONS
from eventmatch.functions.state import Function

_USUAL: Final = LambdaLimits()


class Functions:
    """The functions of one account in one region: the port `Directory`, and all that changes it.

    An operation takes AWS's members in snake case. It is durable and visible when it returns; one
    that raises has changed nothing. It raises `LambdaError` for what AWS refuses, and `StoreError`
    where the records cannot be written. One lock keeps writers apart; readers need none.

    `known_destination` tells whether there is a queue, topic, function or bus of an ARN.
    """

    def __init__(
        self,
        records: Records,
        *,
        place: Place,
        clock: Clock,
        new_id: Callable[[], str],
        random: Random,
        runner: Runner,
        limits: LambdaLimits = _USUAL,
        known_destination: KnownDestination = lambda _: True,
    ) -> None:
        self.place = place
        self.archives: Archives = StoredArchives(records)
        self._random = random
        self._registry = registry = Registry(
            records, place=place, clock=clock, new_id=new_id, runner=runner, limits=limits
        )
        self._lock, self._clock = registry.lock, clock
        self._new_id, self._limits = new_id, limits
        self._roles = roles = Roles(records, registry.lock)
        self.put_role, self.get_role = roles.put_role, roles.get_role
        self.delete_role, self.role_allows = roles.delete_role, roles.role_allows

        concurrency = Concurrency(registry)
        self.put_function_concurrency = concurrency.put_function_concurrency
        self.get_function_concurrency = concurrency.get_function_concurrency
        self.delete_function_concurrency = concurrency.delete_function_concurrency
        self.put_provisioned_concurrency_config = concurrency.put_provisioned_concurrency_config
        self.get_provisioned_concurrency_config = concurrency.get_provisioned_concurrency_config
        self.delete_provisioned_concurrency_config = (
            concurrency.delete_provisioned_concurrency_config
        )
        self.list_provisioned_concurrency_configs = concurrency.list_provisioned_concurrency_configs
        self.get_account_settings = concurrency.get_account_settings

        configs = EventInvokeConfigs(registry, known_destination)
        self.put_function_event_invoke_config = configs.put_function_event_invoke_config
        self.update_function_event_invoke_config = configs.update_function_event_invoke_config
        self.get_function_event_invoke_config = configs.get_function_event_invoke_config
        self.delete_function_event_invoke_config = configs.delete_function_event_invoke_config
        self.list_function_event_invoke_configs = configs.list_function_event_invoke_configs

        permissions = Permissions(registry)
        self.add_permission = permissions.add_permission
        self.remove_permission = permissions.remove_permission
        self.get_policy = permissions.get_policy

    async def load(self) -> None:
        """Read all records; to be called first."""
        async with self._lock:
            await self._registry.load()
            await self._roles.load()

    async def resume(self) -> None:
        """Provision what is to be kept ready; to be called once the runner has started."""
        async with self._lock:
            await self._registry.resume()

    def resolve(self, function: str, qualifier: str | None = None) -> Resolved:
        """Return what an invocation runs; an alias with weights draws one of its versions."""
        name = self._registry.named(function, qualifier)
        found = self._registry.find(name.name)
        if found is not None:
            alias = found.aliases.get(name.target)
            number = aliases.drawn(alias, self._random.random) if alias else name.target
            version = found.version(number)
            if version is not None:
                arn = found.qualified(name.qualifier) if name.qualifier else found.arn
                return Resolved(version, arn, name.target)
        raise refusals.no_function(function_arn(self.place, name.name, name.target))

    def reserved(self, function: str) -> int | None:
        """Return the reserved concurrency of a function; None if it has none."""
        found = self._found(function)
        return found.reserved if found else None

    @property
    def total_reserved(self) -> int:
        """The reserved concurrency of all functions."""
        return sum(each.reserved or 0 for each in self._registry)

    def event_invoke_config(self, function: str, qualifier: str) -> EventInvokeConfig | None:
        """Return how asynchronous invocations through a qualifier are treated."""
        found = self._found(function)
        return found.event_invoke_configs.get(qualifier) if found else None

    def may_invoke(
        self, resolved: Resolved, service: str, source_arn: str | None, account: str
    ) -> bool:
        """Whether the policy of the qualifier that was used lets a service invoke."""
        found = self._registry.find(resolved.version.function)
        policy = found.policies.get(resolved.qualifier) if found else None
        return policy is not None and lets_invoke(policy, service, source_arn, account)

    @checked()
    async def create_function(
        self,
        function_name: str,
        *,
        role: str,
        code: Mapping[str, Any],
        handler: str | None = None,
        publish: bool = False,
        **configuration: Any,
    ) -> Version:
        """Make a function; return its $LATEST, or the version it is published as.

        `code` has one of ZipFile (bytes or their base64 text), Folder (a path) and Callable (the
        name of a function of this process); only the last needs neither handler nor runtime.
        `configuration` are runtime, description, timeout, memory_size, ephemeral_storage,
        environment, dead_letter_config, tracing_config, architectures.
        """
        name = self._registry.new_name(function_name)
        if "Callable" not in code and None in (handler, configuration.get("runtime")):
            raise refusals.archive_alone()
        added = await to_thread(snapshot, code, self._limits)
        new = configured(
            Configuration(handler=handler or "", role=role), configuration, self._limits
        )
        async with self._lock:
            if self._registry.find(name) is not None:
                raise refusals.function_exists(name)
            latest = Version(
                function=name,
                number=LATEST,
                arn=function_arn(self.place, name),
                code=added.code,
                configuration=new,
                revision=self._new_id(),
                last_modified=self._clock.now(),
            )
            function = Function(latest=latest, last_number=self._registry.last_number(name))
            return await self._put(function, added, publish=publish)

    @checked()
    async def get_function(self, function_name: str, *, qualifier: str | None = None) -> Version:
        """Return a version: $LATEST, or that of a qualifier."""
        return self._registry.behind(self._registry.named(function_name, qualifier))

    @checked()
    async def update_function_code(
        self,
        function_name: str,
        *,
        code: Mapping[str, Any],
        publish: bool = False,
        dry_run: bool = False,
        revision_id: str | None = None,
    ) -> Version:
        """Replace the code of $LATEST; return it, or the version it is published as."""
        added = await to_thread(snapshot, code, self._limits)
        async with self._lock:
            function = self._registry.changeable(function_name)
            versions.check_revision(function.latest.revision, revision_id, "GetFunction")
            if added.archive is not None and not function.latest.configuration.handler:
                raise refusals.archive_alone()
            function = self._modified(function, code=added.code)
            if dry_run:
                return function.latest
            return await self._put(function, added, publish=publish)

    @checked()
    async def update_function_configuration(
        self, function_name: str, *, revision_id: str | None = None, **configuration: Any
    ) -> Version:
        """Change what is given of the configuration of $LATEST, as `create_function` takes it."""
        async with self._lock:
            function = self._registry.changeable(function_name)
            versions.check_revision(function.latest.revision, revision_id, "GetFunction")
            new = configured(function.latest.configuration, configuration, self._limits)
            return await self._put(self._modified(function, configuration=new))

    @checked()
    async def delete_function(self, function_name: str, *, qualifier: str | None = None) -> None:
        """Delete a function with all that belongs to it; or, with a qualifier, one version."""
        async with self._lock:
            name = self._registry.named(function_name, qualifier)
            function = self._registry.function(name)
            if name.qualifier is None:
                await self._registry.delete(function)
            else:
                await self._registry.put(versions.without_version(function, name.qualifier))

    @checked(function_version=ALL_VERSIONS)
    async def list_functions(
        self,
        *,
        function_version: str | None = None,
        marker: str | None = None,
        max_items: int | None = None,
    ) -> Page[Version]:
        """Return $LATEST of all functions by name; with `ALL`, all their versions."""
        found = [
            version
            for function in self._registry
            for version in (function.all_versions if function_version else [function.latest])
        ]
        return page(found, lambda version: version.key, marker, max_items)

    @checked()
    async def publish_version(
        self,
        function_name: str,
        *,
        code_sha256: str | None = None,
        description: str | None = None,
        revision_id: str | None = None,
    ) -> Version:
        """Keep code and configuration of $LATEST as a version; if nothing changed, the last one.

        Raises `LambdaError` if $LATEST has other code, or another revision, than is given.
        """
        async with self._lock:
            function = self._registry.changeable(function_name)
            versions.check_code(function.latest, code_sha256, revision_id)
            return await self._put(function, publish=True, description=description)

    @checked()
    async def list_versions_by_function(
        self, function_name: str, *, marker: str | None = None, max_items: int | None = None
    ) -> Page[Version]:
        """Return the versions of a function, $LATEST first."""
        found = self._registry.changeable(function_name).all_versions
        return page(found, lambda version: version.key, marker, max_items)

    @checked()
    async def create_alias(
        self,
        function_name: str,
        *,
        name: str,
        function_version: str,
        description: str | None = None,
        routing_config: Mapping[str, Any] | None = None,
    ) -> Alias:
        """Make an alias for a version, or with `routing_config` for two."""
        async with self._lock:
            function = self._registry.changeable(function_name)
            new = aliases.Changes(function_version, routing_config, description)
            return await self._put_alias(
                function, aliases.new_alias(function, name, new, self._new_id())
            )

    @checked()
    async def update_alias(
        self,
        function_name: str,
        *,
        name: str,
        function_version: str | None = None,
        description: str | None = None,
        routing_config: Mapping[str, Any] | None = None,
        revision_id: str | None = None,
    ) -> Alias:
        """Change what is given of an alias; an empty `routing_config` leaves it one version."""
        async with self._lock:
            function = self._registry.changeable(function_name)
            old = aliases.find_alias(function, name)
            versions.check_revision(old.revision, revision_id, "GetAlias")
            new = aliases.Changes(function_version, routing_config, description)
            return await self._put_alias(
                function, aliases.changed_alias(function, old, new, self._new_id())
            )

    @checked()
    async def get_alias(self, function_name: str, *, name: str) -> Alias:
        """Return an alias."""
        return aliases.find_alias(self._registry.changeable(function_name), name)

    @checked()
    async def delete_alias(self, function_name: str, *, name: str) -> None:
        """Delete an alias with all that belongs to it; one that is not there is gone already."""
        async with self._lock:
            function = self._registry.changeable(function_name)
            if name in function.aliases:
                await self._registry.put(aliases.without_alias(function, name))

    @checked()
    async def list_aliases(
        self,
        function_name: str,
        *,
        function_version: str | None = None,
        marker: str | None = None,
        max_items: int | None = None,
    ) -> Page[Alias]:
        """Return the aliases of a function by name, or those that point to a version."""
        found = [
            alias
            for alias in self._registry.changeable(function_name).aliases.values()
            if function_version in (None, alias.version, *alias.weights)
        ]
        return page(found, lambda alias: alias.name, marker, max_items)

    def _found(self, function: str) -> Function | None:
        return self._registry.find(self._registry.named(function).name)

    def _modified(self, function: Function, **changes: Any) -> Function:
        latest = replace(
            function.latest, revision=self._new_id(), last_modified=self._clock.now(), **changes
        )
        return replace(function, latest=latest)

    async def _put(
        self,
        function: Function,
        added: Snapshot | None = None,
        *,
        publish: bool = False,
        description: str | None = None,
    ) -> Version:
        version = function.latest
        if added is not None:
            self._registry.check_storage(added)
        if publish:
            function, version = versions.published(
                function, description, self._clock.now(), self._new_id
            )
        await self._registry.put(function, added)
        return version

    async def _put_alias(self, function: Function, alias: Alias) -> Alias:
        changed = replace(function, aliases={**function.aliases, alias.name: alias})
        await self._registry.put(changed)
        return alias
