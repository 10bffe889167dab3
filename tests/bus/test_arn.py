"""ARNs are built, taken apart, and told from names."""

import pytest

from eventmatch.bus.arn import Arn, Place, RuleName, bare_name

PLACE = Place(partition="aws-cn", region="cn-north-1", account="111122223333")
START = "arn:aws-cn:events:cn-north-1:111122223333:"


def test_arns_of_a_place() -> None:
    assert PLACE.bus("shop") == f"{START}event-bus/shop"
    assert PLACE.rule("default", "r") == f"{START}rule/r"
    assert PLACE.rule("shop", "r") == f"{START}rule/shop/r"
    assert PLACE.archive("a") == f"{START}archive/a"
    assert PLACE.replay("again") == f"{START}replay/again"
    assert PLACE.root("444455556666") == "arn:aws-cn:iam::444455556666:root"


@pytest.mark.parametrize("kind", ["event-bus", "archive", "replay"])
def test_a_name_is_taken_as_it_is_and_out_of_an_arn(kind: str) -> None:
    assert PLACE.name_of(kind, "n") == "n"
    assert PLACE.name_of(kind, f"{START}{kind}/n") == "n"


@pytest.mark.parametrize(
    "arn",
    [
        f"{START}rule/shop",
        "arn:aws:events:cn-north-1:111122223333:event-bus/shop",
        "arn:aws-cn:events:cn-north-2:111122223333:event-bus/shop",
        "arn:aws-cn:events:cn-north-1:999999999999:event-bus/shop",
    ],
)
def test_another_arn_has_no_name_here(arn: str) -> None:
    assert PLACE.name_of("event-bus", arn) is None


def test_the_rule_of_an_arn() -> None:
    assert PLACE.rule_of(f"{START}rule/r") == RuleName("default", "r")
    assert PLACE.rule_of(f"{START}rule/shop/r") == RuleName("shop", "r")
    assert PLACE.rule_of(f"{START}event-bus/shop") is None
    assert PLACE.rule_of("r") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "orders",
        "arn:aws:sqs",
        "arn::sqs:r:a:q",
        "arn:aws:sqs:r:a:",
    ],
)
def test_what_is_no_arn(text: str) -> None:
    assert Arn.parse(text) is None


@pytest.mark.parametrize(
    "text", ["arn:aws:sqs:r:1:orders", "arn:aws:events:r:::", "arn:a:b::c:d:e"]
)
def test_an_arn_is_written_as_it_was(text: str) -> None:
    assert str(Arn.parse(text)) == text


def test_the_bare_name_for_messages() -> None:
    assert bare_name("shop") == "shop"
    assert bare_name("arn:aws:events:r:1:event-bus/shop") == "shop"
