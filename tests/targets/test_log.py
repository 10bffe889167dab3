"""Events in logs."""

import asyncio
import io
import json
import logging
import threading

import pytest

from eventmatch.delivery.model import DELIVERED, ErrorCode
from eventmatch.targets import LogTarget, whole
from tests.targets.attempts import attempt, codes, deliver


class Full(io.StringIO):
    """A stream that takes lines and cannot flush them."""

    def flush(self) -> None:
        raise OSError("no space left")


def test_the_detail_is_left_out() -> None:
    stream = io.StringIO()
    deliver(LogTarget(stream), attempt(b'{"secret": 1}', detail={"secret": 1}), attempt())
    lines = stream.getvalue().splitlines()
    assert [json.loads(line)["source"] for line in lines] == ["shop.orders"] * 2
    assert "secret" not in stream.getvalue()
    assert "detail" not in json.loads(lines[0])


def test_the_whole_payload_stays_on_one_line() -> None:
    stream = io.StringIO()
    deliver(LogTarget(stream, whole), attempt(b'{"a":\r\n 1,\n"b": "x\\ny"}'))
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line) == {"a": 1, "b": "x\ny"}


def test_a_logger_gets_the_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "orders")
    assert deliver(LogTarget(logging.getLogger("orders")), attempt(source="100%s")) == [DELIVERED]
    assert json.loads(caplog.records[0].getMessage())["source"] == "100%s"


def test_what_is_not_flushed_is_tried_again() -> None:
    outcomes = deliver(LogTarget(Full()), attempt(), attempt())
    assert codes(outcomes) == [ErrorCode.ERROR_FROM_TARGET] * 2
    assert all(outcome.is_retryable for outcome in outcomes)
    assert outcomes[0].message == "OSError: no space left"


def test_a_character_that_the_stream_has_not_spoils_one_line() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    outcomes = deliver(LogTarget(stream, whole), attempt('"€"'.encode()), attempt(b'"x"'))
    assert codes(outcomes) == [ErrorCode.ERROR_FROM_TARGET, None]
    assert raw.getvalue() == b'"x"\n'


def test_a_stream_that_nobody_reads_holds_up_nothing_else() -> None:
    gate = threading.Event()
    was_let: list[bool] = []

    class Stuck(io.StringIO):
        def write(self, text: str) -> int:
            was_let.append(gate.wait(5))
            return super().write(text)

    async def scene() -> None:
        target = LogTarget(Stuck())
        delivering = asyncio.create_task(target.deliver([attempt()]))
        await asyncio.sleep(0)
        gate.set()
        assert await delivering == [DELIVERED]
        await target.close()

    asyncio.run(scene())
    assert was_let == [True]
