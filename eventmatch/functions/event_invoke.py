"""What becomes of asynchronous invocations, as it is configured. Reference §6.2, §6.4."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from eventmatch.bus.arn import Arn
from eventmatch.functions import refusals
from eventmatch.functions.arguments import checked
from eventmatch.functions.model import EventInvokeConfig
from eventmatch.functions.names import Reference
from eventmatch.functions.paging import Page, page
from eventmatch.functions.registry import Registry
from eventmatch.functions.state import Function
from eventmatch.functions.versions import without

KnownDestination = Callable[[str], bool]
"""Tells whether there is something with an ARN."""

Configured = tuple[str, EventInvokeConfig]
"""A configuration, and the qualified ARN of what has it."""

_ON_SUCCESS: Final = frozenset(("sqs", "sns", "lambda", "events"))
_ON_FAILURE: Final = _ON_SUCCESS | {"s3"}


class EventInvokeConfigs:
    """The configurations of functions, versions and aliases; none is inherited."""

    def __init__(self, registry: Registry, known_destination: KnownDestination) -> None:
        self._registry = registry
        self._known_destination = known_destination

    @checked()
    async def put_function_event_invoke_config(
        self,
        function_name: str,
        *,
        qualifier: str | None = None,
        maximum_retry_attempts: int | None = None,
        maximum_event_age_in_seconds: int | None = None,
        destination_config: Mapping[str, Any] | None = None,
    ) -> Configured:
        """Replace all of a configuration."""
        told = _told(maximum_retry_attempts, maximum_event_age_in_seconds, destination_config)
        async with self._registry.lock:
            name, function = self._function(function_name, qualifier)
            return await self._put(name, function, EventInvokeConfig(last_modified=0.0), told)

    @checked()
    async def update_function_event_invoke_config(
        self,
        function_name: str,
        *,
        qualifier: str | None = None,
        maximum_retry_attempts: int | None = None,
        maximum_event_age_in_seconds: int | None = None,
        destination_config: Mapping[str, Any] | None = None,
    ) -> Configured:
        """Change what is given of a configuration."""
        told = _told(maximum_retry_attempts, maximum_event_age_in_seconds, destination_config)
        async with self._registry.lock:
            name, function = self._function(function_name, qualifier)
            return await self._put(name, function, _config(name, function), told)

    @checked()
    async def get_function_event_invoke_config(
        self, function_name: str, *, qualifier: str | None = None
    ) -> Configured:
        """Return a configuration."""
        name, function = self._function(function_name, qualifier)
        return function.qualified(name.target), _config(name, function)

    @checked()
    async def delete_function_event_invoke_config(
        self, function_name: str, *, qualifier: str | None = None
    ) -> None:
        """Delete a configuration, so that the usual one counts."""
        async with self._registry.lock:
            name, function = self._function(function_name, qualifier)
            _config(name, function)
            left = without(function.event_invoke_configs, name.target)
            await self._registry.put(replace(function, event_invoke_configs=left))

    @checked()
    async def list_function_event_invoke_configs(
        self, function_name: str, *, marker: str | None = None, max_items: int | None = None
    ) -> Page[Configured]:
        """Return the configurations of a function by qualifier."""
        _, function = self._function(function_name, None)
        found = [
            (function.qualified(qualifier), config)
            for qualifier, config in function.event_invoke_configs.items()
        ]
        return page(found, lambda each: each[0], marker, max_items)

    def _function(self, function: str, qualifier: str | None) -> tuple[Reference, Function]:
        name = self._registry.named(function, qualifier)
        found = self._registry.find(name.name)
        if found is None or found.behind(name.target) is None:
            raise refusals.no_event_invoke_function()
        return name, found

    async def _put(
        self, name: Reference, function: Function, old: EventInvokeConfig, told: Mapping[str, Any]
    ) -> Configured:
        for member, services in (("on_success", _ON_SUCCESS), ("on_failure", _ON_FAILURE)):
            if told.get(member):
                self._check_destination(function, told[member], services)
        now = self._registry.clock.now()
        config = replace(old, last_modified=now, **told)
        configs = {**function.event_invoke_configs, name.target: config}
        await self._registry.put(replace(function, event_invoke_configs=configs))
        return function.qualified(name.target), config

    def _check_destination(self, function: Function, arn: str, services: frozenset[str]) -> None:
        parsed = Arn.parse(arn)
        if parsed is None or parsed.service not in services or arn.endswith(".fifo"):
            raise refusals.bad_destination(arn)
        if arn == function.arn or arn.startswith(f"{function.arn}:"):
            raise refusals.destination_is_itself()
        if not self._known_destination(arn):
            raise refusals.bad_destination(arn)


def _config(name: Reference, function: Function) -> EventInvokeConfig:
    config = function.event_invoke_configs.get(name.target)
    if config is None:
        raise refusals.no_event_invoke_config(function.qualified(name.target))
    return config


def _told(
    attempts: int | None, age: int | None, destinations: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the members of a configuration that are given; raises `LambdaError` for none."""
    if attempts is None and age is None and destinations is None:
        raise refusals.empty_event_invoke_config()
    told = {"maximum_retry_attempts": attempts, "maximum_event_age": age}
    given: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
    for member, name in (("OnSuccess", "on_success"), ("OnFailure", "on_failure")):
        if destinations is not None and member in destinations:
            given[name] = destinations[member].get("Destination") or None
    return given
