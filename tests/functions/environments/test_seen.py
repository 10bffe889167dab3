"""What a handler in a process sees of its environment, and of each call."""

import asyncio
import os
import sys
from typing import Any

import pytest

from eventmatch.functions.model import ProvisionedStatus
from eventmatch.testing.clock import VirtualClock
from tests.functions.environments.world import ARN, World, answer, world
from tests.loops import in_loop

pytest.importorskip("awslambdaric")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

VARIABLES = """
import os
def handler(event, context): return dict(os.environ)
"""
CONTEXT = """
NAMES = ("aws_request_id", "function_name", "function_version", "invoked_function_arn",
         "memory_limit_in_mb", "log_group_name", "log_stream_name", "client_context", "tenant_id")
def handler(event, context):
    context.log("logged\\n")
    seen = {name: getattr(context, name) for name in NAMES}
    seen["cognito_identity_id"] = context.identity.cognito_identity_id
    seen["cognito_identity_pool_id"] = context.identity.cognito_identity_pool_id
    seen["left"] = context.get_remaining_time_in_millis()
    return seen
"""


async def provisioned(here: World, version: Any) -> None:
    await here.fleet.provision(version, 1)
    while (state := here.fleet.provisioned(version)) is None or not state.available:
        assert state is None or state.status is not ProvisionedStatus.FAILED
        await asyncio.sleep(0)


@pytest.mark.parametrize("initialization", ["on-demand", "provisioned-concurrency"])
@in_loop
async def test_each_variable_has_its_value(initialization: str) -> None:
    async with world(clock=VirtualClock()) as here:
        version = here.version(
            {"src/main.py": VARIABLES},
            number="7",
            handler="src/main.handler",
            memory_size=256,
            runtime="python3.13",
            environment={"STAGE": "test"},
        )
        if initialization != "on-demand":
            await provisioned(here, version)
        seen: dict[str, str] = answer(await here.run(version))
    root, temporary = seen["LAMBDA_TASK_ROOT"], seen["TMPDIR"]
    assert seen.pop("AWS_LAMBDA_LOG_STREAM_NAME").startswith("2026/01/02/[7]")
    assert seen.pop("AWS_LAMBDA_RUNTIME_API").startswith("127.0.0.1:")
    assert seen.pop("_X_AMZN_TRACE_ID").startswith("Root=1-")
    assert seen.pop("LANG")
    seen.pop("LC_CTYPE", None)
    assert seen == {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_NAME": "shop",
        "AWS_LAMBDA_FUNCTION_VERSION": "7",
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/shop",
        "AWS_REGION": "eu-west-1",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "test",
        "HOME": temporary,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": root,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": "/var/runtime",
        "STAGE": "test",
        "TMPDIR": temporary,
        "TZ": ":UTC",
        "_HANDLER": "src/main.handler",
    }


@in_loop
async def test_each_attribute_of_the_context_has_its_value() -> None:
    async with world(clock=VirtualClock()) as here:
        version = here.version(CONTEXT, number="7", memory_size=256)
        reply = await here.run(version, request_id="the-id", invoked_arn=f"{ARN}:PROD")
    seen = answer(reply)
    assert b"\nlogged\n" in reply.log
    assert seen.pop("log_stream_name").startswith("2026/01/02/[7]")
    # The process has the machine's clock, whatever ours says.
    assert 0 < seen.pop("left") <= 20_000
    assert seen == {
        "aws_request_id": "the-id",
        "function_name": "shop",
        "function_version": "7",
        "invoked_function_arn": f"{ARN}:PROD",
        "memory_limit_in_mb": "256",
        "log_group_name": "/aws/lambda/shop",
        "client_context": None,
        "tenant_id": None,
        "cognito_identity_id": None,
        "cognito_identity_pool_id": None,
    }
