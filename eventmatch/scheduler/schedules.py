"""The schedules of one account in one region, and their groups. Meaning: reference §4.4."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from eventmatch.bus.arn import Place
from eventmatch.bus.constraints import accept
from eventmatch.bus.model import Tags
from eventmatch.bus.paging import Names, Page
from eventmatch.bus.ports import AnyChange, Change, Records
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.registry import Beside, read_record, write_together
from eventmatch.bus.tags import with_tags, without_tags
from eventmatch.clock import Clock
from eventmatch.schedule.ports import ScheduleChange, Scheduled, ScheduleStore
from eventmatch.scheduler import refusals
from eventmatch.scheduler.firing import KIND, begun
from eventmatch.scheduler.model import (
    DEFAULT_GROUP,
    ActionAfterCompletion,
    Schedule,
    ScheduleGroup,
    ScheduleState,
)
from eventmatch.scheduler.request import arn_of, schedule_of
from eventmatch.scheduler.shapes import NAME

_GROUP: Final = "schedule-group"

Value = TypeVar("Value")


class Schedules:
    """Makes, changes and deletes schedules; what is made is durable, and fires, on return.

    An operation that raises has changed nothing: `ServiceError` for what AWS refuses, `StoreError`
    where it cannot be written. `expect` is told when a new schedule fires first. One lock keeps
    writers apart; readers need none.
    """

    def __init__(
        self,
        records: Records,
        store: ScheduleStore,
        *,
        place: Place,
        clock: Clock,
        expect: Callable[[float], None],
        quotas: Quotas,
    ) -> None:
        self._records = records
        self._store = store
        self._place = place
        self._clock = clock
        self._expect = expect
        self._quotas = quotas
        self._lock = asyncio.Lock()
        self._groups: dict[str, ScheduleGroup] = {}
        self._schedules: dict[str, Schedule] = {}
        self._names = Names()

    async def load(self) -> None:
        """Read all records, and make the default group if it is not there; to be called first."""
        async with self._lock:
            self._groups = await self._loaded(_GROUP, ScheduleGroup.from_record)
            self._schedules = await self._loaded(KIND, Schedule.from_record)
            self._names = Names(self._schedules)
            if DEFAULT_GROUP not in self._groups:
                await self._store_group(self._new_group(DEFAULT_GROUP, {}))
            await self._delete(await self._completed())

    async def current(self) -> None:
        """Return when what is being written is visible."""
        async with self._lock:
            pass

    def find(self, key: str) -> Schedule | None:
        """Return the schedule with that key; None if it is not there."""
        return self._schedules.get(key)

    async def create_schedule(
        self,
        name: str,
        *,
        schedule_expression: str,
        target: Mapping[str, Any],
        group_name: str = DEFAULT_GROUP,
        **members: Any,
    ) -> Schedule:
        """Make a schedule.

        `target` has AWS's members, and `members` are the others of CreateSchedule, in snake case:
        schedule_expression_timezone, flexible_time_window, start_date, end_date, state,
        action_after_completion, description, kms_key_arn.
        """
        given = {"schedule_expression": schedule_expression, "target": target, **members}
        async with self._lock:
            schedule = self._read(name, group_name, given)
            if schedule.key in self._schedules:
                raise refusals.schedule_exists(name)
            return await self._put(schedule, begun(schedule, self._clock.now()))

    async def update_schedule(
        self,
        name: str,
        *,
        schedule_expression: str,
        target: Mapping[str, Any],
        group_name: str = DEFAULT_GROUP,
        **members: Any,
    ) -> Schedule:
        """Replace all of a schedule, with the arguments of `create_schedule`.

        It goes on as it was if it is to fire at the same times, and begins anew otherwise.
        """
        given = {"schedule_expression": schedule_expression, "target": target, **members}
        async with self._lock:
            old = self._schedule(name, group_name)
            new = replace(self._read(name, group_name, given), created=old.created)
            if new.timing == old.timing:
                return await self._put(new)
            return await self._put(new, begun(new, self._clock.now()))

    async def get_schedule(self, name: str, *, group_name: str = DEFAULT_GROUP) -> Schedule:
        """Return a schedule."""
        return self._schedule(name, group_name)

    async def delete_schedule(self, name: str, *, group_name: str = DEFAULT_GROUP) -> None:
        """Delete a schedule; what it has fired already is still delivered."""
        async with self._lock:
            await self._delete([self._schedule(name, group_name)])

    async def list_schedules(
        self,
        *,
        group_name: str | None = None,
        name_prefix: str = "",
        state: ScheduleState | None = None,
        limit: int | None = None,
        next_token: str | None = None,
    ) -> Page[Schedule]:
        """Return schedules by group and name; `limit` is 100 at most."""
        if group_name is not None:
            self._group(group_name)
        found = {
            each.key: each
            for each in map(self._schedules.__getitem__, self._names)
            if group_name in (None, each.group)
            and each.name.startswith(name_prefix)
            and state in (None, each.state)
        }
        page = Names(found).page(next_token, limit)
        return Page([found[key] for key in page.items], page.next_token)

    async def create_schedule_group(self, name: str, *, tags: Tags | None = None) -> ScheduleGroup:
        """Make a group."""
        accept(NAME, name, "name")
        async with self._lock:
            if name in self._groups:
                raise refusals.group_exists(name)
            return await self._store_group(self._new_group(name, tags or {}))

    async def get_schedule_group(self, name: str) -> ScheduleGroup:
        """Return a group."""
        return self._group(name)

    async def delete_schedule_group(self, name: str) -> None:
        """Delete a group with all its schedules."""
        if name == DEFAULT_GROUP:
            raise refusals.default_group_stays()
        async with self._lock:
            self._group(name)
            own = [each for each in self._schedules.values() if each.group == name]
            gone = Beside([Change(_GROUP, name, None)], lambda: self._groups.pop(name))
            await self._delete(own, gone)

    async def list_schedule_groups(
        self,
        *,
        name_prefix: str | None = None,
        limit: int | None = None,
        next_token: str | None = None,
    ) -> Page[ScheduleGroup]:
        """Return groups by name; `limit` is 100 at most."""
        page = Names(self._groups).page(next_token, limit, name_prefix)
        return Page([self._groups[name] for name in page.items], page.next_token)

    async def tag_resource(self, resource_arn: str, tags: Tags) -> None:
        """Add tags to a group, or give new values to those it has."""
        await self._retag(resource_arn, lambda old: with_tags(old, tags, self._quotas))

    async def untag_resource(self, resource_arn: str, keys: Collection[str]) -> None:
        """Take tags from a group; keys that it does not have are passed over."""
        await self._retag(resource_arn, lambda old: without_tags(old, keys))

    async def list_tags_for_resource(self, resource_arn: str) -> Tags:
        """Return the tags of a group, in the order in which their keys came."""
        return self._group_with(resource_arn).tags

    async def complete(self, scheduled: Scheduled) -> None:
        """Take note that a schedule has fired for the last time: some are deleted then."""
        async with self._lock:
            schedule = self._schedules.get(scheduled.key)
            # It may have been made anew meanwhile.
            is_over = await self._store.find(KIND, scheduled.key) is None
            if schedule is not None and is_over and _goes(schedule):
                await self._delete([schedule])

    async def _loaded(self, kind: str, read: Callable[[bytes], Value]) -> dict[str, Value]:
        records = await self._records.load(kind)
        return {key: read_record(read, key, record) for key, record in records.items()}

    def _read(self, name: str, group: str, given: Mapping[str, Any]) -> Schedule:
        schedule = schedule_of(name, group, given, self._place, self._clock.now())
        self._group(group)
        return schedule

    def _schedule(self, name: str, group: str) -> Schedule:
        schedule = self._schedules.get(f"{group}/{name}")
        if schedule is None:
            raise refusals.no_schedule(name)
        return schedule

    def _group(self, name: str) -> ScheduleGroup:
        group = self._groups.get(name)
        if group is None:
            raise refusals.no_group(name)
        return group

    def _group_with(self, arn: str) -> ScheduleGroup:
        start = arn_of(self._place, "schedule-group/")
        if not arn.startswith(start):
            raise refusals.bad_arn(arn)
        return self._group(arn.removeprefix(start))

    async def _retag(self, arn: str, change: Callable[[Tags], Tags]) -> None:
        async with self._lock:
            group = self._group_with(arn)
            changed = replace(group, tags=change(group.tags), modified=self._clock.now())
            await self._store_group(changed)

    def _new_group(self, name: str, tags: Tags) -> ScheduleGroup:
        now = self._clock.now()
        arn = arn_of(self._place, f"schedule-group/{name}")
        return ScheduleGroup(
            name=name, arn=arn, created=now, modified=now, tags=with_tags({}, tags, self._quotas)
        )

    async def _completed(self) -> list[Schedule]:
        """Return schedules that have fired for the last time, and were to go then."""
        left = await self._store.keys(KIND)
        some = [each for each in self._schedules.values() if _goes(each) and each.key not in left]
        return [each for each in some if begun(each, each.modified) is not None]

    async def _put(self, schedule: Schedule, *begun: Scheduled | None) -> Schedule:
        """Write a schedule, and how it begins, if that is given; return it."""
        changes: list[AnyChange] = [Change(KIND, schedule.key, schedule.to_record())]
        changes += [ScheduleChange(KIND, schedule.key, one) for one in begun]
        await write_together(self._records, Beside(changes, lambda: self._keep(schedule, *begun)))
        return schedule

    def _keep(self, schedule: Schedule, *begun: Scheduled | None) -> None:
        self._schedules[schedule.key] = schedule
        self._names.add(schedule.key)
        for one in begun:
            if one is not None:
                self._expect(one.next)

    async def _delete(self, schedules: Sequence[Schedule], *beside: Beside) -> None:
        keys = [each.key for each in schedules]
        changes: list[AnyChange] = [Change(KIND, key, None) for key in keys]
        changes += [ScheduleChange(KIND, key, None) for key in keys]
        await write_together(self._records, Beside(changes, lambda: self._forget(keys)), *beside)

    def _forget(self, keys: Sequence[str]) -> None:
        for key in keys:
            del self._schedules[key]
            self._names.discard(key)

    async def _store_group(self, group: ScheduleGroup) -> ScheduleGroup:
        def publish() -> None:
            self._groups[group.name] = group

        changes = [Change(_GROUP, group.name, group.to_record())]
        await write_together(self._records, Beside(changes, publish))
        return group


def _goes(schedule: Schedule) -> bool:
    return schedule.action_after_completion is ActionAfterCompletion.DELETE
