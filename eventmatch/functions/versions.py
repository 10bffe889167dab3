"""Versions of a function: what is published, and what may be deleted. Reference §6.6. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from eventmatch.functions import refusals
from eventmatch.functions.model import LATEST, Version
from eventmatch.functions.state import Function

Value = TypeVar("Value")


def published(
    function: Function, description: str | None, now: float, new_id: Callable[[], str]
) -> tuple[Function, Version]:
    """Return the function with its code and configuration as a version, and that version.

    It is the one that is there where nothing has changed since.
    """
    last = function.versions.get(str(function.last_number))
    if last is not None and _is_alike(function.latest, function.published):
        return function, last
    number = str(function.last_number + 1)
    configuration = function.latest.configuration
    if description is not None:
        configuration = replace(configuration, description=description)
    version = replace(
        function.latest,
        number=number,
        configuration=configuration,
        revision=new_id(),
        last_modified=now,
    )
    changed = replace(
        function,
        published=function.latest,
        last_number=function.last_number + 1,
        versions={**function.versions, number: version},
    )
    return changed, version


def _is_alike(latest: Version, published: Version | None) -> bool:
    return published is not None and (latest.code, latest.configuration) == (
        published.code,
        published.configuration,
    )


def check_code(latest: Version, code_sha256: str | None, revision_id: str | None) -> None:
    """Raise `LambdaError` where the caller knows other code, or another revision."""
    if code_sha256 and code_sha256 != latest.code.sha256:
        raise refusals.other_code(code_sha256, latest.code.sha256)
    check_revision(latest.revision, revision_id, "GetFunction")


def check_revision(current: str, given: str | None, operation: str) -> None:
    """Raise `LambdaError` where the caller knows another revision."""
    if given and given != current:
        raise refusals.other_revision(operation)


def without_version(function: Function, number: str) -> Function:
    """Return the function without a version; raises `LambdaError` where it is still needed."""
    if number == LATEST:
        raise refusals.latest_stays()
    if number in function.aliases:
        raise refusals.alias_is_no_version()
    if number not in function.versions:
        raise refusals.no_function(function.qualified(number))
    users = [
        alias.name
        for alias in function.aliases.values()
        if number == alias.version or number in alias.weights
    ]
    if users:
        raise refusals.version_in_use(number, users)
    left = without_qualifier(function, number)
    return replace(left, versions=without(function.versions, number))


def without_qualifier(function: Function, qualifier: str) -> Function:
    """Return the function without what belongs to a version or an alias."""
    return replace(
        function,
        provisioned=without(function.provisioned, qualifier),
        event_invoke_configs=without(function.event_invoke_configs, qualifier),
        policies=without(function.policies, qualifier),
    )


def without(values: Mapping[str, Value], name: str) -> dict[str, Value]:
    """Return a map without one of its names."""
    return {other: value for other, value in values.items() if other != name}
