"""The buses and rules that there are: looked up in memory, written durably, then visible."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from eventmatch.bus import refusals
from eventmatch.bus.arn import Arn, Place, bare_name
from eventmatch.bus.model import EventBus, Rule
from eventmatch.bus.ports import AnyChange, Change, Records
from eventmatch.bus.state import Buses, BusState
from eventmatch.bus.targets import describe
from eventmatch.errors import PatternError, StoreCode, StoreError

Lane = Callable[[bytes], Awaitable[int]]
"""Returns the number of the lane with a description, as `DeliveryStore.lane` does."""

_BUS: Final = "event-bus"
_RULE: Final = "rule"

Value = TypeVar("Value")


class Beside(NamedTuple):
    """Changes that are written together with others, and what makes them visible."""

    changes: Sequence[AnyChange]
    publish: Callable[[], object]


NOTHING: Final = Beside((), lambda: None)

Watcher = Callable[[Rule | None, Rule | None], Beside]
"""Returns what is written together with a rule, by how it was and how it will be; None is gone."""


class Registry:
    """Buses and rules in memory and, the same, in records.

    Whoever writes holds `lock`. What cannot be written (`StoreError`) is not changed in memory.
    """

    def __init__(self, records: Records, lane: Lane, place: Place) -> None:
        self.place = place
        self.lock = asyncio.Lock()
        self.buses = Buses()
        self._records = records
        self._lane = lane
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """Ask the watcher whenever a rule is made, replaced or deleted."""
        self._watchers.append(watcher)

    async def load(self) -> None:
        """Take everything from the records; raises `StoreError` for one that says nothing."""
        buses = Buses()
        for key, record in sorted((await self._records.load(_BUS)).items()):
            buses.put(read_record(EventBus.from_record, key, record))
        for key, record in sorted((await self._records.load(_RULE)).items()):
            rule = read_record(Rule.from_record, key, record)
            _put(buses.get(rule.bus), rule, await self._lanes(rule))
        self.buses = buses

    def find(self, name_or_arn: str) -> BusState | None:
        """Return a bus, or None if it is not there."""
        return self.buses.get(self.place.name_of("event-bus", name_or_arn))

    def home(self, name_or_arn: str) -> BusState:
        """Return a bus; raises `ServiceError` if it is not there."""
        home = self.find(name_or_arn)
        if home is None:
            raise refusals.no_bus(bare_name(name_or_arn))
        return home

    def rule(self, home: BusState, name: str) -> Rule:
        """Return a rule of a bus; raises `ServiceError` if it is not there."""
        rule = home.rule(name)
        if rule is None:
            raise refusals.no_rule(name, home.bus.name)
        return rule

    def resource(self, arn: str) -> EventBus | Rule:
        """Return the bus or rule with that ARN; raises `ServiceError` if it is not there."""
        named = self.place.rule_of(arn)
        if named is not None:
            return self.rule(self.home(named.bus), named.name)
        parsed = Arn.parse(arn)
        if parsed is None or not parsed.resource.startswith("event-bus/"):
            raise refusals.bad_arn(arn)
        return self.home(arn).bus

    async def store_bus(self, bus: EventBus) -> EventBus:
        """Add a bus, or replace the one of its name; return it."""
        change = Change(_BUS, bus.name, bus.to_record())
        await self.write(Beside([change], lambda: self.buses.put(bus)))
        return bus

    async def store_rule(self, rule: Rule, beside: Beside = NOTHING) -> Rule:
        """Add a rule, or replace the one of its name on its bus; return it."""
        home, lanes = self.home(rule.bus), await self._lanes(rule)
        change = Change(_RULE, rule.key, rule.to_record())
        watched = self._watched(home.rule(rule.name), rule)
        await self.write(Beside([change], lambda: home.put(rule, lanes)), beside, *watched)
        return rule

    async def delete_bus(self, name: str) -> None:
        """Forget a bus that has no rules."""
        change = Change(_BUS, name, None)
        await self.write(Beside([change], lambda: self.buses.remove(name)))

    async def delete_rule(self, rule: Rule, beside: Beside = NOTHING) -> None:
        """Forget a rule with its targets."""
        home = self.home(rule.bus)
        change = Change(_RULE, rule.key, None)
        watched = self._watched(rule, None)
        await self.write(Beside([change], lambda: home.remove(rule.name)), beside, *watched)

    async def write(self, *parts: Beside) -> None:
        """Write all changes, or none, and then make them visible."""
        await write_together(self._records, *parts)

    def _watched(self, old: Rule | None, new: Rule | None) -> Sequence[Beside]:
        return [watcher(old, new) for watcher in self._watchers]

    async def _lanes(self, rule: Rule) -> tuple[int, ...]:
        return tuple([await self._lane(describe(rule, target)) for target in rule.targets])


async def write_together(records: Records, *parts: Beside) -> None:
    """Write all changes, or none, and then make them visible, also if the caller gives up."""

    async def write() -> None:
        await records.write([change for part in parts for change in part.changes])
        for part in parts:
            part.publish()

    await to_the_end(write())


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Finish the work even if the caller gives up: a write and its publication go together."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        task.exception()
        raise


def read_record(read: Callable[[bytes], Value], key: str, record: bytes) -> Value:
    """Return what a record tells; raises `StoreError` for one that says nothing."""
    try:
        return read(record)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _corrupt(key, f"{type(error).__name__}: {error}") from error


def _put(home: BusState | None, rule: Rule, lanes: tuple[int, ...]) -> None:
    if home is None:
        raise _corrupt(rule.key, f"there is no bus {rule.bus}")
    try:
        home.put(rule, lanes)
    except PatternError as error:
        raise _corrupt(rule.key, str(error)) from error


def _corrupt(key: str, reason: str) -> StoreError:
    return StoreError(StoreCode.CORRUPT, f'the record "{key}" says nothing sensible: {reason}')
