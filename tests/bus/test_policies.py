"""What the vectors do not tell of policies: what is not understood never opens a bus."""

import json
from typing import Any

import pytest

from eventmatch.bus.policies import Caller, may_put_events, normalized
from eventmatch.errors import ServiceError

BUS = "arn:aws:events:us-east-1:123456789012:event-bus/shop"
FRIEND = "210987654321"
ALLOW: dict[str, Any] = {
    "Sid": "one",
    "Effect": "Allow",
    "Principal": "*",
    "Action": "events:PutEvents",
    "Resource": BUS,
}
DENY = {**ALLOW, "Sid": "two", "Effect": "Deny"}
STRANGE = {"StringLike": {"aws:PrincipalOrgID": "o-*"}}
ELSEWHERE = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}


def allowed(*statements: dict[str, Any], account: str = FRIEND) -> bool:
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return may_put_events(policy, BUS, Caller(account, "o-abc"))


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, True),
        ({"Action": "events:*"}, True),
        ({"Action": "*"}, True),
        ({"Action": "events:Put[E]vents"}, False),
        ({"Resource": "arn:aws:events:*:123456789012:event-bus/sh?p"}, True),
        ({"Resource": "arn:aws:events:*:123456789012:event-bus/s"}, False),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"Service": "events.amazonaws.com"}}, False),
        ({"Principal": {"AWS": f"arn:aws:iam::{FRIEND}:user/anna"}}, False),
        ({"Principal": None}, False),
        ({"Effect": "Perhaps"}, False),
        ({"Condition": {}}, True),
        ({"Condition": STRANGE}, False),
        ({"Condition": ELSEWHERE}, False),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-x", "o-abc"]}}}, True),
        ({"NotPrincipal": {"AWS": "333333333333"}}, False),
    ],
    ids=str,
)
def test_one_statement(changes: dict[str, Any], verdict: bool) -> None:
    assert allowed({**ALLOW, **changes}) is verdict


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, False),
        ({"Principal": {"AWS": "333333333333"}}, True),
        ({"Action": "events:PutRule"}, True),
        ({"Condition": STRANGE}, False),
        ({"NotAction": "events:PutRule"}, False),
    ],
    ids=str,
)
def test_a_refusal_beside_a_permission(changes: dict[str, Any], verdict: bool) -> None:
    assert allowed(ALLOW, {**DENY, **changes}) is verdict


def test_the_owner_is_not_locked_out() -> None:
    assert allowed(DENY, account="123456789012")


def test_accounts_in_a_list_become_roots() -> None:
    principal = {"AWS": [FRIEND, "*", "arn:aws:iam::333333333333:root"]}
    text = json.dumps({"Version": "1", "Statement": [{**ALLOW, "Principal": principal}]})
    kept = json.loads(normalized(text, "arn:aws:iam::{}:root"))
    assert kept["Statement"][0]["Principal"]["AWS"] == [
        f"arn:aws:iam::{FRIEND}:root",
        "*",
        "arn:aws:iam::333333333333:root",
    ]


def test_the_place_of_a_duplicate_is_told() -> None:
    text = '{"Version":"1",\n "Statement":[{"Sid":"a","Resource":""},{"Sid":"a","Resource":""}]}'
    with pytest.raises(ServiceError, match="at line 2 column 41: The Statement Ids"):
        normalized(text, "{}")


@pytest.mark.parametrize("statement", ['"x"', "[1]", '[{"Sid":1,"Resource":""}]', "7", "true"])
def test_statements_that_are_none(statement: str) -> None:
    with pytest.raises(ServiceError, match="This text appears not to be a policy"):
        normalized(f'{{"Version":"1","Statement":{statement}}}', "{}")


@pytest.mark.parametrize("condition", ["1e999", "[" * 980 + "]" * 980], ids=["huge", "deep"])
def test_what_cannot_be_kept_is_no_policy(condition: str) -> None:
    statement = f'{{"Sid":"a","Effect":"Deny","Resource":"*","Condition":{condition}}}'
    with pytest.raises(ServiceError, match="invalid Json"):
        normalized(f'{{"Version":"1","Statement":{statement}}}', "{}")
