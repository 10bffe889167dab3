"""From ARNs to adapters."""

import logging
import re
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from eventmatch.delivery.model import DELIVERED, ErrorCode, Outcome
from eventmatch.delivery.ports import Adapter
from eventmatch.errors import ConfigurationError
from eventmatch.targets import (
    Adapters,
    BusTarget,
    CallableTarget,
    Endpoint,
    HttpTarget,
    LogTarget,
    QueueTarget,
    Resources,
    Target,
    TopicTarget,
    Unreachable,
    parameter,
)
from eventmatch.targets.aws.events import EventsTarget
from eventmatch.targets.aws.lambda_ import LambdaTarget
from eventmatch.targets.aws.sns import SnsTarget
from eventmatch.targets.aws.sqs import SqsTarget
from eventmatch.targets.registry import installed
from tests.targets.attempts import attempt, codes, deliver
from tests.targets.endpoints import web_server
from tests.targets.fakes import Buses, Shelves

HERE = "us-east-1:123456789012"
ELSEWHERE = "us-east-1:210987654321"
DESTINATION = f"arn:aws:events:{HERE}:api-destination/pager/0123"

made: list[Target] = []


def make_plug_in(target: Target, _resources: Resources) -> Adapter:
    """The maker that the plug-ins of these tests name."""
    made.append(target)
    return CallableTarget(print)


def fail_to_make(_target: Target, _resources: Resources) -> Adapter:
    raise ValueError("no such channel")


def make_nothing(_target: Target, _resources: Resources) -> None:
    pass


def make_without_calls(_target: Target, _resources: Resources) -> Adapter:
    made = CallableTarget(print)
    made.concurrency = 0
    return made


def make_endless(_target: Target, _resources: Resources) -> Adapter:
    made = CallableTarget(print)
    made.batch_size = "1"  # type: ignore[assignment]
    return made


def plug_in(name: str, attribute: str = "make_plug_in") -> EntryPoint:
    return EntryPoint(name, f"{__name__}:{attribute}", "eventmatch.targets")


def no_client(_service: str, _region: str) -> Any:
    raise AssertionError("no client is needed to make an adapter")


def adapters(*plug_ins: EntryPoint, **resources: Any) -> Adapters:
    mine = Resources(account="123456789012", region="us-east-1", **resources)
    return Adapters(mine, plug_ins=lambda: plug_ins)


def reason(adapter: Adapter) -> Outcome:
    """Why there is no target."""
    assert isinstance(adapter, Unreachable)
    (outcome,) = deliver(adapter, attempt())
    return outcome


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        (f"arn:aws:sqs:{HERE}:q", QueueTarget),
        (f"arn:aws:sqs:{ELSEWHERE}:q", SqsTarget),
        ("arn:aws:sqs:eu-west-1:123456789012:q", SqsTarget),
        (f"arn:aws:sns:{HERE}:t", TopicTarget),
        (f"arn:aws:sns:{ELSEWHERE}:t", SnsTarget),
        (f"arn:aws:lambda:{HERE}:function:f:live", LambdaTarget),
        (f"arn:aws:events:{HERE}:event-bus/b", BusTarget),
        ("arn:aws:events:eu-west-1:123456789012:event-bus/b", BusTarget),
        (f"arn:aws:events:{ELSEWHERE}:event-bus/b", EventsTarget),
        (DESTINATION, HttpTarget),
        ("arn:eventmatch:log:::stdout", LogTarget),
        ("arn:eventmatch:log:::orders", LogTarget),
    ],
)
def test_each_arn_has_its_adapter(arn: str, kind: type) -> None:
    full = adapters(
        queues=Shelves(),
        topics=Shelves(),
        forward=Buses(),
        endpoints={DESTINATION: Endpoint(url="http://127.0.0.1")},
        clients=no_client,
    )
    assert type(full.adapter(arn)) is kind


@pytest.mark.parametrize(
    "resource", ["sqs:{}:q", "sns:{}:t", "lambda:{}:function:f", "events:{}:event-bus/b"]
)
def test_without_clients_nothing_is_asked_of_aws(resource: str) -> None:
    outcome = reason(adapters().adapter(f"arn:aws:{resource.format(HERE)}"))
    assert outcome.code is ErrorCode.SDK_CLIENT_ERROR
    assert "no clients of AWS" in outcome.message
    assert outcome.is_retryable


def test_the_group_of_a_queue_comes_from_its_parameters() -> None:
    shelves = Shelves("q.fifo")
    members = {"SqsParameters": {"MessageGroupId": "$.detail.customer"}}
    queue = adapters(queues=shelves).adapter(f"arn:aws:sqs:{HERE}:q.fifo", members)
    deliver(queue, attempt(detail={"customer": "c-1"}))
    assert shelves.messages["q.fifo"][0].group == "c-1"


def test_http_parameters_go_with_those_of_the_connection() -> None:
    members = {
        "HttpParameters": {
            "PathParameterValues": ["$.detail.id"],
            "HeaderParameters": {"X-Target": "$.source", "x-key": "forged"},
            "QueryStringParameters": {"q": "1"},
        }
    }
    with web_server() as server:
        endpoint = Endpoint(url=f"{server.url}/*", headers={"X-Key": parameter("secret")})
        outcomes = deliver(
            adapters(endpoints={DESTINATION: endpoint}).adapter(DESTINATION, members),
            attempt(detail={"id": "o"}),
        )
    assert outcomes == [DELIVERED]
    (received,) = server.received
    assert received.path == "/o?q=1"
    assert dict(received.headers)["X-Target"] == "shop.orders"
    keys = [value for name, value in received.headers if name.lower() == "x-key"]
    assert keys == ["secret"]


