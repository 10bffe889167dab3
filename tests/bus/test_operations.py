"""The face of operations where the vectors are silent."""

import json
from typing import Any

import pytest

from eventmatch.bus.operations import OPERATIONS, Operation, call
from eventmatch.bus.operations.operation import request
from eventmatch.errors import ServiceCode, ServiceError
from tests.bus.fakes import new_plane, run

EVENT = {
    "id": "1",
    "account": "2",
    "source": "shop",
    "time": "t",
    "region": "r",
    "detail-type": "d",
}


def answer(operation: str, **parameters: Any) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        return await call(await new_plane(), operation, parameters)

    return run(ask())


def refusal(operation: str, **parameters: Any) -> ServiceError:
    with pytest.raises(ServiceError) as refused:
        answer(operation, **parameters)
    return refused.value


def test_an_operation_that_nobody_offers() -> None:
    error = refusal("CreateEndpoint", Name="x")
    assert error.code is ServiceCode.UNKNOWN_OPERATION
    assert "CreateEndpoint" in error.message


def test_operations_can_be_added() -> None:
    async def echo(plane: Any, parameters: Any) -> dict[str, Any]:
        del plane
        return dict(parameters)

    async def ask() -> dict[str, Any]:
        shape = request("PutEvents", OPERATIONS["PutRule"].shape.members)
        more = {**OPERATIONS, "PutEvents": Operation(shape, echo)}
        return await call(await new_plane(), "PutEvents", {"Name": "a"}, more)

    assert run(ask()) == {"Name": "a"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_it_lacks(operation: str) -> None:
    required = OPERATIONS[operation].shape.required
    if not required:
        return
    message = refusal(operation).message
    assert message.startswith(f"{len(required)} validation error")
    assert message.count("Member must not be null") == len(required)


@pytest.mark.parametrize(
    ("pattern", "result"), [('{"source":["shop"]}', True), ('{"source":["till"]}', False)]
)
def test_test_event_pattern(pattern: str, result: bool) -> None:
    told = answer("TestEventPattern", EventPattern=pattern, Event=json.dumps(EVENT))
    assert told == {"Result": result}


@pytest.mark.parametrize(
    "event",
    [*({k: v for k, v in EVENT.items() if k != name} for name in EVENT), [EVENT], "x", None],
)
def test_test_event_pattern_wants_an_event(event: Any) -> None:
    error = refusal("TestEventPattern", EventPattern='{"source":["a"]}', Event=json.dumps(event))
    assert (error.code, error.message) == (
        ServiceCode.VALIDATION,
        "Parameter Event is not valid.",
    )


@pytest.mark.parametrize("text", ["", "{", "{}{}"])
def test_test_event_pattern_wants_json(text: str) -> None:
    error = refusal("TestEventPattern", EventPattern='{"source":["a"]}', Event=text)
    assert error.message == "Parameter Event is not valid."


def test_test_event_pattern_words_a_bad_pattern_as_put_rule_does() -> None:
    tested = refusal("TestEventPattern", EventPattern='{"a":[]}', Event=json.dumps(EVENT))
    put = refusal("PutRule", Name="r", EventPattern='{"a":[]}')
    assert tested.code is ServiceCode.INVALID_EVENT_PATTERN
    assert (tested.code, tested.message) == (put.code, put.message)


def test_a_managed_rule_shows_its_manager() -> None:
    async def ask() -> dict[str, Any]:
        plane = await new_plane()
        await plane.put_rule("r", event_pattern='{"a":["b"]}', managed_by="archives")
        return await call(plane, "DescribeRule", {"Name": "r"})

    assert run(ask())["ManagedBy"] == "archives"


def test_settings_of_a_bus_are_shown_as_they_were_given() -> None:
    async def ask() -> dict[str, Any]:
        plane = await new_plane()
        await call(plane, "CreateEventBus", {"Name": "b", "KmsKeyIdentifier": "k", **log})
        await call(plane, "UpdateEventBus", {"Name": "b", "KmsKeyIdentifier": "l"})
        return await call(plane, "DescribeEventBus", {"Name": "b"})

    log = {"LogConfig": {"Level": "INFO", "IncludeDetail": "FULL"}}
    found = run(ask())
    assert found["LogConfig"] == log["LogConfig"]
    assert found["KmsKeyIdentifier"] == "l"
    assert "DeadLetterConfig" not in found


def test_texts_that_are_no_unicode_last() -> None:
    async def ask() -> dict[str, Any]:
        plane = await new_plane()
        await call(
            plane, "PutRule", {"Name": "r", "EventPattern": '{"a":["b"]}', "Description": "\ud800"}
        )
        return await call(plane, "DescribeRule", {"Name": "r"})

    assert run(ask())["Description"] == "\ud800"


def test_a_bus_of_a_partner_has_no_source() -> None:
    error = refusal("CreateEventBus", Name="a", EventSourceName="aws.partner/x/y")
    assert error.code is ServiceCode.RESOURCE_NOT_FOUND
