"""Functions that do what a vector says, and what mappings need of functions."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import (
    LATEST,
    Code,
    CodeKind,
    Configuration,
    EventInvokeConfig,
    InvocationType,
    Invoked,
    Resolved,
    Version,
)
from eventmatch.jsontext import read_plain, write_plain
from eventmatch.testing.clock import VirtualClock
from tests.service_vectors import value_of

_START: Final = "arn:aws:lambda:us-east-1:123456789012:function:"
ROLE: Final = "arn:aws:iam::123456789012:role/r"


@dataclass
class Function:
    """The handlers of the versions of a function, and its aliases."""

    role: str
    timeout: int
    versions: dict[str, str]
    aliases: dict[str, str] = field(default_factory=dict)
    reserved: int | None = None


class Functions:
    """A `Directory` and an `Invoke`. `steps` are what each handler does, invocation by invocation.

    `invocations` tells what began.
    """

    def __init__(
        self,
        clock: VirtualClock,
        steps: Mapping[str, Sequence[Mapping[str, Any]]],
        roles: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.names: dict[str, Any] = {}
        self.invocations: list[dict[str, Any]] = []
        self.running = 0
        self.most_running = 0
        self.refusal: LambdaError | None = None
        self.functions: dict[str, Function] = {}
        self._clock = clock
        self._steps = steps
        self._roles = dict(roles or {})
        self._counts: dict[str, int] = {}

    def add(self, name: str, handler: str, role: str = ROLE, timeout: int = 3) -> None:
        self.functions[name] = Function(role, timeout, {LATEST: handler})

    def allow(self, role: str, *actions: str) -> None:
        self._roles[role] = actions

    def resolve(self, function: str, qualifier: str | None = None) -> Resolved:
        name, _, named = function.rpartition("function:")[2].partition(":")
        known = self.functions.get(name)
        qualifier = qualifier or named or LATEST
        number = qualifier if known is None else known.aliases.get(qualifier, qualifier)
        if known is None or number not in known.versions:
            text = f"Function not found: {function}"
            raise LambdaError(LambdaCode.RESOURCE_NOT_FOUND, text)
        configuration = Configuration(handler="h", role=known.role, timeout=known.timeout)
        version = Version(
            function=name,
            number=number,
            arn=_START + name,
            code=Code(kind=CodeKind.CALLABLE, sha256="", size=0, name=known.versions[number]),
            configuration=configuration,
            revision="",
            last_modified=0.0,
        )
        return Resolved(version, f"{_START}{name}{f':{named}' if named else ''}", qualifier)

    def reserved(self, function: str) -> int | None:
        return self.functions[function].reserved

    def event_invoke_config(self, function: str, qualifier: str) -> EventInvokeConfig | None:
        del function, qualifier
        return None

    def may_invoke(
        self, resolved: Resolved, service: str, source_arn: str | None, account: str
    ) -> bool:
        del resolved, service, source_arn, account
        return True

    def role_allows(self, role: str, action: str, resource: str) -> bool:
        del resource
        name = role.rpartition("/")[2]
        return name not in self._roles or action in self._roles[name]

    async def invoke(
        self,
        function: str,
        payload: bytes = b"{}",
        *,
        qualifier: str | None = None,
        invocation_type: InvocationType = InvocationType.REQUEST_RESPONSE,
        client_context: str | None = None,
    ) -> Invoked:
        del invocation_type, client_context
        resolved = self.resolve(function, qualifier)
        version = resolved.version
        if self.refusal or self.functions[version.function].reserved == 0:
            error = LambdaError(LambdaCode.TOO_MANY_REQUESTS, "Rate Exceeded.")
            raise self.refusal or error
        request, event = str(uuid.uuid4()), read_plain(payload)
        self.invocations.append(
            {
                "handler": version.code.name,
                "version": version.number,
                "event": event,
                "request_id": request,
                "arn": resolved.invoked_arn,
                "at": self._clock.now(),
            }
        )
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            answer, error_name = await self._run(version, event)
        finally:
            self.running -= 1
        body = write_plain(answer)
        return Invoked(200, request, body, error_name, version.number)

    async def _run(self, version: Version, event: Any) -> tuple[Any, str | None]:
        step = self._step(version.code.name)
        seconds, limit = step.get("takes", 0), version.configuration.timeout
        if seconds:
            await self._clock.sleep_until(self._clock.now() + min(seconds, limit))
        if seconds > limit or "exits" in step:
            return {"errorMessage": "ended"}, "Unhandled"
        if "raises" in step:
            return {"errorMessage": step["raises"]["message"]}, "Unhandled"
        return (event if "echo" in step else value_of(step.get("returns"), self.names)), None

    def _step(self, handler: str) -> Mapping[str, Any]:
        count = self._counts.get(handler, 0)
        self._counts[handler] = count + 1
        steps = self._steps[handler]
        return steps[min(count, len(steps) - 1)]
