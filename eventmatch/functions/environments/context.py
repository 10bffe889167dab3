"""The context that a Python function gets beside its event. Source: service reference §6.7."""

import json
from types import SimpleNamespace
from typing import Any, Final

from eventmatch.clock import Clock
from eventmatch.functions.environments.log import Log
from eventmatch.functions.environments.variables import log_group
from eventmatch.functions.model import Call, Version

_CLIENT: Final = (
    "installation_id",
    "app_title",
    "app_version_name",
    "app_version_code",
    "app_package_name",
)


class Context:
    """What AWS's runtime for Python tells a handler of its call."""

    def __init__(
        self, version: Version, call: Call, log: Log, clock: Clock, deadline: float
    ) -> None:
        self.aws_request_id = call.request_id
        self.function_name = version.function
        self.function_version = version.number
        self.invoked_function_arn = call.invoked_arn
        # AWS tells a string.
        self.memory_limit_in_mb = str(version.configuration.memory_size)
        self.log_group_name = log_group(version)
        self.log_stream_name = log.stream
        self.identity = SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None)
        self.client_context = _client_context(call.client_context)
        self.tenant_id: str | None = None
        self._log = log
        self._clock = clock
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        """Return how much is left of the function's time-out."""
        return max(0, int((self._deadline - self._clock.now()) * 1000))

    def log(self, message: object) -> None:
        """Write to the log."""
        self._log.write(str(message).encode(errors="replace"))


def _client_context(text: str | None) -> SimpleNamespace | None:
    if text is None:
        return None
    told: Any = json.loads(text)
    if not isinstance(told, dict):
        raise ValueError("it is no object")
    client = told.get("client")
    if isinstance(client, dict):
        client = SimpleNamespace(**{name: client.get(name) for name in _CLIENT})
    return SimpleNamespace(custom=told.get("custom"), env=told.get("env"), client=client)
