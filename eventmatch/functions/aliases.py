"""Aliases: names for one version, or for two with shares. Reference §6.6. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from eventmatch.functions import refusals
from eventmatch.functions.model import LATEST, Alias, Version
from eventmatch.functions.state import Function
from eventmatch.functions.versions import without, without_qualifier


class Changes(NamedTuple):
    """What is told of an alias; None leaves it as it is. `routing` has AWS's members."""

    version: str | None
    routing: Mapping[str, Any] | None
    description: str | None


def find_alias(function: Function, name: str) -> Alias:
    """Return an alias; raises `LambdaError` if it is not there."""
    alias = function.aliases.get(name)
    if alias is None:
        raise refusals.no_alias(function.qualified(name))
    return alias


def new_alias(function: Function, name: str, told: Changes, revision: str) -> Alias:
    """Return a new alias; raises `LambdaError` if its name is taken, or its versions are not so."""
    alias = Alias(
        function=function.name,
        name=name,
        arn=function.qualified(name),
        version=told.version or "",
        weights=_weights(told.routing or {}),
        description=told.description or "",
        revision=revision,
    )
    if name in function.aliases:
        raise refusals.alias_exists(alias.arn)
    _check(function, alias)
    return alias


def changed_alias(function: Function, alias: Alias, told: Changes, revision: str) -> Alias:
    """Return an alias with what is told; raises `LambdaError` if its versions are not so."""
    changed = replace(
        alias,
        version=told.version or alias.version,
        weights=alias.weights if told.routing is None else _weights(told.routing),
        description=alias.description if told.description is None else told.description,
        revision=revision,
    )
    _check(function, changed)
    if alias.name in function.provisioned:
        check_provisioned(
            replace(function, aliases={**function.aliases, alias.name: changed}), alias.name
        )
    return changed


def without_alias(function: Function, name: str) -> Function:
    """Return a function without an alias and what belongs to it."""
    left = without_qualifier(function, name)
    return replace(left, aliases=without(function.aliases, name))


def check_provisioned(function: Function, qualifier: str) -> None:
    """Raise `LambdaError` where a qualifier cannot have provisioned concurrency.

    A version has it once: by its number or by one alias, and $LATEST has none.
    """
    version = function.behind(qualifier)
    if version == function.latest:
        raise refusals.latest_not_provisioned()
    others = [each for each in function.provisioned if each != qualifier]
    if any(function.behind(other) == version for other in others):
        is_alias = qualifier in function.aliases
        raise refusals.version_is_provisioned() if is_alias else refusals.alias_is_provisioned()


def drawn(alias: Alias, draw: Callable[[], float]) -> str:
    """Return the number of one of the alias's versions, each by its share."""
    if alias.weights:
        (number, share), *_ = alias.weights.items()
        if draw() < share:
            return number
    return alias.version


def _weights(routing: Mapping[str, Any]) -> dict[str, float]:
    weights: dict[str, float] = routing.get("AdditionalVersionWeights") or {}
    if len(weights) > 1:
        raise refusals.too_many_weights()
    return weights


def _check(function: Function, alias: Alias) -> None:
    first = _version(function, alias.version)
    for number in alias.weights:
        if number == alias.version:
            raise refusals.version_weighed_twice(number)
        if LATEST in (number, alias.version):
            raise refusals.latest_not_weighed()
        other = _version(function, number)
        if other.configuration.role != first.configuration.role:
            raise refusals.versions_too_different("execution role")
        if other.configuration.dead_letters != first.configuration.dead_letters:
            raise refusals.versions_too_different("dead-letter queue")


def _version(function: Function, number: str) -> Version:
    version = function.version(number)
    if version is None:
        raise refusals.no_function(function.qualified(number))
    return version
