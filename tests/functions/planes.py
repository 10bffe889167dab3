"""What the control plane of functions needs of the world, in memory."""

import io
import itertools
import zipfile
from random import Random
from typing import Any, Final

import pytest

from eventmatch.bus.arn import Place
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import Call, Provisioned, ProvisionedStatus, Reply, Version
from eventmatch.functions.operations import call
from eventmatch.functions.plane import Functions
from eventmatch.testing.clock import VirtualClock
from tests.bus.fakes import MemoryRecords

PLACE: Final = Place(partition="aws", region="us-east-1", account="123456789012")
FUNCTION: Final = "arn:aws:lambda:us-east-1:123456789012:function"
ROLE: Final = "arn:aws:iam::123456789012:role/run"
RULE: Final = "arn:aws:events:us-east-1:123456789012:rule/r"
QUEUE: Final = "arn:aws:sqs:us-east-1:123456789012:q"
EVENTS: Final = "events.amazonaws.com"


class FakeRunner:
    """Notes what it is told; all that is provisioned is ready."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int | None]] = []
        self.ready: dict[str, int] = {}
        self.failure: Provisioned | None = None

    async def run(self, version: Version, call: Call) -> Reply:
        raise NotImplementedError

    async def provision(self, version: Version, count: int) -> None:
        self.told.append(("provision", version.number, count))
        self.ready[version.qualified_arn] = count

    def provisioned(self, version: Version) -> Provisioned | None:
        count = self.ready.get(version.qualified_arn)
        if count and self.failure is not None:
            return self.failure
        return Provisioned(count, count, count, ProvisionedStatus.READY) if count else None

    async def retire(self, function: str, number: str | None = None) -> None:
        self.told.append(("retire", number or function, None))

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass


def zipped(text: str = "one", name: str = "index.py") -> bytes:
    """A zip file with one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


async def new_functions(records: MemoryRecords | None = None, **settings: Any) -> Functions:
    """Functions that are loaded, with everything in memory but what is given."""
    numbers = itertools.count(1)
    given = {
        "place": PLACE,
        "clock": VirtualClock(),
        "new_id": lambda: f"revision-{next(numbers)}",
        "random": Random(1),
        "runner": FakeRunner(),
        **settings,
    }
    functions = Functions(MemoryRecords() if records is None else records, **given)
    await functions.load()
    return functions


async def create(functions: Functions, name: str = "f", **members: Any) -> Version:
    """Make a function of which only the name matters, or what is given."""
    given: dict[str, Any] = {
        "role": ROLE,
        "handler": "index.handler",
        "runtime": "python3.12",
        "code": {"ZipFile": zipped()},
        **members,
    }
    return await functions.create_function(name, **given)


async def published(functions: Functions, times: int = 2, name: str = "f") -> None:
    """Make a function with so many versions."""
    await create(functions, name)
    for number in range(times):
        await functions.update_function_configuration(name, timeout=10 + number)
        await functions.publish_version(name)


async def ask(functions: Functions, operation: str, **parameters: Any) -> dict[str, Any]:
    """The answer of an operation to members of AWS's."""
    return await call(functions, operation, parameters)


async def refused(functions: Functions, operation: str, code: LambdaCode, **parameters: Any) -> str:
    """The text with which an operation is refused."""
    with pytest.raises(LambdaError) as error:
        await call(functions, operation, parameters)
    assert error.value.code is code
    return error.value.message
