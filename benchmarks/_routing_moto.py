"""moto's server with boto3 and one queue, for comparison."""

import itertools
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from _measure import expect, progress
from _routing import entries, queue_arn

CALLERS = 4


def rate(seconds: float) -> float | None:
    """Return the entries a second of moto in calls of ten; None where it is not installed."""
    try:
        import boto3
        from moto.server import ThreadedMotoServer
    except ImportError:
        return None
    progress("moto")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        return _rate(boto3, f"http://{host}:{port}", seconds)
    finally:
        server.stop()


def _rate(boto3: Any, url: str, seconds: float) -> float:
    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    queues, events = client("sqs"), client("events")
    queue = queues.create_queue(QueueName="left")["QueueUrl"]
    events.put_rule(Name="all", EventPattern='{"source": [{"prefix": "bench."}, "shop.orders"]}')
    events.put_targets(Rule="all", Targets=[{"Id": "left", "Arn": queue_arn("left")}])
    some = [entry for entry in entries(2_000) if entry["Source"].startswith("bench.")][:1_000]
    parts = [some[start : start + 10] for start in range(0, 1_000, 10)]
    end = time.perf_counter() + seconds

    def put(_caller: int) -> int:
        own, sent = client("events"), 0
        for part in itertools.cycle(parts):
            if time.perf_counter() > end:
                break
            answer = own.put_events(Entries=part)
            expect(not answer["FailedEntryCount"], "moto refuses an entry")
            sent += len(part)
        return sent

    started = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as threads:
        sent = sum(threads.map(put, range(CALLERS)))
    taken = time.perf_counter() - started
    attributes = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    seen = int(attributes["ApproximateNumberOfMessages"])
    expect(seen == sent, f"moto has delivered {seen} of {sent}")
    return sent / taken