def test_a_missing_api_destination_is_no_resource() -> None:
    outcome = reason(adapters().adapter(DESTINATION))
    assert outcome.code is ErrorCode.NO_RESOURCE
    assert "pager" in outcome.message


def test_a_callable_may_be_registered_later() -> None:
    seen: list[Any] = []
    callables: dict[str, Adapter] = {}
    page = adapters(callables=callables).adapter("arn:eventmatch:callable:::page")
    (outcome,) = deliver(page, attempt())
    assert (outcome.code, outcome.is_retryable) == (ErrorCode.NO_RESOURCE, True)
    assert outcome.message == 'no function is registered as "page"'
    callables["page"] = CallableTarget(seen.append, batch_size=7, concurrency=3, timeout=9)
    assert deliver(page, attempt()) == [DELIVERED]
    assert (page.batch_size, page.concurrency, page.timeout) == (7, 3, 10)
    assert len(seen) == 1


def test_logs_show_payloads_only_where_they_are_asked_to(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "orders")
    for arn in ("arn:eventmatch:log:::orders", "arn:eventmatch:log:::orders/payload"):
        deliver(adapters().adapter(arn), attempt(b'"payload"'))
    first, second = (record.getMessage() for record in caplog.records)
    assert "shop.orders" in first
    assert second == '"payload"'


def test_the_standard_streams_are_logs(capsys: pytest.CaptureFixture[str]) -> None:
    deliver(adapters().adapter("arn:eventmatch:log:::stdout/payload"), attempt(b"1"))
    deliver(adapters().adapter("arn:eventmatch:log:::stderr/payload"), attempt(b"2"))
    assert capsys.readouterr() == ("1\n", "2\n")


@pytest.mark.parametrize("arn", ["", "queue", "arn:aws:sqs", "arn:aws::us-east-1:1:q"])
def test_what_is_no_arn_is_told_in_the_words_of_aws(arn: str) -> None:
    outcome = reason(adapters().adapter(arn))
    assert outcome.code is ErrorCode.INVALID_PARAMETER
    text = f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
    assert outcome.message == text


def test_an_unknown_kind_answers_every_attempt_with_the_reason() -> None:
    unknown = adapters().adapter(f"arn:aws:firehose:{HERE}:stream/s")
    outcomes = deliver(unknown, attempt(), attempt())
    assert codes(outcomes) == [ErrorCode.NO_RESOURCE] * 2
    assert 'no kind of target is named "firehose"' in outcomes[0].message
    assert f"arn:aws:firehose:{HERE}:stream/s" in outcomes[0].message


def test_makers_go_before_the_kinds_that_are_always_there() -> None:
    mine = Resources(account="123456789012", region="us-east-1")
    own = Adapters(mine, {"lambda": make_plug_in}, lambda: [])
    assert isinstance(own.adapter(f"arn:aws:lambda:{HERE}:function:f"), CallableTarget)


def test_a_plug_in_serves_its_kind() -> None:
    made.clear()
    slack = adapters(plug_in("slack")).adapter("arn:eventmatch:slack:::orders", {"Id": "1"})
    assert isinstance(slack, CallableTarget)
    assert (made[0].arn.resource, made[0].members) == ("orders", {"Id": "1"})


def test_a_plug_in_does_not_replace_what_is_always_there() -> None:
    with_sqs = adapters(plug_in("sqs"), queues=Shelves())
    assert isinstance(with_sqs.adapter(f"arn:aws:sqs:{HERE}:q"), QueueTarget)


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        ("nothing_there", 'the plug-in "slack" \\(.*nothing_there\\) cannot be loaded'),
        ("make_nothing", "NoneType is no adapter: it has no batch_size, concurrency, timeout"),
        ("make_without_calls", "CallableTarget is no adapter: its concurrency is 0"),
        ("make_endless", "CallableTarget is no adapter: its batch_size is '1'"),
        ("made", "the target cannot be made: TypeError: 'list' object is not callable"),
        ("fail_to_make", "the target cannot be made: ValueError: no such channel"),
    ],
)
def test_a_broken_plug_in_says_why_and_harms_no_other(attribute: str, text: str) -> None:
    both = adapters(plug_in("slack", attribute), plug_in("pager"))
    outcome = reason(both.adapter("arn:eventmatch:slack:::orders"))
    assert outcome.code is ErrorCode.SDK_CLIENT_ERROR
    assert outcome.is_retryable
    assert re.search(text, outcome.message)
    assert isinstance(both.adapter("arn:eventmatch:pager:::me"), CallableTarget)


def test_two_plug_ins_of_one_name_are_told_apart_by_nobody() -> None:
    twice = adapters(plug_in("slack"), plug_in("slack", "fail_to_make"))
    outcome = reason(twice.adapter("arn:eventmatch:slack:::orders"))
    assert 'more than one plug-in is named "slack"' in outcome.message
    assert "fail_to_make" in outcome.message


def test_a_missing_extra_lets_deliveries_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> HttpTarget:
        raise ConfigurationError("", 'HTTP targets need httpx; install "eventmatch[http]"')

    monkeypatch.setattr("eventmatch.targets.builtin.HttpTarget", refuse)
    endpoints = {DESTINATION: Endpoint(url="http://127.0.0.1")}
    outcome = reason(adapters(endpoints=endpoints).adapter(DESTINATION))
    assert outcome.code is ErrorCode.SDK_CLIENT_ERROR
    assert "eventmatch[http]" in outcome.message


def test_plug_ins_come_from_the_installation() -> None:
    assert all(found.group == "eventmatch.targets" for found in installed())
