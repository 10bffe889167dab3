"""Whatever Python gives to a router, it takes or refuses it, and has changed nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from eventmatch.bus.payload_refusals import MALFORMED_DETAIL, Refused
from eventmatch.errors import ServiceError
from eventmatch.router.publishing import Accepted
from eventmatch.router.router import Router
from tests.router.worlds import World

ENTRY: Final = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
WHOLE: Final = {"source": "shop", "detail-type": "order", "detail": {}}

Step = Callable[[Router, Any], Awaitable[Any]]


def play(scene: Callable[[World], Awaitable[None]]) -> None:
    async def whole() -> None:
        world = World()
        async with world.router:
            await scene(world)

    asyncio.run(whole())


async def registered(router: Router, name: Any) -> str:
    return router.register(name, len)


STEPS: Final[dict[str, Step]] = {
    "put_rule": lambda router, junk: router.put_rule(junk, event_pattern={"source": ["shop"]}),
    "a pattern": lambda router, junk: router.put_rule("r", event_pattern={"a": junk}),
    "put_targets": lambda router, junk: router.put_targets("shop", junk),
    "a target": lambda router, junk: router.put_targets("shop", {"t": [junk]}),  # type: ignore[dict-item]
    "put_events": lambda router, junk: router.put_events(junk),
    "put_envelopes": lambda router, junk: router.put_envelopes(junk),
    "an operation": lambda router, junk: router.call(junk, {}),
    "parameters": lambda router, junk: router.call("PutRule", junk),
    "parameters of PutEvents": lambda router, junk: router.call("PutEvents", junk),
    "register": registered,
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
@pytest.mark.parametrize(
    "junk", [-1, 2.5, float("nan"), b"x", object(), len], ids=lambda junk: type(junk).__name__
)
def test_junk_is_refused(step: Step, junk: Any) -> None:
    async def scene(world: World) -> None:
        await world.put_rule("shop")
        with pytest.raises(ServiceError):
            await step(world.router, junk)

    play(scene)


@pytest.mark.parametrize(
    "detail",
    [{"a": object()}, {"a": float("nan")}, {("a",): 1}, {"a": b"x"}, {"a": 10**5000}],
    ids=["object", "nan", "key", "bytes", "huge"],
)
def test_a_detail_without_json_is_malformed(detail: Any) -> None:
    async def scene(world: World) -> None:
        await world.put_rule("shop")
        results = await world.router.put_events([ENTRY | {"Detail": detail}, ENTRY])
        assert results[0] == MALFORMED_DETAIL
        assert isinstance(results[1], Accepted)
        (result,) = await world.router.put_envelopes([WHOLE | {"detail": detail}])
        assert result == MALFORMED_DETAIL
        await world.rest()
        assert len(world.got["shop"]) == 1

    play(scene)


@pytest.mark.parametrize("junk", [None, 7, "x", [], object()], ids=str)
def test_what_is_no_event_is_refused_and_the_others_go(junk: Any) -> None:
    async def scene(world: World) -> None:
        await world.put_rule("shop")
        for results in (
            await world.router.put_events([junk, ENTRY]),
            await world.router.put_envelopes([junk, WHOLE]),
        ):
            assert [type(result) for result in results] == [Refused, Accepted]
        await world.rest()
        assert len(world.got["shop"]) == 2

    play(scene)


def test_targets_that_are_refused_leave_the_old_functions() -> None:
    async def scene(world: World) -> None:
        old, new = list[Any](), list[Any]()
        await world.router.put_rule("r", event_pattern={"source": ["shop"]})
        await world.router.put_targets("r", {"t": old.append})
        with pytest.raises(ServiceError):
            await world.router.put_targets("r", {"t": new.append, "no id": new.append})
        await world.put(1)
        await world.rest()
        assert (len(old), len(new)) == (1, 0)

    play(scene)
