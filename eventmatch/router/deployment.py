"""The functions of a configuration, with their roles, versions, policies and mappings.

What is as the configuration says is left alone: its environments are kept.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from eventmatch.errors import ConfigurationError
from eventmatch.functions.code import snapshot, source_at
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import LATEST, EventInvokeConfig, Version
from eventmatch.functions.model import Configuration as FunctionConfiguration
from eventmatch.functions.plane import Functions
from eventmatch.router.parts import refuse_store
from eventmatch.router.short_names import ShortNames
from eventmatch.store.port import Store

_INVOKE: Final = "lambda:InvokeFunction"
_NO_STATEMENT_ID: Final = re.compile(r"[^a-zA-Z0-9-_]")

Members = Mapping[str, Any]


class Deployment:
    """Puts the functions of a configuration in place; `folder` is where its paths begin.

    Raises `LambdaError` for what Lambda refuses, and `ConfigurationError`.
    """

    def __init__(self, functions: Functions, names: ShortNames, folder: Path, store: Store) -> None:
        self._functions = functions
        self._names = names
        self._folder = folder
        self._store = store

    async def put_role(self, name: str, members: Members) -> None:
        """Describe a role, or replace the one of the name."""
        actions, resources = _texts(members["Action"]), _texts(members.get("Resource", "*"))
        await self._functions.put_role(name, actions=actions, resources=resources)

    async def put_function(self, name: str, members: Members) -> None:
        """Create a function, or make it what the configuration says."""
        code, configuration = self._code(name, members), self._configuration(name, members)
        latest = self._version(name)
        if latest is None:
            await self._functions.create_function(name, code=code, **configuration)
        else:
            await self._update(name, latest, code, configuration)
        await self._reserve(name, members.get("ReservedConcurrentExecutions"))
        if alias := members.get("AutoPublishAlias"):
            await self._publish(name, alias)
        await self._provision(name, alias, members.get("ProvisionedConcurrencyConfig"))

    async def put_event_invoke_config(self, name: str, members: Members) -> None:
        """Say what becomes of asynchronous invocations; all destinations must be there."""
        qualifier = members.get("AutoPublishAlias", LATEST)
        before = self._functions.event_invoke_config(name, qualifier)
        told = members.get("EventInvokeConfig")
        if told is None:
            if before is not None:
                await self._functions.delete_function_event_invoke_config(name, qualifier=qualifier)
            return
        destinations = self._names.destinations(told.get("DestinationConfig", {}))
        wanted = _event_invoke_config(told, destinations)
        if before is None or replace(before, last_modified=0.0) != wanted:
            await self._functions.put_function_event_invoke_config(
                name,
                qualifier=qualifier,
                maximum_retry_attempts=wanted.maximum_retry_attempts,
                maximum_event_age_in_seconds=wanted.maximum_event_age,
                destination_config=destinations,
            )

    async def permit(self, source: str, functions: Iterable[str]) -> None:
        """Let the rule or topic with that ARN invoke functions, by their names with qualifiers."""
        for function in functions:
            name, _, qualifier = function.partition(":")
            try:
                await self._functions.add_permission(
                    name,
                    statement_id=_statement_id(source),
                    action=_INVOKE,
                    principal=f"{source.split(':')[2]}.amazonaws.com",
                    source_arn=source,
                    qualifier=qualifier or None,
                )
            except LambdaError as error:
                if error.code is not LambdaCode.RESOURCE_CONFLICT:  # it has it already
                    raise

    def _version(self, name: str) -> Version | None:
        try:
            return self._functions.resolve(name).version
        except LambdaError as error:
            if error.code is not LambdaCode.RESOURCE_NOT_FOUND:
                raise
            return None

    async def _update(
        self, name: str, latest: Version, code: Members, configuration: Mapping[str, Any]
    ) -> None:
        limits = (await self._functions.get_account_settings()).limits
        if (await asyncio.to_thread(snapshot, code, limits)).code != latest.code:
            await self._functions.update_function_code(name, code=code)
        if _told(configuration, latest.configuration) != latest.configuration:
            await self._functions.update_function_configuration(name, **configuration)

    def _code(self, name: str, members: Members) -> dict[str, Any]:
        if "Callable" in members:
            return {"Callable": name}
        path = self._folder / members["CodeUri"]
        try:
            refuse_store(path, self._store)
            return source_at(path)
        except OSError as error:
            text = f"{path}: {(error.strerror or str(error)).lower()}"
            raise ConfigurationError("", text) from error
        except ValueError as error:
            raise ConfigurationError("", str(error)) from error

    def _configuration(self, name: str, members: Members) -> dict[str, Any]:
        """Return all of a configuration, so that what is not told gets its default again."""
        letters = members.get("DeadLetterConfig")
        return {
            "handler": members.get("Handler", _NO_HANDLER if "Callable" in members else None),
            "role": members.get("Role") or self._role(name),
            "runtime": members.get("Runtime", _USUAL.runtime),
            "description": members.get("Description", ""),
            "timeout": members.get("Timeout", _USUAL.timeout),
            "memory_size": members.get("MemorySize", _USUAL.memory_size),
            "ephemeral_storage": members.get(
                "EphemeralStorage", {"Size": _USUAL.ephemeral_storage}
            ),
            "environment": {"Variables": members.get("Environment", {}).get("Variables", {})},
            "dead_letter_config": self._names.dead_letters(letters or {"TargetArn": ""}),
        }

    def _role(self, name: str) -> str:
        place = self._functions.place
        return f"arn:{place.partition}:iam::{place.account}:role/{name}"

    async def _reserve(self, name: str, reserved: int | None) -> None:
        if reserved == self._functions.reserved(name):
            return
        if reserved is None:
            await self._functions.delete_function_concurrency(name)
        else:
            await self._functions.put_function_concurrency(
                name, reserved_concurrent_executions=reserved
            )

    async def _publish(self, name: str, alias: str) -> None:
        """Publish what has changed, and let the alias point to it."""
        number = (await self._functions.publish_version(name)).number
        try:
            before = await self._functions.get_alias(name, name=alias)
        except LambdaError as error:
            if error.code is not LambdaCode.RESOURCE_NOT_FOUND:
                raise
            await self._functions.create_alias(name, name=alias, function_version=number)
            return
        if (before.version, before.weights) != (number, {}):
            await self._functions.update_alias(
                name, name=alias, function_version=number, routing_config={}
            )

    async def _provision(self, name: str, alias: str | None, members: Members | None) -> None:
        """Provide environments for the alias alone: one of before may have the same version."""
        wanted = {alias: members["ProvisionedConcurrentExecutions"]} if alias and members else {}
        found = await self._functions.list_provisioned_concurrency_configs(name)
        before = {each.arn.rpartition(":")[2]: each.provisioned.requested for each in found.items}
        for qualifier in before.keys() - wanted.keys():
            await self._functions.delete_provisioned_concurrency_config(name, qualifier=qualifier)
        for qualifier, number in wanted.items():
            if before.get(qualifier) != number:
                await self._functions.put_provisioned_concurrency_config(
                    name, qualifier=qualifier, provisioned_concurrent_executions=number
                )


_USUAL: Final = FunctionConfiguration(handler="", role="")
# What has a callable has no handler that anybody looks for.
_NO_HANDLER: Final = "callable"


def _told(given: Members, latest: FunctionConfiguration) -> FunctionConfiguration:
    """Return the configuration that is asked for; what is kept and shown only stays."""
    return replace(
        latest,
        handler=given["handler"],
        role=given["role"],
        runtime=given["runtime"],
        description=given["description"],
        timeout=given["timeout"],
        memory_size=given["memory_size"],
        ephemeral_storage=given["ephemeral_storage"]["Size"],
        environment=given["environment"]["Variables"],
        dead_letters=given["dead_letter_config"]["TargetArn"] or None,
    )


def _event_invoke_config(members: Members, destinations: Members) -> EventInvokeConfig:
    return EventInvokeConfig(
        last_modified=0.0,
        maximum_retry_attempts=members.get("MaximumRetryAttempts"),
        maximum_event_age=members.get("MaximumEventAgeInSeconds"),
        on_success=destinations.get("OnSuccess", {}).get("Destination"),
        on_failure=destinations.get("OnFailure", {}).get("Destination"),
    )


def _statement_id(source: str) -> str:
    """Return a statement id for a rule or topic, the same each time and readable."""
    name = _NO_STATEMENT_ID.sub("-", source.split(":", 5)[5])
    digest = hashlib.sha256(source.encode()).hexdigest()[:12]
    return f"{name[:65]}-{digest}"


def _texts(told: str | list[str]) -> list[str]:
    return [told] if isinstance(told, str) else told
