"""Log records as lines of JSON."""

import io
import json
import logging

import pytest

from eventmatch.delivery.model import ErrorCode, Outcome, RetryPolicy
from eventmatch.delivery.ports import Destination
from eventmatch.observers.logs import JsonFormatter
from tests.delivery.worlds import FakeTarget, World, play


def test_a_record_is_one_line_with_its_facts() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.Logger("some.logger")
    logger.addHandler(handler)
    logger.warning("two\nlines: %s", "ü", extra={"record": "INVOCATION_DLQ", "attempt": 3})
    try:
        raise ValueError("wrong")
    except ValueError:
        logger.exception("it failed")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first.pop("time").endswith("+00:00")
    assert first == {
        "level": "WARNING",
        "logger": "some.logger",
        "message": "two\nlines: ü",
        "record": "INVOCATION_DLQ",
        "attempt": 3,
    }
    assert "ValueError: wrong" in second["exception"]


def test_a_failed_attempt_is_told_without_the_event(caplog: pytest.LogCaptureFixture) -> None:
    refused = Outcome(ErrorCode.TIMEOUT, "no answer")

    async def scene() -> None:
        policy = RetryPolicy(maximum_retry_attempts=1)
        world = World(a=Destination("bus/rule/a", FakeTarget(lambda _: refused), policy))
        await world.put(b'{"secret":1}')
        await world.clock.advance(5)

    with caplog.at_level(logging.INFO, "eventmatch.delivery"):
        play(scene)
    told = [vars(record) for record in caplog.records if hasattr(record, "record")]
    assert [(each["record"], each["attempt"], each["error_code"]) for each in told] == [
        ("INVOCATION_ATTEMPT_RETRYABLE_FAILURE", 1, "TIMEOUT"),
        ("INVOCATION_FAILURE", 2, "TIMEOUT"),
    ]
    assert all(each["destination"] == "bus/rule/a" for each in told)
    assert "secret" not in caplog.text
