"""Other buses as targets."""

import json

import pytest

from eventmatch.delivery.model import DELIVERED, ErrorCode
from eventmatch.targets import BusTarget, Renewal
from eventmatch.testing.clock import VirtualClock
from tests.targets.attempts import attempt, codes, deliver
from tests.targets.fakes import Buses

NEAR = "arn:aws:events:us-east-1:123456789012:event-bus/near"
FAR = "arn:aws:events:eu-west-1:123456789012:event-bus/far"


@pytest.fixture
def buses() -> Buses:
    return Buses(NEAR, FAR)


@pytest.fixture
def near(buses: Buses) -> BusTarget:
    return BusTarget(buses, NEAR)


@pytest.fixture
def far(buses: Buses) -> BusTarget:
    return BusTarget(buses, FAR, renewal=Renewal(VirtualClock(1_800_000_000.7), lambda: "new"))


def test_an_event_stays_the_same_in_its_region(buses: Buses, near: BusTarget) -> None:
    sent = attempt(b'"a payload is for other targets"', facts={"trace": "t"})
    assert deliver(near, sent) == [DELIVERED]
    (event,) = buses.events[NEAR]
    assert event.body == sent.event.body
    assert event.facts == {"trace": "t", "account-hops": "1"}


def test_an_event_gets_a_new_id_and_time_in_another_region(buses: Buses, far: BusTarget) -> None:
    tricky = 'say "id":"x","time":"y"'
    sent = attempt(source=tricky, detail={"id": "old", "time": "then", "number": 1})
    assert deliver(far, sent) == [DELIVERED]
    (event,) = buses.events[FAR]
    expected = {**json.loads(sent.event.body), "id": "new", "time": "2027-01-15T08:00:00Z"}
    assert list(json.loads(event.body).items()) == list(expected.items())
    assert event.facts == {"region-hops": "1"}


def test_the_digits_of_numbers_stay(buses: Buses, far: BusTarget) -> None:
    sent = attempt()
    body = sent.event.body.replace(b"100", b"1.00e2")
    deliver(far, sent._replace(event=sent.event._replace(body=body)))
    assert b'"total":1.00e2,' in buses.events[FAR][0].body


def test_a_second_hop_of_the_same_kind_is_refused(
    buses: Buses, near: BusTarget, far: BusTarget
) -> None:
    deliver(near, attempt())
    deliver(far, attempt())
    near_twice = attempt(facts=buses.events[NEAR][0].facts)
    far_twice = attempt(facts=buses.events[FAR][0].facts)
    (account,), (region,) = deliver(near, near_twice), deliver(far, far_twice)
    assert account.code is ErrorCode.THIRD_ACCOUNT_HOP_DETECTED
    assert region.code is ErrorCode.THIRD_REGION_HOP_DETECTED
    assert not account.is_retryable
    assert not region.is_retryable
    assert len(buses.events[NEAR]) == len(buses.events[FAR]) == 1


def test_one_hop_of_each_kind_is_fine(buses: Buses, near: BusTarget, far: BusTarget) -> None:
    deliver(far, attempt())
    (event,) = buses.events[FAR]
    assert deliver(near, attempt(facts=event.facts)) == [DELIVERED]
    assert buses.events[NEAR][0].facts == {"region-hops": "1", "account-hops": "1"}


def test_hops_are_counted_even_where_they_are_not_limited(buses: Buses) -> None:
    target = BusTarget(buses, NEAR, limited=False)
    assert deliver(target, attempt(facts={"account-hops": "7"})) == [DELIVERED]
    assert buses.events[NEAR][0].facts == {"account-hops": "8"}


def test_a_missing_bus_is_named(buses: Buses) -> None:
    outcomes = deliver(BusTarget(buses, f"{NEAR}-by"), attempt())
    assert codes(outcomes) == [ErrorCode.NO_RESOURCE]
    assert "Event bus near-by does not exist." in outcomes[0].message
