"""Rules with a schedule: when it begins, goes on and ends. Meaning: reference §4.1."""

import json
from dataclasses import replace

import pytest

from eventmatch.bus.arn import Place
from eventmatch.bus.model import Rule, RuleState
from eventmatch.bus.scheduled import next_fire, schedule_change, scheduled_event
from eventmatch.schedule.ports import ScheduleChange, Scheduled

NOW = 1_767_323_045.5  # 2026-01-02T03:04:05.5Z
PLACE = Place(partition="aws", region="us-east-1", account="123456789012")
RATE = Rule(
    name="r", bus="default", arn="arn", created_by="me", schedule_expression="rate(5 minutes)"
)
CRON = replace(RATE, schedule_expression="cron(5 3 * * ? *)")
OFF = replace(RATE, state=RuleState.DISABLED)
BEGUN = ScheduleChange(
    "rule", "default/r", Scheduled("rule", "default/r", NOW + 1, NOW, "rate(5 minutes)")
)
ENDED = ScheduleChange("rule", "default/r", None)


def test_a_rate_fires_soon_and_counts_from_its_creation() -> None:
    assert schedule_change(None, RATE, NOW) == BEGUN
    assert BEGUN.value is not None
    assert next_fire(BEGUN.value, NOW + 1) == NOW + 300
    assert next_fire(BEGUN.value, NOW + 700) == NOW + 900


def test_a_cron_fires_when_it_says() -> None:
    change = schedule_change(None, CRON, NOW)
    assert change is not None
    assert change.value is not None
    assert change.value.next == NOW + 54.5


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (RATE, replace(RATE, description="another"), None),
        (replace(RATE, event_pattern="{}"), RATE, None),
        (OFF, OFF, None),
        (None, OFF, None),
        (OFF, None, None),
        (OFF, RATE, BEGUN),
        (CRON, RATE, BEGUN),
        (replace(RATE, schedule_expression=None), RATE, BEGUN),
        (RATE, OFF, ENDED),
        (RATE, None, ENDED),
        (RATE, replace(RATE, schedule_expression=None), ENDED),
        (RATE, replace(RATE, schedule_expression=""), ENDED),
        (RATE, replace(RATE, schedule_expression="cron(0 0 1 1 ? 2020)"), ENDED),
    ],
)
def test_what_becomes_of_a_schedule_as_its_rule_changes(
    old: Rule | None, new: Rule | None, expected: ScheduleChange | None
) -> None:
    assert schedule_change(old, new, NOW) == expected


def test_the_event_is_that_of_aws() -> None:
    arn = PLACE.rule("default", "r")
    body = scheduled_event(arn, NOW, "an-id", PLACE)
    assert list(json.loads(body).items()) == [
        ("version", "0"),
        ("id", "an-id"),
        ("detail-type", "Scheduled Event"),
        ("source", "aws.events"),
        ("account", "123456789012"),
        ("time", "2026-01-02T03:04:05Z"),
        ("region", "us-east-1"),
        ("resources", ["arn:aws:events:us-east-1:123456789012:rule/r"]),
        ("detail", {}),
    ]
