"""The services of AWS, played by moto on the loopback."""

import contextlib
import functools
import json
from collections.abc import Iterator
from typing import Any, Final

import boto3
from moto.server import ThreadedMotoServer

from eventmatch.bus.arn import Arn
from eventmatch.targets.aws.clients import Clients

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"


@functools.cache
def session() -> Any:
    """One for all, because it reads the models of the services only once."""
    return boto3.Session("fake", "fake", region_name=REGION)


def clients(endpoint_url: str) -> Clients:
    return Clients(endpoint_url=endpoint_url, session=session())


def arn(service: str, resource: str) -> Arn:
    return Arn("aws", service, REGION, ACCOUNT, resource)


@contextlib.contextmanager
def moto_server() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()
        server._server.server_close()


class Cloud:
    """Makes resources, and tells what they have received."""

    def __init__(self, url: str) -> None:
        self.clients = clients(url)

    def client(self, service: str) -> Any:
        return self.clients(service, REGION)

    def queue(self, name: str) -> Arn:
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        fifo = attributes if name.endswith(".fifo") else {}
        self.client("sqs").create_queue(QueueName=name, Attributes=fifo)
        return arn("sqs", name)

    def messages(self, queue: Arn) -> list[Any]:
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=queue.resource)["QueueUrl"]
        messages: list[Any] = []
        while batch := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]
        ).get("Messages"):
            messages += batch
        return messages

    def bodies(self, queue: Arn) -> list[bytes]:
        return [message["Body"].encode() for message in self.messages(queue)]

    def topic(self, name: str, queue: Arn) -> Arn:
        sns = self.client("sns")
        topic = sns.create_topic(Name=name)["TopicArn"]
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=str(queue), Attributes=raw)
        return arn("sns", name)

    def bus(self, name: str, queue: Arn) -> Arn:
        events = self.client("events")
        events.create_event_bus(Name=name)
        pattern = json.dumps({"version": ["0"]})
        events.put_rule(Name="all", EventBusName=name, EventPattern=pattern)
        targets = [{"Id": "queue", "Arn": str(queue)}]
        events.put_targets(Rule="all", EventBusName=name, Targets=targets)
        return arn("events", f"event-bus/{name}")
