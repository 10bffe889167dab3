"""The router of scripts: whatever they forget, nothing waits for ever."""

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from eventmatch.queues.model import Message
from eventmatch.router.synchronous import SyncRouter

ENTRY = {"Source": "shop", "DetailType": "order", "Detail": "{}"}


def test_a_router_that_was_not_started_can_be_stopped_and_does_nothing() -> None:
    router = SyncRouter()
    router.stop()
    with pytest.raises(RuntimeError, match="between start and stop"):
        router.put_events([ENTRY])


def test_a_router_is_stopped_once() -> None:
    router = SyncRouter()
    router.start()
    router.stop()
    router.stop()
    with pytest.raises(RuntimeError, match="between start and stop"):
        router.put_events([ENTRY])
    with pytest.raises(RuntimeError, match="make a new one"):
        router.start()


def test_a_script_uses_the_parts_of_a_router() -> None:
    with SyncRouter() as router:
        run = router.run
        run(router.queues.create_queue("jobs"))
        run(router.topics.create_topic("news"))
        run(router.topics.subscribe("news", "jobs"))
        run(router.topics.publish("news", Message("a")))
        (message,) = run(router.queues.receive("jobs"))
        assert '"Message":"a"' in message.stored.message.body
        run(router.streams.create_stream("clicks"))
        role = run(router.functions.put_role("r", actions=["sqs:*"], resources=["*"]))
        assert role.allows("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:jobs")
        assert router.logs.read("none") == []
        for part in ("mappings", "schedules", "archives", "replays", "letters"):
            assert getattr(router, part) is getattr(router.router, part)


def test_a_handler_is_registered_before_the_start(tmp_path: Path) -> None:
    with SyncRouter(tmp_path / "events.db") as router:
        router.put_function("twice", lambda event, _: 2 * event)
    router = SyncRouter(tmp_path / "events.db")
    router.register_handler("twice", lambda event, _: 2 * event)
    with router:
        assert router.invoke("twice", 21).payload == b"42"


def test_a_script_that_forgets_to_stop_still_ends() -> None:
    program = "import eventmatch; eventmatch.SyncRouter().start()"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)


def test_a_function_on_the_loop_cannot_wait_for_the_loop() -> None:
    refused: list[RuntimeError] = []
    with SyncRouter() as router:

        async def again(_: Any) -> None:
            with pytest.raises(RuntimeError) as raised:
                router.put_events([ENTRY])
            with pytest.raises(RuntimeError):
                router.stop()
            refused.append(raised.value)

        router.put_rule("orders", event_pattern={"source": ["shop"]})
        router.put_targets("orders", {"again": again})
        router.put_events([ENTRY])
        router.idle()
    assert len(refused) == 1


def test_who_waits_is_called_off_by_the_end() -> None:
    router, waits = SyncRouter(), threading.Event()
    router.start()

    async def wait() -> None:
        waits.set()
        await asyncio.Event().wait()

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(lambda: router.run(wait()))
        waits.wait(20)
        router.stop()
        with pytest.raises(CancelledError):
            waiting.result(20)


def test_many_threads_put_while_one_stops() -> None:
    router, got = SyncRouter(), list[Any]()
    router.start()
    router.put_rule("orders", event_pattern={"source": ["shop"]})

    def put() -> None:
        try:
            while True:
                got.append(router.put_events([ENTRY]))
        except Exception:
            return

    with ThreadPoolExecutor(8) as threads:
        putting = [threads.submit(put) for _ in range(8)]
        while len(got) < 50:
            assert not all(each.done() for each in putting)
        router.stop()
        for each in putting:
            each.result(20)
