"""The environment variables that a function sees. Source: service reference §6.7."""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from eventmatch.functions.model import Version


class Initialization(StrEnum):
    """Why an environment was made: AWS's words."""

    ON_DEMAND = "on-demand"
    PROVISIONED = "provisioned-concurrency"


_RUNTIME_DIR: Final = "/var/runtime"
# The credentials are those that services on this machine expect: nobody checks them.
_CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_SESSION_TOKEN": "test",
}


def variables(
    version: Version,
    *,
    address: str,
    stream: str,
    root: Path,
    temporary: Path,
    initialization: Initialization,
) -> dict[str, str]:
    """Return all variables of a process, of this process' own no more than PATH and LANG.

    The function's own come before what a process needs, and after what is reserved.
    """
    configuration = version.configuration
    region = version.arn.split(":")[3]
    needed = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": os.environ.get("LANG", "en_US.UTF-8"),
        "TZ": ":UTC",
        # The code is none of it: it comes behind the modules of the runtime.
        "PYTHONPATH": _RUNTIME_DIR,
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
    }
    reserved = {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_LAMBDA_FUNCTION_NAME": version.function,
        "AWS_LAMBDA_FUNCTION_VERSION": version.number,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration.memory_size),
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group(version),
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization.value,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{configuration.runtime}",
        "LAMBDA_TASK_ROOT": str(root),
        "LAMBDA_RUNTIME_DIR": _RUNTIME_DIR,
        "_HANDLER": configuration.handler,
    }
    return needed | _allowed(configuration.environment) | _CREDENTIALS | reserved


def log_group(version: Version) -> str:
    """Return the name of a function's log group."""
    return f"/aws/lambda/{version.function}"


def _allowed(own: Mapping[str, str]) -> dict[str, str]:
    # The trace is a matter of each call; a runtime sets its variable.
    return {name: value for name, value in own.items() if name != "_X_AMZN_TRACE_ID"}
