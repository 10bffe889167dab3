"""Parameters that may be paths into the event."""

import pytest

from eventmatch.targets import parameter
from tests.targets.attempts import attempt

EVENT = attempt(
    detail={
        "customer": "c-1",
        "count": 3,
        "ratio": 0.5,
        "flag": True,
        "none": None,
        "empty": "",
        "items": [{"name": "a"}, {"name": "b"}, {}],
        "map": {"ä": 1},
        "a-b/c_d": "odd",
    }
).event


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("orders", "orders"),
        ("", ""),
        ("$5 a day", "$5 a day"),
        ("$.source", "shop.orders"),
        ("$.detail.customer", "c-1"),
        ("$.detail.count", "3"),
        ("$.detail.ratio", "0.5"),
        ("$.detail.flag", "true"),
        ("$.detail.none", None),
        ("$.detail.missing", None),
        ("$.detail.customer.deeper", None),
        ("$.detail.empty", ""),
        ("$.detail.map", '{"ä":1}'),
        ("$.detail.items[1].name", "b"),
        ("$.detail.items[9].name", None),
        ("$.detail.items[*].name", '["a","b"]'),
        ("$.detail.a-b/c_d", "odd"),
        ("$..source", "$..source"),
        ("$.detail.ä", "$.detail.ä"),
    ],
)
def test_a_parameter_is_a_text_or_what_its_path_leads_to(text: str, value: str | None) -> None:
    assert parameter(text)(EVENT) == value


def test_a_path_into_what_is_no_json_leads_to_nothing() -> None:
    assert parameter("$.source")(EVENT._replace(body=b"{")) is None


def test_a_number_keeps_its_digits() -> None:
    event = EVENT._replace(body=b'{"detail":{"total":12.50,"all":[12345678901234567890123]}}')
    assert parameter("$.detail.total")(event) == "12.50"
    assert parameter("$.detail.all")(event) == "[12345678901234567890123]"
