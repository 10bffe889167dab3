"""The records of sources as functions get them. Pure.

Meaning: service reference §6.5, event shapes.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from eventmatch.bus.arn import Arn
from eventmatch.mappings.batches import Item, item
from eventmatch.queues.admission import typed
from eventmatch.queues.model import Attribute, Received

_STRING: Final = b"\1"
_BINARY: Final = b"\2"


class Source(NamedTuple):
    """Where records come from."""

    arn: str
    region: str

    @classmethod
    def of(cls, arn: str) -> "Source":
        """Return the source with that ARN."""
        parsed = Arn.parse(arn)
        return cls(arn, parsed.region if parsed else "")


def message(received: Received, source: Source, sender: str, *, is_fifo: bool) -> Item:
    """Return a message of an embedded queue; `sender` is the account that sent it."""
    stored, sent = received.stored, received.stored.message
    attributes = {
        "ApproximateReceiveCount": str(received.receive_count),
        "SentTimestamp": _milliseconds(stored.sent),
        "SenderId": sender,
        "ApproximateFirstReceiveTimestamp": _milliseconds(received.first_received),
        "SequenceNumber": f"{stored.sequence:020}" if is_fifo else None,
        "MessageGroupId": sent.group,
        "MessageDeduplicationId": sent.deduplication_id if is_fifo else None,
        "AWSTraceHeader": sent.trace,
    }
    parts = {name: _attribute(value) for name, value in typed(sent.attributes)}
    record = {
        "messageId": stored.id,
        "receiptHandle": received.receipt,
        "body": sent.body,
        "attributes": {name: value for name, value in attributes.items() if value is not None},
        "messageAttributes": parts,
        "md5OfBody": _md5(sent.body.encode()),
        "eventSource": "aws:sqs",
        "eventSourceARN": source.arn,
        "awsRegion": source.region,
    }
    if parts:
        record["md5OfMessageAttributes"] = attributes_md5(dict(typed(sent.attributes)))
    return item(stored.id, record, handle=received.receipt)


def sqs_message(received: Mapping[str, Any], source: Source) -> Item:
    """Return a message as the client of SQS gives it."""
    parts = {
        name: _attribute(_client_attribute(value))
        for name, value in received.get("MessageAttributes", {}).items()
    }
    record = {
        "messageId": received["MessageId"],
        "receiptHandle": received["ReceiptHandle"],
        "body": received["Body"],
        "attributes": dict(received.get("Attributes", {})),
        "messageAttributes": parts,
        "md5OfBody": received["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": source.arn,
        "awsRegion": source.region,
    }
    if "MD5OfMessageAttributes" in received:
        record["md5OfMessageAttributes"] = received["MD5OfMessageAttributes"]
    return item(received["MessageId"], record, handle=received["ReceiptHandle"])


class Put(NamedTuple):
    """A record of a stream of Kinesis; `arrived` is in seconds since 1970."""

    sequence: str
    data: bytes
    partition_key: str
    arrived: float


def kinesis_record(put: Put, shard: str, source: Source, role: str) -> Item:
    """Return a record of a stream; `role` is the one that reads it."""
    record = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": put.partition_key,
            "sequenceNumber": put.sequence,
            "data": base64.b64encode(put.data).decode(),
            "approximateArrivalTimestamp": _number(put.arrived),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{put.sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": role,
        "awsRegion": source.region,
        "eventSourceARN": source.arn,
    }
    return item(put.sequence, record, key=put.partition_key, arrived=put.arrived)


def dynamodb_record(read: Mapping[str, Any], source: Source) -> Item:
    """Return a record as the client of DynamoDB streams gives it."""
    change = _jsonable(dict(read["dynamodb"]))
    arrived = read["dynamodb"]["ApproximateCreationDateTime"].timestamp()
    change["ApproximateCreationDateTime"] = _number(arrived)
    record = {
        "eventID": read["eventID"],
        "eventName": read["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": source.region,
        "dynamodb": change,
        "eventSourceARN": source.arn,
    }
    key = str(sorted(change.get("Keys", {}).items()))
    return item(change["SequenceNumber"], record, key=key, arrived=arrived)


def attributes_md5(attributes: Mapping[str, Attribute]) -> str:
    """Return the digest of message attributes by which clients of SQS check them."""
    text = bytearray()
    for name, attribute in sorted(attributes.items()):
        is_binary = attribute.type.startswith("Binary")
        value = base64.b64decode(attribute.value) if is_binary else attribute.value.encode()
        text += _sized(name.encode()) + _sized(attribute.type.encode())
        text += (_BINARY if is_binary else _STRING) + _sized(value)
    return _md5(bytes(text))


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _attribute(attribute: Attribute) -> dict[str, Any]:
    name = "binaryValue" if attribute.type.startswith("Binary") else "stringValue"
    return {
        name: attribute.value,
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": attribute.type,
    }


def _client_attribute(value: Mapping[str, Any]) -> Attribute:
    if "BinaryValue" in value:
        return Attribute(base64.b64encode(value["BinaryValue"]).decode(), value["DataType"])
    return Attribute(value["StringValue"], value["DataType"])


def _milliseconds(moment: float) -> str:
    return str(round(moment * 1000))


def _number(moment: float) -> float:
    """Return a moment with milliseconds; a whole second has no fraction."""
    whole, milliseconds = divmod(round(moment * 1000), 1000)
    return whole + milliseconds / 1000 if milliseconds else whole


def _jsonable(value: Any) -> Any:
    """Return a value of the client as JSON has it: bytes as base64."""
    if isinstance(value, Mapping):
        return {name: _jsonable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_jsonable(each) for each in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
