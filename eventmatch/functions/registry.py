"""The functions that there are: looked up in memory, written durably, then visible."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from eventmatch.bus.arn import Place
from eventmatch.bus.ports import Change, Records
from eventmatch.bus.registry import Beside, read_record, to_the_end, write_together
from eventmatch.clock import Clock
from eventmatch.functions import refusals
from eventmatch.functions.code import ARCHIVE, Snapshot
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.model import LATEST, CodeKind, Version
from eventmatch.functions.names import Reference, function_arn, reference
from eventmatch.functions.ports import Runner
from eventmatch.functions.shapes import NEW_NAME, accept
from eventmatch.functions.state import (
    FUNCTION,
    VERSION,
    Function,
    changes,
    read_function,
    read_version,
)
from eventmatch.jsontext import read_plain, write_plain

# Numbers of versions are not used again, even by another function of the name.
_LAST_NUMBER: Final = "function-last-number"


class Registry:
    """Functions in memory and, the same, in records.

    Whoever writes holds `lock`. What cannot be written (`StoreError`) is not changed in memory.
    What no longer runs is retired, and what is to be kept ready is provisioned, after that.
    """

    def __init__(
        self,
        records: Records,
        *,
        place: Place,
        clock: Clock,
        new_id: Callable[[], str],
        runner: Runner,
        limits: LambdaLimits,
    ) -> None:
        self.records = records
        self.place = place
        self.clock = clock
        self.new_id = new_id
        self.runner = runner
        self.limits = limits
        self.lock = asyncio.Lock()
        self._functions: dict[str, Function] = {}
        self._last_numbers: dict[str, int] = {}
        self.code_size = 0
        """The bytes of the code of all versions."""

    async def load(self) -> None:
        """Take everything from the records; raises `StoreError` for one that says nothing."""
        published = defaultdict[str, dict[str, Version]](dict)
        for key, record in (await self.records.load(VERSION)).items():
            version = read_record(read_version, key, record)
            published[version.function][version.number] = version
        self._functions = {
            key: replace(read_record(read_function, key, record), versions=published[key])
            for key, record in sorted((await self.records.load(FUNCTION)).items())
        }
        self._last_numbers = {
            key: read_record(_number, key, record)
            for key, record in (await self.records.load(_LAST_NUMBER)).items()
        }
        self.code_size = sum(map(_code_size, self._functions.values()))

    def __iter__(self) -> Iterator[Function]:
        """Return the functions by name."""
        return iter(sorted(self._functions.values(), key=lambda function: function.name))

    def named(self, function: str, qualifier: str | None = None) -> Reference:
        """Return what is meant by a name, partial ARN or ARN, and a qualifier beside it."""
        return reference(self.place, function, qualifier)

    def find(self, name: str) -> Function | None:
        """Return a function by its bare name; None if it is not there."""
        return self._functions.get(name)

    def function(self, name: Reference) -> Function:
        """Return a function; raises `LambdaError` if it is not there."""
        found = self._functions.get(name.name)
        if found is None:
            raise refusals.no_function(function_arn(self.place, name.name, name.qualifier))
        return found

    def new_name(self, function: str) -> str:
        """Return the bare name of a function to be; raises `LambdaError` for one that has more."""
        name = self.named(function)
        accept(NEW_NAME, name.name, "functionName")
        if name.qualifier is not None:
            raise refusals.functions_only()
        return name.name

    def unqualified(self, function: str) -> Function:
        """Return a function that is named without a qualifier; raises `LambdaError`."""
        name = self.named(function)
        if name.qualifier is not None:
            raise refusals.functions_only()
        return self.function(name)

    def changeable(self, function: str) -> Function:
        """Return a function that is named as a whole, or as $LATEST; raises `LambdaError`."""
        name = self.named(function)
        if name.target != LATEST:
            raise refusals.functions_only()
        return self.function(name)

    def behind(self, name: Reference) -> Version:
        """Return the version that is named, or to which an alias points; raises `LambdaError`."""
        function = self.function(name)
        version = function.behind(name.target)
        if version is None:
            raise refusals.no_function(function.qualified(name.target))
        return version

    def last_number(self, name: str) -> int:
        """Return the last number that a version of a function of that name had, or 0."""
        return self._last_numbers.get(name, 0)

    def unclaimed(self, leaving_out: Function | None = None) -> int:
        """Return the account's concurrency that no function, but for one, has for itself."""
        claimed = sum(each.claimed for each in self if each is not leaving_out)
        return self.limits.concurrent_executions - claimed

    def check_storage(self, added: Snapshot) -> None:
        """Raise `LambdaError` where there is no room for more code."""
        if self.code_size + added.code.size > self.limits.storage_bytes:
            raise refusals.storage_exceeded()

    async def put(self, new: Function, added: Snapshot | None = None) -> Function:
        """Add a function, or replace the one of its name; `added` is code that comes with it."""
        old = self.find(new.name)
        archives = self._archives(old, new, added)

        def publish() -> None:
            self._functions[new.name] = new
            self.code_size += _code_size(new) - (_code_size(old) if old else 0)

        written = Beside([*changes(old, new), *archives], publish)
        await to_the_end(self._change(old, new, written))
        return new

    async def delete(self, old: Function) -> None:
        """Forget a function with all that belongs to it."""
        last = max(old.last_number, self.last_number(old.name))
        number = Change(_LAST_NUMBER, old.name, write_plain(last))

        def publish() -> None:
            del self._functions[old.name]
            self.code_size -= _code_size(old)
            self._last_numbers[old.name] = last

        gone = [*changes(old, None), *self._archives(old, None, None), number]
        await to_the_end(self._change(old, None, Beside(gone, publish)))

    async def resume(self) -> None:
        """Provision what is to be kept ready."""
        for function in self:
            await self._provision(function, function.to_provision)

    async def _change(self, old: Function | None, new: Function | None, written: Beside) -> None:
        await write_together(self.records, written)
        if old is not None:
            await self._settle(old, new)

    def _archives(
        self, old: Function | None, new: Function | None, added: Snapshot | None
    ) -> Iterable[Change]:
        """Return which archives come and go together with a function."""
        gone = _archives_of([old] if old else []) - _archives_of([new] if new else [])
        if gone:
            gone -= _archives_of(each for each in self if each is not old)
        yield from (Change(ARCHIVE, sha256, None) for sha256 in sorted(gone))
        if added is not None and added.archive is not None:
            yield Change(ARCHIVE, added.code.sha256, added.archive)

    async def _settle(self, old: Function, new: Function | None) -> None:
        """Tell the runner what became of a function."""
        before, after = old.to_provision, new.to_provision if new else {}
        await self._provision(old, {number: 0 for number in before if number not in after})
        if new is None:
            await self.runner.retire(old.name)
            return
        for version in old.all_versions:
            still = new.version(version.number)
            if still is None or still.revision != version.revision:
                await self.runner.retire(old.name, version.number)
        await self._provision(new, dict(after.items() - before.items()))

    async def _provision(self, function: Function, counts: Mapping[str, int]) -> None:
        for number, count in counts.items():
            version = function.version(number)
            if version is not None:
                await self.runner.provision(version, count)


def _code_size(function: Function) -> int:
    versions = function.versions.values()
    return function.latest.code.size + sum(version.code.size for version in versions)


def _archives_of(functions: Iterable[Function]) -> set[str]:
    return {
        version.code.sha256
        for function in functions
        for version in function.all_versions
        if version.code.kind is CodeKind.ARCHIVE
    }


def _number(record: bytes) -> int:
    number = read_plain(record)
    if not isinstance(number, int):
        raise TypeError("it is no number")
    return number
