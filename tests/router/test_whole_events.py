"""Whole events on a bus, as AWS's own services put them there."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest

from eventmatch.bus.payload_refusals import Refused
from eventmatch.router.publishing import Accepted, Put
from eventmatch.router.router import Router
from eventmatch.testing.clock import VirtualClock

WHOLE: Final = {
    "id": "one",
    "detail-type": "state",
    "source": "aws.ec2",
    "account": "210987654321",
    "time": "2020-01-02T03:04:05Z",
    "region": "eu-west-1",
    "resources": ["arn:aws:ec2:eu-west-1:210987654321:instance/i-1"],
    "detail": {"state": "stopped"},
}


# Either says that a member is of another type.
WRONG_TYPE: Final = "ValidationException SerializationException"


def put(*events: Mapping[str, Any], bus: str = "default") -> tuple[Sequence[Put], list[Any]]:
    """Return what became of events, and what a target got."""
    got: list[Any] = []

    async def keep(event: Any) -> None:
        got.append(event)

    async def whole() -> Sequence[Put]:
        async with Router(clock=VirtualClock(), new_id=lambda: "new") as router:
            await router.put_rule("all", event_pattern={"source": [{"exists": True}]})
            await router.put_targets("all", {"keep": keep})
            results = await router.put_envelopes(events, event_bus_name=bus)
            await router.idle()
            return results

    return asyncio.run(whole()), got


def test_it_keeps_what_it_has() -> None:
    results, (event,) = put(WHOLE)
    assert results == [Accepted("one")]
    assert event == {"version": "0", **WHOLE}


def test_what_it_lacks_is_that_of_the_router() -> None:
    results, (event,) = put({"source": "aws.ec2", "detail-type": "state", "detail": "{}"})
    assert results == [Accepted("new")]
    assert event == {
        "version": "0",
        "id": "new",
        "detail-type": "state",
        "source": "aws.ec2",
        "account": "123456789012",
        "time": "2026-01-02T03:04:05Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {},
    }


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"source": None}, "InvalidArgument"),
        ({"detail-type": ""}, "InvalidArgument"),
        ({"detail": None}, "InvalidArgument"),
        ({"detail": "[]"}, "MalformedDetail"),
        ({"detail": [1]}, WRONG_TYPE),
        ({"time": "never"}, WRONG_TYPE),
        ({"resources": "all"}, WRONG_TYPE),
        ({"detail": {"x": "y" * 2_000_000}}, "ValidationException"),
    ],
)
def test_what_an_entry_is_refused_for_refuses_it(members: Mapping[str, Any], code: str) -> None:
    results, got = put({**WHOLE, **members}, WHOLE)
    first, second = results
    assert isinstance(first, Refused)
    assert first.code in code.split()
    assert second == Accepted("one")
    assert len(got) == 1


def test_a_detail_may_be_a_text_whose_numbers_keep_their_digits() -> None:
    async def whole() -> str:
        async with Router() as router:
            await router.queues.create_queue("kept")
            await router.put_rule("all", event_pattern={"source": [{"exists": True}]})
            await router.put_targets("all", {"kept": "arn:aws:sqs:us-east-1:123456789012:kept"})
            await router.put_envelopes([{**WHOLE, "detail": '{ "total": 12.50 }'}])
            await router.idle()
            (received,) = await router.queues.peek("kept")
            return received.stored.message.body

    body = asyncio.run(whole())
    assert body.endswith('"detail":{"total":12.50}}')
    assert json.loads(body)["id"] == "one"


def test_a_bus_that_is_not_there_swallows_it() -> None:
    results, got = put(WHOLE, bus="none")
    assert (results, got) == ([Accepted("one")], [])
