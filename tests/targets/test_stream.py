"""Embedded streams as targets."""

from typing import Any

import pytest

from eventmatch.bus.arn import Arn
from eventmatch.delivery.model import DELIVERED, ErrorCode
from eventmatch.errors import ConfigurationError
from eventmatch.targets import Adapters, Resources, StreamTarget
from eventmatch.targets.stream import partition_key
from tests.targets.attempts import attempt, codes, deliver
from tests.targets.fakes import Streams

HERE = Arn("aws", "kinesis", "us-east-1", "123456789012", "stream/orders")
EVENT = "6f87d04b-9050-ad3e-a37a-02b7ee6f0d5f"


def key_of(path: str | None, **members: Any) -> str:
    streams = Streams("orders")
    target = StreamTarget(streams, HERE, partition_key(path, lambda: "new"))
    assert deliver(target, attempt(b'"other"', **members)) == [DELIVERED]
    (record,) = streams.records["orders"]
    assert record.data == b'"other"'
    return record.partition_key


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("tenant-1", '"tenant-1"'),
        (42, "42"),
        (1.50, "1.5"),
        (True, "true"),
        ({"a": [1, "Zoë"]}, '{"a":[1,"Zoë"]}'),
        (None, "{}"),
    ],
)
def test_the_key_is_the_json_text_of_what_the_path_leads_to(value: object, expected: str) -> None:
    assert key_of("$.detail.key", detail={"key": value}) == expected


def test_a_path_to_nothing_is_an_empty_object() -> None:
    assert key_of("$.detail.key", detail={}) == "{}"


def test_without_a_path_no_two_keys_are_the_same() -> None:
    assert key_of(None) == f"{EVENT}_new"
    assert key_of(None, id=7) == "7_new"


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"PartitionKeyPath.*got \"detail\.key\""):
        partition_key("detail.key", str)


def test_a_missing_stream_is_told_in_the_words_of_kinesis() -> None:
    (outcome,) = deliver(StreamTarget(Streams(), HERE, partition_key(None, str)), attempt())
    assert outcome.code is ErrorCode.NO_RESOURCE
    assert outcome.message.startswith("Stream orders under account 123456789012 not found. (Serv")


def adapters(**resources: Any) -> Adapters:
    return Adapters(Resources(account="123456789012", region="us-east-1", **resources))


def test_a_stream_of_this_account_is_served_here() -> None:
    streams = Streams("orders")
    members = {"KinesisParameters": {"PartitionKeyPath": "$.source"}}
    assert deliver(adapters(streams=streams).adapter(str(HERE), members), attempt()) == [DELIVERED]
    (record,) = streams.records["orders"]
    assert record.partition_key == '"shop.orders"'


@pytest.mark.parametrize("account", ["123456789012", "210987654321"])
def test_a_stream_that_this_process_has_not_waits(account: str) -> None:
    given = {} if account == "123456789012" else {"streams": Streams("orders")}
    arn = str(HERE._replace(account=account))
    outcomes = deliver(adapters(**given).adapter(arn), attempt())
    assert codes(outcomes) == [ErrorCode.SDK_CLIENT_ERROR]
    assert "kinesis" in outcomes[0].message
