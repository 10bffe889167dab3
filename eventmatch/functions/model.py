"""The values that functions are made of. Meaning: service reference §6."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

LATEST: Final = "$LATEST"
"""The version that can change."""


class CodeKind(StrEnum):
    """What runs when a function is invoked."""

    ARCHIVE = "archive"
    CALLABLE = "callable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a version runs: an archive that the store keeps, or a Python function of this process.

    `sha256` is AWS's CodeSha256 (base64); with it the store finds an archive. `size` is in bytes.
    `name` is that of the function of this process; empty for an archive.
    """

    kind: CodeKind
    sha256: str
    size: int
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """How code runs, as a version snapshots it beside the code.

    `role` is an ARN; `timeout` in seconds, 1 to 900; `memory_size` in MB, 128 to 10,240;
    `ephemeral_storage` in MB, 512 to 10,240; `dead_letters` the ARN of a queue or topic.
    `settings` are AWS's members that are only kept and shown, such as TracingConfig.
    """

    handler: str
    role: str
    runtime: str = "python3.12"
    timeout: int = 3
    memory_size: int = 128
    ephemeral_storage: int = 512
    environment: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    dead_letters: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a function: `number` is `$LATEST`, or 1, 2, 3 as text.

    `function` is its name and `arn` the ARN without a qualifier. What is changed gets another
    `revision`, so that who holds the same revision holds the same code and configuration.
    `last_modified` is in seconds since 1970.
    """

    function: str
    number: str
    arn: str
    code: Code
    configuration: Configuration
    revision: str
    last_modified: float

    @property
    def qualified_arn(self) -> str:
        """The ARN with the number."""
        return f"{self.arn}:{self.number}"

    @property
    def key(self) -> str:
        """What sorts versions: by function, $LATEST first, then as they were published."""
        return f"{self.function}:{'' if self.number == LATEST else self.number.zfill(20)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name for a version; `weights` are the shares (0 to 1) that go to other versions."""

    function: str
    name: str
    arn: str
    version: str
    revision: str
    weights: Mapping[str, float] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventInvokeConfig:
    """What becomes of asynchronous invocations. None takes the default: 2 retries, 21,600 s.

    `on_success` and `on_failure` are ARNs of destinations.
    """

    last_modified: float
    maximum_retry_attempts: int | None = None
    maximum_event_age: int | None = None
    on_success: str | None = None
    on_failure: str | None = None


class Resolved(NamedTuple):
    """What an invocation runs: a version, and the ARN by which the caller named it.

    `qualifier` is the one that was named (`$LATEST` if none was): permissions, configurations for
    asynchronous invocations and provisioned concurrency belong to it.
    """

    version: Version
    invoked_arn: str
    qualifier: str


class Call(NamedTuple):
    """One invocation as an environment gets it: its request id, its event as JSON text."""

    request_id: str
    payload: bytes
    invoked_arn: str
    client_context: str | None = None
    trace: str | None = None


class Reply(NamedTuple):
    """What came of a call: the JSON text of the result, or of the error.

    `error` is AWS's X-Amz-Function-Error; None if the function succeeded. Durations are in seconds;
    `init_duration` is None for a warm start. `log` is what the call wrote, START, END and REPORT
    lines included, at most the last 4 KB. `is_provisioned` tells whether a provisioned environment
    took it.
    """

    payload: bytes
    error: str | None
    duration: float
    init_duration: float | None = None
    log: bytes = b""
    is_provisioned: bool = False


class ProvisionedStatus(StrEnum):
    """How far AWS is with keeping environments ready."""

    IN_PROGRESS = "IN_PROGRESS"
    READY = "READY"
    FAILED = "FAILED"


class Provisioned(NamedTuple):
    """How many environments of a version are kept ready, out of how many that were asked for."""

    requested: int
    available: int
    allocated: int
    status: ProvisionedStatus
    reason: str | None = None


class InvocationType(StrEnum):
    """Whether the caller waits for the result, leaves the event, or only asks whether it may."""

    REQUEST_RESPONSE = "RequestResponse"
    EVENT = "Event"
    DRY_RUN = "DryRun"


class Invoked(NamedTuple):
    """The answer to an invocation.

    `status` is 200, or 202 (queued), or 204 (nothing was run). `error` is AWS's
    X-Amz-Function-Error: that the function failed is no failure of the invocation. `version` is the
    number that ran; None unless it was waited for. `reply` tells durations and the log.
    """

    status: int
    request_id: str
    payload: bytes = b""
    error: str | None = None
    version: str | None = None
    reply: Reply | None = None
