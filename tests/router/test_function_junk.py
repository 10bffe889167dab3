"""Whatever Python gives to the functions of a router, they take or refuse it, unchanged."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from eventmatch.functions.errors import LambdaError
from eventmatch.router.router import Router
from eventmatch.testing.clock import VirtualClock

ROLE: Final = "arn:aws:iam::123456789012:role/r"
ZIP: Final = {"FunctionName": "g", "Role": ROLE, "Runtime": "python3.12", "Handler": "a.b"}

Step = Callable[[Router, Any], Awaitable[Any]]


async def registered(router: Router, name: Any) -> None:
    router.register_handler(name, len)


STEPS: Final[dict[str, Step]] = {
    "put_function": lambda router, junk: router.put_function(junk, len),
    "a handler": lambda router, junk: router.put_function("f", junk if junk is not len else 3),
    "a configuration": lambda router, junk: router.put_function("f", len, timeout=junk),
    "register_handler": registered,
    "invoke": lambda router, junk: router.invoke(junk),
    "a qualifier": lambda router, junk: router.invoke("f", qualifier=junk),
    "a type": lambda router, junk: router.invoke("f", invocation_type=junk),
    "a client context": lambda router, junk: router.invoke("f", client_context=junk),
    "an operation": lambda router, junk: router.call_lambda(junk, {}),
    "parameters": lambda router, junk: router.call_lambda("ListFunctions", [junk]),  # type: ignore[arg-type]
    "a payload": lambda router, junk: router.call_lambda(
        "Invoke", {"FunctionName": "f", "Payload": {(1,): junk}}
    ),
    "ClientContext": lambda router, junk: router.call_lambda(
        "Invoke", {"FunctionName": "f", "ClientContext": junk}
    ),
    "TraceHeader": lambda router, junk: router.call_lambda(
        "Invoke", {"FunctionName": "f", "TraceHeader": junk}
    ),
    "code": lambda router, junk: router.call_lambda("CreateFunction", {**ZIP, "Code": junk}),
    "get_role": lambda router, junk: router.functions.get_role(junk),
    "delete_role": lambda router, junk: router.functions.delete_role(junk),
    "put_role": lambda router, junk: router.functions.put_role(junk, actions=["*"]),
}
JUNK: Final = [-1, 2.5, float("nan"), b"x", bytearray(b"x"), [[]], {"a": {1}}, object(), len]


def play(scene: Callable[[Router], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with Router(clock=VirtualClock()) as router:
            await router.put_function("f", lambda event, _: event, description="before")
            await scene(router)

    asyncio.run(whole())


async def told(router: Router) -> list[dict[str, Any]]:
    answer = await router.call_lambda("ListFunctions", {"FunctionVersion": "ALL"})
    functions: list[dict[str, Any]] = answer["Functions"]
    return functions


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: type(junk).__name__)
def test_junk_is_refused_and_changes_nothing(step: Step, junk: Any) -> None:
    async def scene(router: Router) -> None:
        before = await told(router)
        with pytest.raises(LambdaError):
            await step(router, junk)
        assert await told(router) == before
        assert (await router.invoke("f", {"still": "there"})).payload == b'{"still": "there"}'

    play(scene)


def test_a_client_context_has_a_size_that_aws_takes() -> None:
    async def scene(router: Router) -> None:
        # Base64 makes four characters of three.
        await router.invoke("f", client_context={"custom": "x" * 2600})
        with pytest.raises(LambdaError, match="Client context is not valid: it is too long"):
            await router.invoke("f", client_context={"custom": "x" * 2700})

    play(scene)


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800"], ids=ascii)
def test_what_no_process_can_be_told_is_refused(text: str) -> None:
    async def scene(router: Router) -> None:
        before = await told(router)
        change = router.functions.update_function_configuration
        with pytest.raises(LambdaError, match=r"'environment.variables' must be Unicode text"):
            await change("f", environment={"Variables": {"NAME": text}})
        with pytest.raises(LambdaError, match=r"'handler' must be Unicode text"):
            await change("f", handler=f"index.{text}")
        with pytest.raises(LambdaError, match=r"'code.callable' must be Unicode text"):
            await router.functions.update_function_code("f", code={"Callable": text})
        assert await told(router) == before

    play(scene)
