"""What does an execution environment add to a function, warm and cold?

A Python handler runs in environments: processes with AWS's own runtime interface client, which ask
for calls over the Lambda Runtime API. First every answer is compared; then it is timed:
warm: synchronous invocations through one environment, one after the other.
overhead: the same without an environment, `awslambdaric` handling the same event in this process
    with a client that sends nothing; the difference is what the environment adds.
several: invocations through as many environments as there are callers.
callable: the handler as a function of this process, which needs no process.
cold: the first invocation of a new environment: spawn, import, handler.
moto: invoke of boto3 with moto's simple backend, which runs no code, for comparison.
A wrong answer ends the run with exit code 1; the rates depend on the machine and are only shown.

Run: python benchmarks/functions.py [--quick]
"""

import argparse
import asyncio
import functools
import io
import json
import statistics
import time
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import uuid4

from _measure import expect, progress, report

from eventmatch.functions.environments import Fleet
from eventmatch.functions.model import Call, Code, CodeKind, Configuration, Reply, Version

ARN: Final = "arn:aws:lambda:eu-west-1:123456789012:function:bench"
SOURCE: Final = """
def handler(event, context):
    return {"order": event["detail"]["order"], "request": context.aws_request_id}
"""
EVENT: Final = {
    "version": "0",
    "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "source": "shop.orders",
    "detail-type": "Order Placed",
    "detail": {"order": 4711, "lines": [{"sku": f"sku-{n}", "count": n} for n in range(10)]},
}
PAYLOAD: Final = json.dumps(EVENT).encode()
SEVERAL: Final = 4


class Shelf:
    """The archive of the function."""

    async def read(self, sha256: str) -> bytes:
        """Return it."""
        expect(sha256 == "bench", "the archive")
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("app.py", SOURCE)
        return buffer.getvalue()


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer of everything")
    options = parser.parse_args()
    count, colds = (1_000, 5) if options.quick else (10_000, 30)
    figures = asyncio.run(environments(count, colds))
    local = in_process(count)
    figures["in_process_p50_ms"] = _ms(statistics.median(local))
    figures["warm_overhead_ms"] = round(figures["warm_p50_ms"] - figures["in_process_p50_ms"], 3)
    figures["moto_per_s"] = moto(count // 10)
    report(figures | {"quick": options.quick})


async def environments(count: int, colds: int) -> dict[str, Any]:
    """Return the figures of processes and of a callable."""
    namespace: dict[str, Any] = {}
    exec(SOURCE, namespace)
    fleet = Fleet(Shelf(), callables={"bench": namespace["handler"]})
    await fleet.start()
    try:
        progress("cold")
        cold = [await seconds(fleet, version(CodeKind.ARCHIVE)) for _ in range(colds)]
        progress("warm")
        warm, rate = await one_after_the_other(fleet, version(CodeKind.ARCHIVE), count)
        progress("several")
        several = await together(fleet, version(CodeKind.ARCHIVE), count)
        progress("callable")
        _, callable_rate = await one_after_the_other(fleet, version(CodeKind.CALLABLE), count)
    finally:
        await fleet.stop()
    return {
        "warm_per_s": round(rate),
        "warm_p50_ms": _ms(statistics.median(warm)),
        "warm_p99_ms": _ms(statistics.quantiles(warm, n=100)[98]),
        "cold_start_ms": _ms(statistics.median(cold)),
        "several_per_s": round(several),
        "callable_per_s": round(callable_rate),
    }


def version(kind: CodeKind) -> Version:
    """Return a version that no environment has run."""
    code = Code(kind=kind, sha256="bench", size=0, name="bench")
    return Version(
        function="bench",
        number="$LATEST",
        arn=ARN,
        code=code,
        configuration=Configuration(handler="app.handler", role="", timeout=60),
        revision=str(uuid4()),
        last_modified=0.0,
    )


async def seconds(fleet: Fleet, version: Version) -> float:
    """Return how long one invocation takes; its answer is checked."""
    call = Call(str(uuid4()), PAYLOAD, ARN)
    started = time.perf_counter()
    reply = await fleet.run(version, call)
    taken = time.perf_counter() - started
    check(reply, call)
    return taken


def check(reply: Reply, call: Call) -> None:
    """End the benchmark if an answer is wrong."""
    right = {"order": EVENT["detail"]["order"], "request": call.request_id}  # type: ignore[index]
    expect(reply.error is None and json.loads(reply.payload) == right, str(reply))


async def one_after_the_other(
    fleet: Fleet, version: Version, count: int
) -> tuple[list[float], float]:
    """Return the seconds of each warm invocation, and how many there are in a second."""
    for _ in range(50):
        await seconds(fleet, version)
    started = time.perf_counter()
    taken = [await seconds(fleet, version) for _ in range(count)]
    return taken, count / (time.perf_counter() - started)


async def together(fleet: Fleet, version: Version, count: int) -> float:
    """Return how many invocations there are in a second through several environments."""
    call = functools.partial(seconds, fleet, version)
    await asyncio.gather(*(call() for _ in range(SEVERAL)))
    started = time.perf_counter()
    await asyncio.gather(*(repeat(call, count // SEVERAL) for _ in range(SEVERAL)))
    return count / (time.perf_counter() - started)


async def repeat(call: Callable[[], Awaitable[float]], count: int) -> None:
    """Do something so many times."""
    for _ in range(count):
        await call()


class Nowhere:
    """A runtime client that keeps what it should send."""

    def __init__(self) -> None:
        from awslambdaric.lambda_runtime_client import BaseLambdaRuntimeClient

        self.marshaller = BaseLambdaRuntimeClient.marshaller
        self.result = ""

    def post_invocation_result(self, _id: str, result: str, *_: object) -> None:
        """Keep a result."""
        self.result = result

    def post_invocation_error(self, _id: str, error: str, *_: object) -> None:
        """Keep an error."""
        self.result = error


def in_process(count: int) -> list[float]:
    """Return the seconds that the runtime interface client itself takes for each event."""
    from awslambdaric.bootstrap import StandardLogSink, handle_event_request

    namespace: dict[str, Any] = {}
    exec(SOURCE, namespace)
    client, taken, body = Nowhere(), [], PAYLOAD.decode()
    for number in range(count):
        deadline = int(time.time() * 1000) + 3000
        started = time.perf_counter()
        handle_event_request(
            client, namespace["handler"], str(number), body, "application/json",
            None, None, ARN, deadline, None, StandardLogSink(),
        )  # fmt: skip
        taken.append(time.perf_counter() - started)
        right = {"order": 4711, "request": str(number)}
        expect(json.loads(client.result) == right, client.result)
    return taken


def moto(count: int) -> int | None:
    """Return how many invocations moto answers in a second, without running any code."""
    try:
        import boto3
        from moto import mock_aws
    except ImportError:
        return None
    settings: Any = {"lambda": {"use_docker": False}}
    with mock_aws(config=settings):
        session = boto3.Session("test", "test", region_name="eu-west-1")
        role = session.client("iam").create_role(RoleName="bench", AssumeRolePolicyDocument="{}")
        client = session.client("lambda")
        client.create_function(
            FunctionName="bench",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role["Role"]["Arn"],
            Code={"ZipFile": asyncio.run(Shelf().read("bench"))},
        )
        started = time.perf_counter()
        for _ in range(count):
            client.invoke(FunctionName="bench", Payload=PAYLOAD)["Payload"].read()
        return round(count / (time.perf_counter() - started))


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


if __name__ == "__main__":
    main()
