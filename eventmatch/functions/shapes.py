"""The constraints of functions. Source: AWS's service model of `lambda`, reference §6.6 to §6.8."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from eventmatch.bus import constraints
from eventmatch.bus.constraints import Entries, Flag, Members, Number, Shape, Text
from eventmatch.bus.refusals import Fault, constraints_failed, wrong_type
from eventmatch.errors import ServiceError
from eventmatch.functions.errors import LambdaCode, LambdaError


def accept(shape: Shape, value: Any, path: str) -> Any:
    """Return what counts of a value; raises `LambdaError` that tells every fault."""
    try:
        return constraints.accept(shape, value, path)
    except ServiceError as error:
        raise as_lambda_error(error) from error


def check(faults: list[Fault]) -> None:
    """Raise `LambdaError` that tells the faults, if there are any."""
    if faults:
        raise as_lambda_error(constraints_failed(faults))


def as_lambda_error(error: ServiceError) -> LambdaError:
    """Return Lambda's refusal of a value outside its constraints: codes and texts are alike."""
    return LambdaError(LambdaCode(error.code.value), error.message)


def accept_text(text: str, path: str) -> str:
    """Return a text that a process can be told; raises `LambdaError` for any other."""
    if _UNTOLD.search(text):
        raise as_lambda_error(wrong_type(path, "Unicode text without zero bytes"))
    return text


# Zero bytes, and halves of characters that UTF-8 has not.
_UNTOLD: Final = re.compile("[\0\ud800-\udfff]")
_NUMBER: Final = Text(least=1, most=1024, pattern=r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Weights:
    """The shares of versions, each from 0 to 1."""

    def read(self, value: Any, path: str, faults: list[Fault]) -> dict[str, float]:
        if not isinstance(value, Mapping):
            raise wrong_type(path, "an object")
        if not all(isinstance(name, str) and _is_number(share) for name, share in value.items()):
            raise wrong_type(path, "an object with numbers")
        if any(_NUMBER.broken(name) for name in value):
            constraint = f"Map keys must satisfy constraint: {_NUMBER.all()}"
            faults.append(Fault(self.shown(value), path, constraint))
        if not all(0 <= share <= 1 for share in value.values()):
            constraint = (
                "Map value must satisfy constraint: [Member must have value less than or equal to "
                "1.0, Member must have value greater than or equal to 0.0, Member must not be null]"
            )
            faults.append(Fault(self.shown(value), path, constraint))
        return dict(value)

    def shown(self, value: Mapping[str, float]) -> str:
        return f"{{{', '.join(f'{name}={share}' for name, share in value.items())}}}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Archive:
    """The bytes of a zip file, or their base64 text."""

    def read(self, value: Any, path: str, faults: list[Fault]) -> bytes | str:
        del faults
        if isinstance(value, bytes | bytearray | memoryview):
            return bytes(value)
        if not isinstance(value, str):
            raise wrong_type(path, "bytes or their base64 text")
        return value

    def shown(self, value: Any) -> str:
        return f"{len(value)} bytes"


FUNCTION_NAME: Final = Text(
    least=1,
    most=170,
    pattern=r"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?",
)
NEW_NAME: Final = Text(least=1, most=64)
QUALIFIER: Final = Text(least=1, most=128, pattern=r"(|[a-zA-Z0-9$_-]+)")
_ALIAS: Final = Text(least=1, most=128, pattern=r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)")
_ROLE: Final = Text(pattern=r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+")
_DESTINATION: Final = Members(
    name="Destination",
    members={"Destination": Text(most=350, pattern=r"^$|arn:(aws[a-zA-Z0-9-]*):.*|[^:]*")},
)
ALL_VERSIONS: Final = Text(values=("ALL",))
VARIABLES: Final = Entries(key=Text(pattern=r"[a-zA-Z]([a-zA-Z0-9_])+"))
# With one that is provided, `bootstrap` of the code is the runtime, in any language.
RUNTIMES: Final = (
    *(f"python3.{minor}" for minor in range(8, 15)),
    "provided",
    "provided.al2",
    "provided.al2023",
)

SHAPES: Final[Mapping[str, Shape]] = {
    "action": Text(pattern=r"(lambda:[*]|lambda:[a-zA-Z]+|[*])"),
    "architectures": constraints.Items(of=Text(values=("x86_64", "arm64")), least=1, most=1),
    "code": Members(
        name="FunctionCode",
        members={"ZipFile": Archive(), "Folder": Text(least=1), "Callable": Text(least=1)},
    ),
    "code_sha256": Text(),
    "dead_letter_config": Members(
        name="DeadLetterConfig",
        members={"TargetArn": Text(pattern=r"(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()")},
    ),
    "description": Text(most=256),
    "destination_config": Members(
        name="DestinationConfig",
        members={"OnSuccess": _DESTINATION, "OnFailure": _DESTINATION},
    ),
    "dry_run": Flag(),
    "environment": Members(
        name="Environment",
        # The names are judged after the reserved ones, which have a refusal of their own.
        members={"Variables": Entries()},
    ),
    "ephemeral_storage": Members(
        name="EphemeralStorage",
        members={"Size": Number(least=512, most=10_240)},
        required=("Size",),
    ),
    "event_source_token": Text(most=256, pattern=r"[a-zA-Z0-9._\-]+"),
    "function_name": FUNCTION_NAME,
    "function_url_auth_type": Text(values=("NONE", "AWS_IAM")),
    "function_version": Text(least=1, most=1024, pattern=r"(\$LATEST|[0-9]+)"),
    "handler": Text(most=128, pattern=r"[^\s]+"),
    "marker": Text(),
    "max_items": Number(least=1, most=10_000),
    "maximum_event_age_in_seconds": Number(least=60, most=21_600),
    "maximum_retry_attempts": Number(least=0, most=2),
    "memory_size": Number(least=128, most=10_240),
    "name": _ALIAS,
    "package_type": Text(values=("Zip",)),
    "principal": Text(pattern=r"[^\s]+"),
    "principal_org_id": Text(least=12, most=34, pattern=r"o-[a-z0-9]{10,32}"),
    "provisioned_concurrent_executions": Number(least=1),
    "publish": Flag(),
    "qualifier": QUALIFIER,
    "reserved_concurrent_executions": Number(least=0),
    "revision_id": Text(),
    "role": _ROLE,
    "routing_config": Members(
        name="AliasRoutingConfiguration", members={"AdditionalVersionWeights": Weights()}
    ),
    "runtime": Text(),
    "source_account": Text(most=12, pattern=r"\d{12}"),
    "source_arn": Text(
        pattern=r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:"
        r"(\d{12})?:(.*)"
    ),
    "statement_id": Text(least=1, most=100, pattern=r"([a-zA-Z0-9-_]+)"),
    "timeout": Number(least=1, most=900),
    "tracing_config": Members(
        name="TracingConfig", members={"Mode": Text(values=("Active", "PassThrough"))}
    ),
}
"""What the arguments of operations may be, by their names in Python."""
