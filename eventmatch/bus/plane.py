"""The control plane: event buses with their rules, targets, tags and policies.

Meaning: service reference §2. What may be is decided by the pure modules beside this one; here it
is looked up, written and published.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from eventmatch.bus import policies, refusals
from eventmatch.bus.arguments import checked
from eventmatch.bus.arn import DEFAULT_BUS, Place
from eventmatch.bus.constraints import Text
from eventmatch.bus.model import EventBus, Rule, RuleState, Tags, Target
from eventmatch.bus.paging import Names, Page
from eventmatch.bus.policies import Caller, Condition
from eventmatch.bus.ports import Records
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.registry import Lane, Registry
from eventmatch.bus.routing import Routes
from eventmatch.bus.rules import (
    CheckSchedule,
    check_managed,
    check_rule,
    check_schedule,
)
from eventmatch.bus.shapes import BUS_NAME, BUS_NAME_OR_ARN, RULE_NAME, STATE
from eventmatch.bus.tags import with_tags, without_tags
from eventmatch.bus.targets import with_targets, without_targets
from eventmatch.clock import Clock

_USUAL: Final = Quotas()


class ControlPlane:
    """The buses of one account in one region.

    An operation is durable and visible, to events too, when it returns; one that raises has
    changed nothing. It raises `ServiceError` for what AWS refuses, and `StoreError` where the
    records cannot be written. A bus is named by its name or ARN. One lock keeps writers apart;
    readers need none.

    `lane` gives the number of a lane by its description, as `DeliveryStore.lane` does; what a
    description says is told by `eventmatch.bus.targets.undescribe`. `check_schedule` raises
    `ServiceError` for a text that is no schedule expression.
    """

    def __init__(
        self,
        records: Records,
        *,
        lane: Lane,
        clock: Clock,
        account: str = "123456789012",
        region: str = "us-east-1",
        partition: str = "aws",
        quotas: Quotas = _USUAL,
        check_schedule: CheckSchedule = check_schedule,
    ) -> None:
        self.place = Place(partition=partition, region=region, account=account)
        self.quotas = quotas
        self.clock = clock
        self._check_schedule = check_schedule
        self._registry = Registry(records, lane, self.place)
        self._lock = self._registry.lock

    @property
    def registry(self) -> Registry:
        """The buses and rules, for what keeps rules of its own; whoever writes holds its lock."""
        return self._registry

    async def load(self) -> None:
        """Read all records, and make the default bus if it is not there; to be called first."""
        async with self._lock:
            await self._registry.load()
            if self._registry.find(DEFAULT_BUS) is None:
                await self._registry.store_bus(self._new_bus(DEFAULT_BUS))

    def routes(self, event_bus_name: str = DEFAULT_BUS) -> Routes | None:
        """Return what the data plane reads of a bus; None if there is no such bus."""
        home = self._registry.find(event_bus_name)
        return home.routes if home else None

    def may_put_events(self, event_bus_name: str, caller: Caller) -> bool:
        """Tell whether a caller may put events on a bus; on one that is not there, anybody may."""
        home = self._registry.find(event_bus_name)
        return home is None or policies.may_put_events(home.bus.policy, home.bus.arn, caller)

    @checked(name=BUS_NAME)
    async def create_event_bus(
        self,
        name: str,
        *,
        description: str | None = None,
        settings: Mapping[str, Any] | None = None,
        tags: Tags | None = None,
    ) -> EventBus:
        """Make a bus; `settings` (KmsKeyIdentifier, DeadLetterConfig, LogConfig) are only kept."""
        if "/" in name:
            raise refusals.bus_name_has_slash()
        async with self._lock:
            if self._registry.buses.get(name) is not None:
                raise refusals.bus_exists(name)
            if len(self._registry.buses) >= self.quotas.event_buses:
                raise refusals.limit_exceeded()
            bus = replace(
                self._new_bus(name),
                description=description or None,
                settings=dict(settings or {}),
                tags=with_tags({}, tags or {}, self.quotas),
            )
            return await self._registry.store_bus(bus)

    @checked(name=BUS_NAME_OR_ARN)
    async def describe_event_bus(self, name: str = DEFAULT_BUS) -> EventBus:
        """Return a bus."""
        return self._registry.home(name).bus

    @checked(name_prefix=BUS_NAME)
    async def list_event_buses(
        self,
        *,
        name_prefix: str | None = None,
        limit: int | None = None,
        next_token: str | None = None,
    ) -> Page[EventBus]:
        """Return buses by name; `limit` is 100 at most."""
        page = self._registry.buses.names.page(next_token, limit, name_prefix)
        return Page([self._registry.home(name).bus for name in page.items], page.next_token)

    @checked(name=BUS_NAME_OR_ARN)
    async def update_event_bus(
        self,
        name: str = DEFAULT_BUS,
        *,
        description: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> EventBus:
        """Change what is given; an empty description clears the old one."""
        async with self._lock:
            bus = self._registry.home(name).bus
            kept = bus.description if description is None else description or None
            return await self._registry.store_bus(
                self._modified(bus, description=kept, settings={**bus.settings, **(settings or {})})
            )

    @checked(name=BUS_NAME_OR_ARN)
    async def delete_event_bus(self, name: str) -> None:
        """Delete a bus that has no rules; one that is not there is gone already."""
        async with self._lock:
            home = self._registry.find(name)
            if home is None:
                return
            if home.bus.name == DEFAULT_BUS:
                raise refusals.default_bus_stays(DEFAULT_BUS)
            if home.names:
                raise refusals.bus_has_rules()
            await self._registry.delete_bus(home.bus.name)

    @checked()
    async def put_permission(
        self,
        event_bus_name: str = DEFAULT_BUS,
        *,
        action: str | None = None,
        principal: str | None = None,
        statement_id: str | None = None,
        condition: Condition | None = None,
        policy: str | None = None,
    ) -> None:
        """Add or replace a statement of a bus's policy; or, with `policy`, all of it.

        `principal` is an account, or `*` for everybody.
        """
        given = (action, principal, statement_id, condition)
        if policy is not None and any(each is not None for each in given):
            raise refusals.policy_combined()
        async with self._lock:
            bus = self._registry.home(event_bus_name).bus
            if policy is not None:
                text = policies.normalized(policy, self.place.root("{}"))
            else:
                root = self.place.root(principal) if principal not in (None, "*") else principal
                statement = policies.statement_of(bus.arn, root, statement_id, action, condition)
                text = policies.with_statement(bus.policy, statement)
            if len(text) > self.quotas.policy_characters:
                raise refusals.policy_too_long(self.quotas.policy_characters)
            await self._registry.store_bus(self._modified(bus, policy=text))

    @checked()
    async def remove_permission(
        self,
        event_bus_name: str = DEFAULT_BUS,
        *,
        statement_id: str | None = None,
        remove_all: bool = False,
    ) -> None:
        """Remove a statement of a bus's policy, or all."""
        if statement_id is None and not remove_all:
            raise refusals.missing("StatementId")
        async with self._lock:
            bus = self._registry.home(event_bus_name).bus
            left = None
            if statement_id is not None and not remove_all:
                left = policies.without_statement(bus.policy, statement_id)
            await self._registry.store_bus(self._modified(bus, policy=left))

    @checked(name=RULE_NAME, state=STATE, managed_by=Text())
    async def put_rule(
        self,
        name: str,
        *,
        event_bus_name: str = DEFAULT_BUS,
        event_pattern: str | None = None,
        schedule_expression: str | None = None,
        state: RuleState = RuleState.ENABLED,
        description: str | None = None,
        role_arn: str | None = None,
        tags: Tags | None = None,
        managed_by: str | None = None,
        force: bool = False,
    ) -> Rule:
        """Make a rule, or replace all of one but its targets and its tags."""
        async with self._lock:
            home = self._registry.home(event_bus_name)
            old = home.rule(name)
            if old is not None:
                check_managed(old, force=force)
            rule = Rule(
                name=name,
                bus=home.bus.name,
                arn=self.place.rule(home.bus.name, name),
                created_by=self.place.account,
                state=RuleState(state),
                event_pattern=event_pattern,
                schedule_expression=schedule_expression,
                description=description,
                role_arn=role_arn,
                managed_by=managed_by,
                tags=old.tags if old else with_tags({}, tags or {}, self.quotas),
                targets=old.targets if old else (),
            )
            pattern = check_rule(rule, self.quotas, self._check_schedule)
            home.check_room(rule, pattern, self.quotas)
            return await self._registry.store_rule(rule)

    @checked(name=RULE_NAME)
    async def describe_rule(self, name: str, *, event_bus_name: str = DEFAULT_BUS) -> Rule:
        """Return a rule."""
        return self._registry.rule(self._registry.home(event_bus_name), name)

    @checked(name_prefix=RULE_NAME)
    async def list_rules(
        self,
        *,
        event_bus_name: str = DEFAULT_BUS,
        name_prefix: str | None = None,
        limit: int | None = None,
        next_token: str | None = None,
    ) -> Page[Rule]:
        """Return rules of a bus by name; `limit` is 100 at most."""
        home = self._registry.home(event_bus_name)
        page = home.names.page(next_token, limit, name_prefix)
        return Page([self._registry.rule(home, name) for name in page.items], page.next_token)

    @checked(name=RULE_NAME)
    async def enable_rule(
        self, name: str, *, event_bus_name: str = DEFAULT_BUS, force: bool = False
    ) -> None:
        """Let a rule match; its state is plain ENABLED, whatever it was."""
        await self._set_state(name, event_bus_name, RuleState.ENABLED, force=force)

    @checked(name=RULE_NAME)
    async def disable_rule(
        self, name: str, *, event_bus_name: str = DEFAULT_BUS, force: bool = False
    ) -> None:
        """Let a rule match nothing; it keeps its targets."""
        await self._set_state(name, event_bus_name, RuleState.DISABLED, force=force)

    @checked(name=RULE_NAME)
    async def delete_rule(
        self, name: str, *, event_bus_name: str = DEFAULT_BUS, force: bool = False
    ) -> None:
        """Delete a rule that has no targets; one that is not there is gone already."""
        async with self._lock:
            home = self._registry.home(event_bus_name)
            rule = home.rule(name)
            if rule is None:
                return
            check_managed(rule, force=force)
            if rule.targets:
                raise refusals.rule_has_targets()
            await self._registry.delete_rule(rule)

    @checked()
    async def put_targets(
        self,
        rule: str,
        targets: Sequence[Mapping[str, Any]],
        *,
        event_bus_name: str = DEFAULT_BUS,
        force: bool = False,
    ) -> None:
        """Add targets, in AWS's members, to a rule; one of the same Id is replaced. All or none."""
        new = [Target.of(members) for members in targets]
        await self._change(
            rule, event_bus_name, lambda old: with_targets(old, new, self.quotas), force=force
        )

    @checked()
    async def remove_targets(
        self,
        rule: str,
        ids: Collection[str],
        *,
        event_bus_name: str = DEFAULT_BUS,
        force: bool = False,
    ) -> None:
        """Remove targets of a rule; those that are not there are gone already."""
        await self._change(rule, event_bus_name, lambda old: without_targets(old, ids), force=force)

    @checked()
    async def list_targets_by_rule(
        self,
        rule: str,
        *,
        event_bus_name: str = DEFAULT_BUS,
        limit: int | None = None,
        next_token: str | None = None,
    ) -> Page[Target]:
        """Return targets of a rule by id; `limit` is 100 at most."""
        targets = {
            target.id: target
            for target in self._registry.rule(self._registry.home(event_bus_name), rule).targets
        }
        page = Names(targets).page(next_token, limit)
        return Page([targets[each] for each in page.items], page.next_token)

    @checked()
    async def list_rule_names_by_target(
        self,
        target_arn: str,
        *,
        event_bus_name: str = DEFAULT_BUS,
        limit: int | None = None,
        next_token: str | None = None,
    ) -> Page[str]:
        """Return the names of a bus's rules that have a target with this ARN."""
        return self._registry.home(event_bus_name).rules_of(target_arn).page(next_token, limit)

    @checked()
    async def tag_resource(self, resource_arn: str, tags: Tags) -> None:
        """Add tags to a bus or rule, or give new values to those it has."""
        await self._retag(resource_arn, lambda old: with_tags(old, tags, self.quotas))

    @checked()
    async def untag_resource(self, resource_arn: str, keys: Collection[str]) -> None:
        """Take tags from a bus or rule; keys that it does not have are passed over."""
        await self._retag(resource_arn, lambda old: without_tags(old, keys))

    @checked()
    async def list_tags_for_resource(self, resource_arn: str) -> Tags:
        """Return the tags of a bus or rule, in the order in which their keys came."""
        return self._registry.resource(resource_arn).tags

    def _new_bus(self, name: str) -> EventBus:
        now = self.clock.now()
        return EventBus(name=name, arn=self.place.bus(name), created=now, modified=now)

    def _modified(self, bus: EventBus, **changes: Any) -> EventBus:
        return replace(bus, modified=self.clock.now(), **changes)

    async def _set_state(self, name: str, bus: str, state: RuleState, *, force: bool) -> None:
        await self._change(name, bus, lambda rule: replace(rule, state=state), force=force)

    async def _change(
        self, name: str, bus: str, change: Callable[[Rule], Rule], *, force: bool
    ) -> None:
        async with self._lock:
            rule = self._registry.rule(self._registry.home(bus), name)
            check_managed(rule, force=force)
            await self._registry.store_rule(change(rule))

    async def _retag(self, arn: str, change: Callable[[Tags], Tags]) -> None:
        async with self._lock:
            resource = self._registry.resource(arn)
            tags = change(resource.tags)
            if isinstance(resource, EventBus):
                await self._registry.store_bus(replace(resource, tags=tags))
            else:
                check_managed(resource, force=False)
                await self._registry.store_rule(replace(resource, tags=tags))
