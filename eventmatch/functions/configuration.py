"""How a function is to run, by the members of a request. Meaning: service reference §6.3, §6.7."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from eventmatch.bus.arn import Arn
from eventmatch.functions import refusals
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.model import Configuration
from eventmatch.functions.shapes import RUNTIMES, VARIABLES, accept, accept_text

_RESERVED: Final = frozenset(
    (
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SECRET_KEY",
        "AWS_SECURITY_TOKEN",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    )
)
_SAME: Final = ("handler", "role", "runtime", "timeout", "memory_size", "description")
_KEPT: Final = {"tracing_config": "TracingConfig", "architectures": "Architectures"}


NAMES: Final = (
    *_SAME,
    "environment",
    "dead_letter_config",
    "ephemeral_storage",
    *_KEPT,
    "package_type",
)
"""The members of a configuration in snake case."""


def configured(old: Configuration, given: Mapping[str, Any], limits: LambdaLimits) -> Configuration:
    """Return a configuration with the members that are given (None is not) in snake case.

    Raises `LambdaError` for environment variables and a place for dead letters that cannot be.
    """
    if not given.keys() <= set(NAMES):
        raise TypeError(f"unexpected arguments: {', '.join(sorted(given.keys() - set(NAMES)))}")
    told = {name: value for name, value in given.items() if value is not None}
    new: dict[str, Any] = {name: told[name] for name in _SAME if name in told}
    if told.get("runtime", old.runtime) not in RUNTIMES:
        raise refusals.no_runtime(told["runtime"], RUNTIMES)
    accept_text(new.get("handler", old.handler), "handler")
    if "environment" in told:
        new["environment"] = _environment(told["environment"].get("Variables", {}), limits)
    if "dead_letter_config" in told:
        new["dead_letters"] = _dead_letters(told["dead_letter_config"].get("TargetArn"))
    if "ephemeral_storage" in told:
        new["ephemeral_storage"] = told["ephemeral_storage"]["Size"]
    kept = {aws: told[name] for name, aws in _KEPT.items() if name in told}
    return replace(old, **new, settings={**old.settings, **kept})


def _environment(variables: Mapping[str, str], limits: LambdaLimits) -> dict[str, str]:
    reserved = _RESERVED.intersection(variables)
    if reserved:
        raise refusals.variables_reserved(reserved)
    accept(VARIABLES, variables, "environment.variables")
    for text in variables.values():
        accept_text(text, "environment.variables")
    size = sum(len(name.encode()) + len(text.encode()) for name, text in variables.items())
    if size > limits.variables_bytes:
        raise refusals.variables_too_large(limits.variables_bytes)
    return dict(variables)


def _dead_letters(arn: str | None) -> str | None:
    """Return the ARN, None for the empty one, which turns dead letters off."""
    if not arn:
        return None
    parsed = Arn.parse(arn)
    if parsed is None or parsed.service not in ("sqs", "sns") or arn.endswith(".fifo"):
        raise refusals.bad_dead_letters(arn)
    return arn
